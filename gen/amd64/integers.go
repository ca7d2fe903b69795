package amd64

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
			return b.and(x.v, y.v)
		case op == code.Or:
			return b.or(x.v, y.v)
		case op == code.Xor:
			return b.xor(x.v, y.v)
		case op == code.AndNot:
			if bits, ok := b.patternOf(y.v); ok {
				return b.and(x.v, b.pattern(^bits&mask(size)))
			}
			return b.apply(vec.AndNot, y.v, x.v)
		case x.kind.Float():
			switch op {
			case code.Add:
				return b.sum(x.v, y.v)
			case code.Sub:
				return b.less(x.v, y.v)
			case code.Mul:
				return b.product(x.v, y.v)
			case code.Div:
				return b.quotient(x.v, y.v)
			}
		case op == code.Add:
			return b.integer(vec.Add, x.v, y.v)
		case op == code.Sub:
			return b.integer(vec.Sub, x.v, y.v)
		case op == code.Mul && size == 8:
			return b.multiply(x.v, y.v)
		}
		t.fail("unexpected operator " + op.String())
		return x.v
	}), x.kind}
}

func mask(size int) uint64 { return 1<<(8*size-1)<<1 - 1 }

// patternOf are the bits of a constant that is the same in every lane.
func (b *block) patternOf(v *vec.Value) (bits uint64, ok bool) {
	n := homeOf(v).def
	if n == nil || n.kind != literal || n.n != 1 {
		return 0, false
	}
	return n.pattern, true
}

// shift translates a shift by a constant, or of unsigned integers to the left by another.
func (t *translator) shift(n *code.Binary, x lane) lane {
	size := wordOf(x.kind)
	if v, ok := t.s.info.Constant(n.Y); ok {
		by := int(v.Bits())
		return lane{t.as(size, func() *vec.Value {
			switch {
			case n.Op == code.Shl:
				return t.b.shift(vec.ShiftLeft, x.v, by)
			case x.kind.Signed():
				return t.b.arithmetic(x.v, by)
			}
			return t.b.shift(vec.ShiftRight, x.v, by)
		}), x.kind}
	}
	if n.Op != code.Shl || size != 8 {
		t.fail("unexpected shift")
	}
	by := t.value(n.Y)
	return lane{t.as(8, func() *vec.Value {
		return t.b.integer(vec.ShiftLeftBy, x.v, by.v)
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
			return t.b.compare(p, x.v, y.v)
		}
		m, c.not = t.b.compareIntegers(integerPredicates[n.Op], elemOf(x.kind), x.v, y.v)
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
		mask = t.as(8, func() *vec.Value { return t.b.maskOf(mask, c.size, size) })
	}
	return lane{t.as(size, func() *vec.Value { return t.b.choose(mask, yes.v, no.v) }), yes.kind}
}

// extreme is the lesser or the greater of two integers.
func (t *translator) extreme(of code.Op, x, y lane) lane {
	if x.kind.Float() {
		t.fail("unexpected min or max of numbers")
	}
	op := map[code.Op]vec.Op{code.Min: vec.Min, code.Max: vec.Max}[of]
	return lane{t.as(wordOf(x.kind), func() *vec.Value { return t.b.extremeInteger(op, elemOf(x.kind), x.v, y.v) }),
		x.kind}
}

// elemOf is the type of lanes of integers.
func elemOf(kind code.Kind) vec.Elem {
	if !kind.Signed() {
		return vec.UnsignedOf(wordOf(kind))
	}
	return vec.SignedOf(wordOf(kind))
}
