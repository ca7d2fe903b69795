package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// TestOverflowIsNotJudged overflows the reference itself: where it has a NaN, a kernel may have an infinity. A NaN that comes from
// the input stays one.
func TestOverflowIsNotJudged(t *testing.T) {
	n := spec.Network{
		Name: "Net", Input: 1, Cost: spec.Function{Expr: "exp(a*y)"},
		Layers: []spec.Layer{{Dense: 2, NoBias: true}, {Dense: 1, NoBias: true}},
	}.WithDefaults()
	s := sample{params: []float64{1000, -1000, 1, 2}, x: []float64{-1}, y: []float64{1}, rate: 1}
	e, err := newExpectation(n, s)
	if err != nil {
		t.Fatal(err)
	}
	if math.IsNaN(e.loss) || !math.IsInf(e.lossBound, 1) {
		t.Errorf("exp(1000) is %v ± %v", e.loss, e.lossBound)
	}
	for i, v := range e.grad {
		if math.IsNaN(v) || excess(math.Inf(1), v, e.gradBound[i]) > 0 {
			t.Errorf("gradient %d is %v ± %v, and infinity %v times the bound off", i, v, e.gradBound[i], excess(math.Inf(1), v, e.gradBound[i]))
		}
	}
	s.x[0] = math.NaN()
	if e, err = newExpectation(n, s); err != nil || !math.IsNaN(e.loss) {
		t.Errorf("the loss of NaN is %v, %v", e.loss, err)
	}
}

// TestZeroTimesOverflow gives a sum a term 0·a whose a may be infinite in the kernel: NaN, which no bound holds.
func TestZeroTimesOverflow(t *testing.T) {
	w := mat.NewDense(1, 2, []float64{0, 1})
	r := newRounding(arithmetic32)
	if got := affineBound(r, w, estimate{[]float64{1e200, 1}, []float64{math.Inf(1), 0}}, nil)[0]; !math.IsInf(got, 1) {
		t.Errorf("the bound is %v", got)
	}
	if got := affineBound(r, w, estimate{[]float64{1e20, 1}, []float64{1e15, 0}}, nil)[0]; got != 0 {
		t.Errorf("without overflow the bound is %v, want 0", got)
	}
}
