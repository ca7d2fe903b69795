package amd64

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// operate translates an operator on two operands of one type.
func (t *translator) operate(n ast.Node, op token.Token, x, y lane) lane {
	size := wordOf(x.kind)
	return lane{t.as(size, func() *vec.Value {
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
			return b.apply(vec.AndNot, y.v, x.v)
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
			return b.integer(vec.Add, x.v, y.v)
		case op == token.SUB:
			return b.integer(vec.Sub, x.v, y.v)
		case op == token.MUL && size == 8:
			return b.multiply(x.v, y.v)
		}
		t.fail(n, "unexpected operator "+op.String())
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
func (t *translator) shift(n *ast.BinaryExpr, x lane) lane {
	size := wordOf(x.kind)
	signed := x.kind == types.Int64 || x.kind == types.Int32
	if v := t.s.info.Types[n.Y].Value; v != nil {
		by, _ := constant.Int64Val(constant.ToInt(v))
		return lane{t.as(size, func() *vec.Value {
			switch {
			case n.Op == token.SHL:
				return t.b.shift(vec.ShiftLeft, x.v, int(by))
			case signed:
				return t.b.arithmetic(x.v, int(by))
			}
			return t.b.shift(vec.ShiftRight, x.v, int(by))
		}), x.kind}
	}
	if n.Op != token.SHL || size != 8 {
		t.fail(n, "unexpected shift")
	}
	by := t.value(n.Y)
	return lane{t.as(8, func() *vec.Value {
		return t.b.integer(vec.ShiftLeftBy, x.v, by.v)
	}), x.kind}
}

var integerPredicates = map[token.Token]vec.Predicate{
	token.EQL: vec.Equal, token.NEQ: vec.NotEqual, token.LSS: vec.Less,
	token.LEQ: vec.LessEqual, token.GTR: vec.Greater, token.GEQ: vec.GreaterEqual,
}

var floatPredicates = map[token.Token]vec.Predicate{
	token.EQL: vec.Equal, token.LSS: vec.Less, token.GTR: vec.Greater, token.GEQ: vec.GreaterEqual,
}

// condition translates a comparison.
func (t *translator) condition(e ast.Expr) truth {
	n, ok := e.(*ast.BinaryExpr)
	if !ok {
		t.fail(e, "a condition that is no comparison")
		return truth{}
	}
	x, y := t.value(n.X), t.value(n.Y)
	c := truth{size: wordOf(x.kind)}
	c.mask = t.as(c.size, func() (m *vec.Value) {
		if floats(x.kind) {
			p, ok := floatPredicates[n.Op]
			if !ok {
				t.fail(n, "unexpected comparison")
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
func (t *translator) extreme(n ast.Node, lesser bool, x, y lane) lane {
	if floats(x.kind) {
		t.fail(n, "unexpected min or max of numbers")
	}
	op := map[bool]vec.Op{true: vec.Min, false: vec.Max}[lesser]
	return lane{t.as(wordOf(x.kind), func() *vec.Value { return t.b.extremeInteger(op, elemOf(x.kind), x.v, y.v) }), x.kind}
}

// elemOf is the type of lanes of integers.
func elemOf(kind types.BasicKind) vec.Elem {
	if kind == types.Uint64 || kind == types.Uint32 {
		return vec.UnsignedOf(wordOf(kind))
	}
	return vec.SignedOf(wordOf(kind))
}
