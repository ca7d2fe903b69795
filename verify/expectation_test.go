package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// TestOverflowIsNotJudged overflows the reference itself: where it has a NaN, a kernel may have an infinity. A NaN that
// comes from the input stays one.
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

// TestUnboundedArgument gives every activation a z that may be infinite or NaN in the kernel: then what depends on it
// may be NaN, even where the function is bounded.
func TestUnboundedArgument(t *testing.T) {
	r := newRounding(arithmetic32)
	z := estimate{[]float64{1, 2, 3, 4}, []float64{0, math.Inf(1), 0, 0}}
	var all []spec.Function
	for _, entry := range spec.Activations() {
		all = append(all, spec.Function{Name: entry.Name})
	}
	all = append(all, spec.Function{Name: "max-pool", Params: map[string]float64{spec.Window: 2}}, spec.Function{Expr: "tanh(z)"})
	for _, f := range all {
		layer := spec.Layer{Dense: 4, Activation: f}
		sigma, err := activationOf(layer.Activation)
		if err != nil {
			t.Fatal(err)
		}
		a := elements(sigma.value(vector(z.value)))
		bound := sigma.valueBound(r, z, a)
		entry, _ := spec.Lookup(spec.ActivationRole, f.Name)
		for i := range bound {
			pointwise := !entry.Vector && i != 1
			apart := entry.Pools && len(bound) > 1 && i != 0
			if !pointwise && !apart && bound[i] <= math.MaxFloat64 {
				t.Errorf("%v of an unbounded z: element %d is %v ± %v", f, i, a[i], bound[i])
			}
		}
	}
}
