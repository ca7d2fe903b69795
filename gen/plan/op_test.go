package plan

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// TestOpsDeclare checks what each operation says it reads and writes, and its equation.
func TestOpsDeclare(t *testing.T) {
	vec := func(name string, layer int) *Buffer { return &Buffer{Name: name, Layer: layer, Rows: 2, Cols: 1} }
	mat := func(name string) *Buffer { return &Buffer{Name: name, Kind: Weight, Layer: 2, Rows: 2, Cols: 2} }
	w, g, b, gb := mat("W2"), mat("gW2"), vec("b2", 2), vec("gb2", 2)
	x, y, z, a, d, v, rate := vec("a1", 1), vec("y", 2), vec("z2", 2), vec("a2", 2), vec("d2", 2),
		vec("v1", 1), vec("rate", 0)
	m, s, loss := vec("m2", 2), vec("s2", 2), vec("loss", 2)
	update := &Update{W: w, B: b, D: d, A: x, Rate: rate}
	each := Map{N: 2, Sets: []Set{{z, AccForward}, {a, expr.Tanh(AccForward)}}}
	back := Map{N: 2, Args: []Arg{{expr.A, x}}, Sets: []Set{{v, expr.Mul(AccBackward, expr.A)}}}
	m.Means, s.Means = LargestLogit, ExpSum
	form := func(kind expr.VectorKind, value bool) *Vector {
		b := layerBuffers{z: z, a: a, v: v, d: d, kept: []*Buffer{m, s}, window: 2}
		if value {
			text, stages := vectorActivations[kind].value(b)
			return vectorOp(b, 2, a, text, stages)
		}
		text, stages := vectorActivations[kind].pullback(b)
		return vectorOp(b, 2, d, text, stages)
	}
	for _, c := range []struct {
		op            Op
		reads, writes []*Buffer
		text          string
	}{
		{&Affine{W: w, B: b, In: x, Each: each}, []*Buffer{w, b, x}, []*Buffer{z, a}, "z2 = W2·a1 + b2; a2 = tanh(z2)"},
		{&Affine{W: w, In: x, Each: each}, []*Buffer{w, x}, []*Buffer{z, a}, "z2 = W2·a1; a2 = tanh(z2)"},
		{&BackAffine{W: w, D: d, Each: back}, []*Buffer{w, d, x}, []*Buffer{v}, "v1 = (W2ᵀ·d2)*a1"},
		{&BackAffine{W: w, D: d, Each: back, Update: update}, []*Buffer{w, d, x, w, b, d, x, rate}, []*Buffer{v, w, b},
			"v1 = (W2ᵀ·d2)*a1; in the same pass W2 −= rate·d2·a1ᵀ; b2 −= rate·d2"},
		{&Outer{GW: g, GB: gb, D: d, A: x}, []*Buffer{d, x}, []*Buffer{g, gb}, "∇W2 = d2·a1ᵀ; ∇b2 = d2"},
		{&Outer{GW: g, D: d, A: x}, []*Buffer{d, x}, []*Buffer{g}, "∇W2 = d2·a1ᵀ"},
		{update, []*Buffer{w, b, d, x, rate}, []*Buffer{w, b}, "W2 −= rate·d2·a1ᵀ; b2 −= rate·d2"},
		{&Update{W: w, D: d, A: x, Rate: rate}, []*Buffer{w, d, x, rate}, []*Buffer{w}, "W2 −= rate·d2·a1ᵀ"},
		{form(expr.Softmax, true), []*Buffer{z}, []*Buffer{m, s, a}, "a2 = softmax(z2)"},
		{form(expr.Softmax, false), []*Buffer{a, v}, []*Buffer{d}, "d2 = a2 ⊙ (v1 − a2ᵀ·v1)"},
		{form(expr.LogSoftmax, false), []*Buffer{a, v}, []*Buffer{d}, "d2 = v1 − exp(a2)·Σ v1"},
		{&Map{N: 2, Args: []Arg{{expr.A, a}, {expr.Y, y}}, Sets: []Set{{d, expr.Sub(expr.A, expr.Y)}},
			Sum: &Sum{Buf: loss, Expr: expr.Square(expr.Sub(expr.A, expr.Y)), Scale: 0.5}}, []*Buffer{a, y},
			[]*Buffer{d, loss},
			"d2 = a2 - y; loss = 0.5·Σ (a2 - y)^2"},
	} {
		if got := c.op.Reads(); !slices.Equal(got, c.reads) {
			t.Errorf("%s reads %v, want %v", c.text, got, c.reads)
		}
		if got := c.op.Writes(); !slices.Equal(got, c.writes) {
			t.Errorf("%s writes %v, want %v", c.text, got, c.writes)
		}
		if got := c.op.String(); got != c.text {
			t.Errorf("prints %q, want %q", got, c.text)
		}
	}
}
