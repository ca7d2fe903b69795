package idiom

import (
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// operate translates an operator on two operands of one type.
func (t *translator) operate(op code.Op, x, y lane) lane {
	size := wordOf(x.kind)
	return lane{t.as(size, func() *vec.Value {
		b := t.b
		switch {
		case op == code.And:
			return b.And(x.v, y.v)
		case op == code.Or:
			return b.Or(x.v, y.v)
		case op == code.Xor:
			return b.Xor(x.v, y.v)
		case op == code.AndNot:
			if _, bits, ok := b.Literal(y.v); ok {
				return b.And(x.v, b.Constant(^bits&mask(size)))
			}
			return b.Op(vec.AndNot, y.v, x.v)
		case x.kind.Float():
			switch op {
			case code.Add:
				return b.Sum(x.v, y.v)
			case code.Sub:
				return b.Less(x.v, y.v)
			case code.Mul:
				return b.Product(x.v, y.v)
			case code.Div:
				return b.Quotient(x.v, y.v)
			}
		case op == code.Add:
			return b.Integer(vec.Add, x.v, y.v)
		case op == code.Sub:
			return b.Integer(vec.Sub, x.v, y.v)
		case op == code.Mul && size == 8:
			return b.Multiply(x.v, y.v)
		}
		t.fail("unexpected operator " + op.String())
		return x.v
	}), x.kind}
}

func mask(size int) uint64 { return 1<<(8*size-1)<<1 - 1 }

// shift translates a shift by a constant, or of unsigned integers to the left by another.
func (t *translator) shift(n *code.Binary, x lane) lane {
	size := wordOf(x.kind)
	if v, ok := t.s.info.Constant(n.Y); ok {
		by := int(v.Bits())
		return lane{t.as(size, func() *vec.Value {
			switch {
			case n.Op == code.Shl:
				return t.b.Shift(vec.ShiftLeft, x.v, by)
			case x.kind.Signed():
				return t.b.ShiftSigned(x.v, by)
			}
			return t.b.Shift(vec.ShiftRight, x.v, by)
		}), x.kind}
	}
	if n.Op != code.Shl || size != 8 {
		t.fail("unexpected shift")
	}
	by := t.value(n.Y)
	return lane{t.as(8, func() *vec.Value {
		return t.b.Integer(vec.ShiftLeftBy, x.v, by.v)
	}), x.kind}
}

var integerPredicates = map[code.Op]vec.Predicate{
	code.Eq: vec.Equal, code.Ne: vec.NotEqual, code.Lt: vec.Less,
	code.Le: vec.LessEqual, code.Gt: vec.Greater, code.Ge: vec.GreaterEqual,
}

var floatPredicates = map[code.Op]vec.Predicate{
	code.Eq: vec.Equal, code.Lt: vec.Less, code.Gt: vec.Greater, code.Ge: vec.GreaterEqual,
}

// condition translates a comparison.
func (t *translator) condition(e code.Expr) truth {
	n, ok := e.(*code.Binary)
	if !ok {
		t.fail("a condition that is no comparison")
		return truth{}
	}
	x, y := t.value(n.X), t.value(n.Y)
	c := truth{size: wordOf(x.kind)}
	c.mask = t.as(c.size, func() (m *vec.Value) {
		if x.kind.Float() {
			p, ok := floatPredicates[n.Op]
			if !ok {
				t.fail("unexpected comparison")
			}
			return t.b.Compare(p, x.v, y.v)
		}
		m, c.not = t.b.CompareIntegers(integerPredicates[n.Op], elemOf(x.kind), x.v, y.v)
		return m
	})
	return c
}

// choose is yes in the lanes where a condition holds and no in the others.
func (t *translator) choose(c truth, yes, no lane) lane {
	if c.not {
		yes, no = no, yes
	}
	size := wordOf(yes.kind)
	mask := c.mask
	if c.size != size {
		mask = t.as(8, func() *vec.Value { return t.b.MaskOf(mask, c.size, size) })
	}
	return lane{t.as(size, func() *vec.Value { return t.b.Select(mask, yes.v, no.v) }), yes.kind}
}

// extreme is the lesser or the greater of two integers.
func (t *translator) extreme(of code.Op, x, y lane) lane {
	if x.kind.Float() {
		t.fail("unexpected min or max of numbers")
	}
	op := map[code.Op]vec.Op{code.Min: vec.Min, code.Max: vec.Max}[of]
	return lane{t.as(wordOf(x.kind), func() *vec.Value { return t.b.ExtremeInteger(op, elemOf(x.kind), x.v, y.v) }),
		x.kind}
}

// elemOf is the type of lanes of integers.
func elemOf(kind code.Kind) vec.Elem {
	if !kind.Signed() {
		return vec.UnsignedOf(wordOf(kind))
	}
	return vec.SignedOf(wordOf(kind))
}
