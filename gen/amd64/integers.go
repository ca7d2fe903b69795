package amd64

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
)

// operate translates an operator on two operands of one type.
func (t *translator) operate(n ast.Node, op token.Token, x, y lane) lane {
	size := wordOf(x.kind)
	return lane{t.as(size, func() *value {
		b := t.b
		switch {
		case op == token.AND:
			return b.and(x.v, y.v)
		case op == token.OR:
			return b.or(x.v, y.v)
		case op == token.XOR:
			return b.xor(x.v, y.v)
		case op == token.AND_NOT:
			if bits, ok := b.patternOf(y.v); ok {
				return b.and(x.v, b.pattern(^bits&mask(size)))
			}
			return b.binary("VANDN", y.v, x.v)
		case floats(x.kind):
			switch op {
			case token.ADD:
				return b.sum(x.v, y.v)
			case token.SUB:
				return b.less(x.v, y.v)
			case token.MUL:
				return b.product(x.v, y.v)
			case token.QUO:
				return b.quotient(x.v, y.v)
			}
		case op == token.ADD:
			return b.integer("VPADD", x.v, y.v)
		case op == token.SUB:
			return b.integer("VPSUB", x.v, y.v)
		case op == token.MUL && size == 8:
			return b.multiply(x.v, y.v)
		}
		t.fail(n, "unexpected operator "+op.String())
		return x.v
	}), x.kind}
}

func mask(size int) uint64 { return 1<<(8*size-1)<<1 - 1 }

// patternOf are the bits of a constant that is the same in every lane.
func (b *block) patternOf(v *value) (bits uint64, ok bool) {
	if v.def == nil || v.def.kind != literal || v.def.n != 1 {
		return 0, false
	}
	return v.def.pattern, true
}

// multiply is the low half of a product of integers of 64 bits; at AVX2 it is put together of products of halves.
func (b *block) multiply(x, y *value) *value {
	if b.m.level == AVX512 {
		return b.add(&node{op: "VPMULLQ", in: []*value{x, y}, out: b.fresh(), imm: -1})
	}
	halves := func(x, y *value) *value {
		return b.add(&node{op: "VPMULUDQ", in: []*value{x, y}, out: b.fresh(), imm: -1})
	}
	high := func(x *value) *value { return b.shift("VPSRL", x, 32) }
	cross := b.integer("VPADD", halves(high(x), y), halves(x, high(y)))
	return b.integer("VPADD", halves(x, y), b.shift("VPSLL", cross, 32))
}

// number64 converts signed integers of 64 bits to float64, rounded to nearest; at AVX2 it puts each half under a power
// of two.
func (b *block) number64(x *value) *value {
	if b.m.level == AVX512 {
		return b.add(&node{op: "VCVTQQ2PD", in: []*value{x}, out: b.fresh(), imm: -1})
	}
	const two52, two84 = 0x433 << 52, 0x453 << 52
	low := b.or(b.and(x, b.pattern(1<<32-1)), b.pattern(two52))
	// The sign bit is flipped, so that 2^63 is taken away with the powers of two.
	high := b.less(b.xor(b.shift("VPSRL", x, 32), b.pattern(two84|1<<31)), b.number(0x1p84+0x1p63+0x1p52))
	return b.sum(high, low)
}

// shift translates a shift by a constant, or of unsigned integers to the left by another.
func (t *translator) shift(n *ast.BinaryExpr, x lane) lane {
	size := wordOf(x.kind)
	signed := x.kind == types.Int64 || x.kind == types.Int32
	if v := t.s.info.Types[n.Y].Value; v != nil {
		by, _ := constant.Int64Val(constant.ToInt(v))
		return lane{t.as(size, func() *value {
			switch {
			case n.Op == token.SHL:
				return t.b.shift("VPSLL", x.v, int(by))
			case signed:
				return t.b.arithmetic(x.v, int(by))
			}
			return t.b.shift("VPSRL", x.v, int(by))
		}), x.kind}
	}
	if n.Op != token.SHL || size != 8 {
		t.fail(n, "unexpected shift")
	}
	by := t.value(n.Y)
	return lane{t.as(8, func() *value {
		return t.b.add(&node{op: "VPSLLVQ", in: []*value{x.v, by.v}, out: t.b.fresh(), imm: -1})
	}), x.kind}
}

// arithmetic shifts integers to the right and fills up with their sign.
func (b *block) arithmetic(x *value, by int) *value {
	switch {
	case b.m.size == 4 || b.m.level == AVX512:
		return b.shift("VPSRA", x, by)
	case by == 63:
		return b.above(b.zeros(), x)
	}
	sign := b.pattern(1 << (63 - by))
	return b.integer("VPSUB", b.xor(b.shift("VPSRL", x, by), sign), sign)
}

