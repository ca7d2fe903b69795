package code

import "go/constant"

// take checks an expression where a type is expected.
func (c *checker) take(x Expr, want Type) {
	t := c.expr(x)
	if c.info.Values[x] != nil && t.Kind.untyped() {
		c.settle(x, want.Kind)
		return
	}
	if t.Kind != None && want.Kind != None && !t.Equal(want) {
		c.fail("%v where %v is expected", t, want)
	}
}

func (k Kind) untyped() bool { return k == UntypedInt || k == UntypedFloat }

// settle gives an untyped constant its type.
func (c *checker) settle(x Expr, k Kind) {
	v, ok := convertConstant(c.info.Values[x], k)
	if !ok {
		c.fail("the constant %v is no %v", c.info.Values[x], k)
		return
	}
	c.info.Values[x], c.info.Types[x] = v, Of(k)
}

// expr is the type of an expression.
func (c *checker) expr(x Expr) Type {
	t, v := c.typed(x)
	c.info.Types[x] = t
	if v != nil {
		c.info.Values[x] = v
	}
	return t
}

// typed is the type of an expression and, where it is constant, its value.
func (c *checker) typed(x Expr) (Type, constant.Value) {
	if t, v, ok := c.literal(x); ok {
		return t, v
	}
	switch x := x.(type) {
	case *Var:
		v := c.find(x.Name)
		if v == nil {
			c.fail("there is no %s", x.Name)
			return Type{}, nil
		}
		v.used = true
		return v.typ, v.value
	case *Group:
		return c.expr(x.X), c.info.Values[x.X]
	case *Convert:
		return c.conversion(x)
	case *Bits:
		c.take(x.X, Of(x.Of))
		return Of(x.Of.unsigned()), nil
	case *FromBits:
		c.take(x.X, Of(x.To.unsigned()))
		return Of(x.To), nil
	case *Sqrt:
		c.take(x.X, Of(Float64))
		return Of(Float64), nil
	case *Library:
		c.take(x.X, Of(Float64))
		return Of(Float64), nil
	case *Unary:
		return c.unary(x)
	case *Binary:
		return c.binary(x)
	case *Extreme:
		return c.same(x.Xs...), nil
	}
	return c.memory(x), nil
}

// literal is what stands for a constant, or a number that has none.
func (c *checker) literal(x Expr) (Type, constant.Value, bool) {
	switch x := x.(type) {
	case *Num:
		if v := x.exact(); v != nil {
			return Of(UntypedFloat), v, true
		}
		return Of(Float64), nil, true
	case *Whole:
		return Of(UntypedInt), x.exact(), true
	case *Named:
		return Of(UntypedFloat), mathematical[x.Name], true
	case *NegZero:
		return Of(x.Kind), nil, true
	case *Truth:
		return Of(Bool), nil, true
	}
	return Type{}, nil, false
}

// unsigned is the integer with a number's bits.
func (k Kind) unsigned() Kind {
	if k == Float32 {
		return Uint32
	}
	return Uint64
}

func (c *checker) conversion(x *Convert) (Type, constant.Value) {
	t := c.expr(x.X)
	if !t.Kind.Float() && !t.Kind.Integer() || !x.To.Float() && !x.To.Integer() {
		c.fail("a conversion of %v to %v", t, x.To)
	}
	v := c.info.Values[x.X]
	if v == nil {
		return Of(x.To), nil
	}
	v, ok := convertConstant(v, x.To)
	if !ok {
		c.fail("the constant %v is no %v", c.info.Values[x.X], x.To)
	}
	return Of(x.To), v
}

func (c *checker) unary(x *Unary) (Type, constant.Value) {
	t := c.expr(x.X)
	if x.Op == Not && t.Kind != Bool || x.Op == Neg && !t.Kind.Float() && !t.Kind.Integer() {
		c.fail("%v is no operation on %v", x.Op, t)
	}
	if v := c.info.Values[x.X]; v != nil && x.Op == Neg {
		return t, negated(v)
	}
	return t, nil
}

// same gives operands one type, which is that of those that are not constants without one.
func (c *checker) same(xs ...Expr) Type {
	var all Type
	for _, x := range xs {
		t := c.expr(x)
		switch {
		case t.Kind.untyped() && c.info.Values[x] != nil:
		case all.Kind == None:
			all = t
		case !t.Equal(all):
			c.fail("%v beside %v", t, all)
		}
	}
	if all.Kind == None { // constants
		all = Of(UntypedInt)
		for _, x := range xs {
			if c.info.Kind(x) == UntypedFloat {
				all = Of(UntypedFloat)
			}
		}
		return all
	}
	for _, x := range xs {
		if c.info.Kind(x).untyped() {
			c.settle(x, all.Kind)
		}
	}
	return all
}

// computes says whether an operator computes with values of a kind.
func (c *checker) computes(op Op, k Kind) bool {
	switch op {
	case Add, Sub, Mul:
		return k.Float() || k.Integer()
	case Div:
		return k.Float() || k == UntypedInt
	case And, Or, Xor, AndNot:
		return k.Integer()
	}
	return false
}

func (c *checker) binary(x *Binary) (Type, constant.Value) {
	switch x.Op {
	case Shl, Shr:
		return c.shift(x)
	case Both, Either:
		c.condition(x.X)
		c.condition(x.Y)
		return Of(Bool), nil
	}
	t := c.same(x.X, x.Y)
	if x.Op.Compares() {
		if !t.Kind.Float() && !t.Kind.Integer() {
			c.fail("%v is compared", t)
		}
		return Of(Bool), nil
	}
	if !c.computes(x.Op, t.Kind) {
		c.fail("%v is no operation on %v", x.Op, t)
		return t, nil
	}
	a, b := c.info.Values[x.X], c.info.Values[x.Y]
	if a == nil || b == nil {
		return t, nil
	}
	v, ok := computeConstant(x.Op, a, b, t.Kind)
	if !ok {
		c.fail("%v %v %v is no constant", a, x.Op, b)
	}
	return t, v
}

// shift is a shift, by a constant or an unsigned integer.
func (c *checker) shift(x *Binary) (Type, constant.Value) {
	t, by := c.expr(x.X), c.expr(x.Y)
	a, b := c.info.Values[x.X], c.info.Values[x.Y]
	switch {
	case !t.Kind.Integer() || a != nil && b == nil && t.Kind.untyped():
		c.fail("%v is shifted", t)
	case b != nil:
		n, ok := constant.Uint64Val(constant.ToInt(b))
		if !ok || n >= uint64(t.Kind.Bits()) {
			c.fail("a shift by %v", b)
			return t, nil
		}
		if by.Kind.untyped() {
			c.settle(x.Y, Uint64)
		}
		if a != nil {
			return t, shiftConstant(x.Op, a, uint(n))
		}
	case by.Kind.Signed() || !by.Kind.Integer():
		c.fail("a shift by %v", by)
	}
	return t, nil
}