// above is all ones where x > y as signed integers, at AVX2.
func (b *block) above(x, y *value) *value {
	return b.add(&node{op: "VPCMPGT" + b.integerSuffix(), in: []*value{x, y}, out: b.fresh(), imm: -1, fold: true})
}

// Predicates of VPCMP.
const (
	integersEqual = iota
	integersLess
	integersLessEqual
	_
	integersNotEqual
	integersNotLess
	integersGreater
)

var integerPredicates = map[token.Token]int{
	token.EQL: integersEqual, token.NEQ: integersNotEqual, token.LSS: integersLess,
	token.LEQ: integersLessEqual, token.GTR: integersGreater, token.GEQ: integersNotLess,
}

var floatPredicates = map[token.Token]int{token.EQL: equal, token.LSS: lessThan, token.GTR: greater, token.GEQ: greaterEqual}

// condition translates a comparison.
func (t *translator) condition(e ast.Expr) truth {
	n, ok := e.(*ast.BinaryExpr)
	if !ok {
		t.fail(e, "a condition that is no comparison")
		return truth{}
	}
	x, y := t.value(n.X), t.value(n.Y)
	c := truth{size: wordOf(x.kind)}
	c.mask = t.as(c.size, func() (m *value) {
		if floats(x.kind) {
			p, ok := floatPredicates[n.Op]
			if !ok {
				t.fail(n, "unexpected comparison")
			}
			return t.b.compare(p, x.v, y.v)
		}
		m, c.not = t.b.integers(n.Op, x.kind == types.Uint64 || x.kind == types.Uint32, x.v, y.v)
		return m
	})
	return c
}

// integers compares integers. At AVX2 there are but signed > and =: other comparisons are made of them.
func (b *block) integers(op token.Token, unsigned bool, x, y *value) (m *value, not bool) {
	if b.m.level == AVX512 {
		out := b.fresh()
		out.class = maskClass
		name := "VPCMP"
		if unsigned {
			name = "VPCMPU"
		}
		return b.add(&node{op: name + b.integerSuffix(), in: []*value{x, y}, out: out, imm: integerPredicates[op], fold: true}), false
	}
	if op == token.EQL || op == token.NEQ {
		m := b.add(&node{op: "VPCMPEQ" + b.integerSuffix(), in: []*value{x, y}, out: b.fresh(), imm: -1, fold: true})
		return m, op == token.NEQ
	}
	if unsigned {
		x, y = b.flipped(x), b.flipped(y)
	}
	if op == token.LSS || op == token.GEQ { // x < y is y > x, and x >= y is not that
		return b.above(y, x), op == token.GEQ
	}
	return b.above(x, y), op == token.LEQ
}

// flipped changes the first bit, so that signed comparisons are those of unsigned integers.
func (b *block) flipped(x *value) *value {
	if bits, ok := b.patternOf(x); ok {
		return b.pattern(bits ^ 1<<(8*b.m.size-1))
	}
	return b.xor(x, b.signBit())
}

// choose is yes in the lanes where a condition holds and no in the others.
func (t *translator) choose(c truth, yes, no lane) lane {
	if c.not {
		yes, no = no, yes
	}
	size := wordOf(yes.kind)
	mask := c.mask
	if c.size != size && t.b.m.level == AVX2 {
		if c.size > size {
			t.b.f.fail("a comparison of 64 bits decides on 32")
		}
		mask = t.as(8, func() *value {
			return t.b.add(&node{op: "VPMOVSXDQ", in: []*value{mask}, out: t.b.fresh(), imm: -1, narrow: t.bits / 2})
		})
	}
	return lane{t.as(size, func() *value { return t.b.choose(mask, yes.v, no.v) }), yes.kind}
}

// extreme is the lesser or the greater of two integers.
func (t *translator) extreme(n ast.Node, lesser bool, x, y lane) lane {
	unsigned := x.kind == types.Uint64 || x.kind == types.Uint32
	size := wordOf(x.kind)
	if floats(x.kind) {
		t.fail(n, "unexpected min or max of numbers")
	}
	return lane{t.as(size, func() *value {
		b := t.b
		if b.m.level == AVX2 && size == 8 {
			m, _ := b.integers(token.GTR, unsigned, x.v, y.v)
			if lesser {
				return b.choose(m, y.v, x.v)
			}
			return b.choose(m, x.v, y.v)
		}
		op := map[bool]string{true: "VPMIN", false: "VPMAX"}[lesser] + map[bool]string{true: "U", false: "S"}[unsigned]
		return b.add(&node{op: op + b.integerSuffix(), in: []*value{x.v, y.v}, out: b.fresh(), imm: -1, fold: true, swap: true})
	}), x.kind}
}
