package trial

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// TestOverflowIsNotJudged overflows the reference itself: where it has a NaN, a kernel may have an infinity. A NaN that
// comes from the input stays one.
func TestOverflowIsNotJudged(t *testing.T) {
	n := spec.Network{
		Name: "Net", Input: 1, Cost: spec.Function{Expr: "exp(a*y)"},
		Layers: []spec.Layer{{Dense: 2, NoBias: true}, {Dense: 1, NoBias: true}},
	}.WithDefaults()
	s := Sample{Params: []float64{1000, -1000, 1, 2}, X: []float64{-1}, Y: []float64{1}, Rate: 1}
	e, err := Expect(n, s)
	if err != nil {
		t.Fatal(err)
	}
	if math.IsNaN(e.Loss) || !math.IsInf(e.LossBound, 1) {
		t.Errorf("exp(1000) is %v ± %v", e.Loss, e.LossBound)
	}
	for i, v := range e.Grad {
		if math.IsNaN(v) || rounding.Excess(math.Inf(1), v, e.GradBound[i]) > 0 {
			t.Errorf("gradient %d is %v ± %v, and infinity %v times the bound off", i, v, e.GradBound[i],
				rounding.Excess(math.Inf(1), v, e.GradBound[i]))
		}
	}
	s.X[0] = math.NaN()
	if e, err = Expect(n, s); err != nil || !math.IsNaN(e.Loss) {
		t.Errorf("the loss of NaN is %v, %v", e.Loss, err)
	}
}

// TestZeroTimesOverflow gives a sum a term 0·a whose a may be infinite in the kernel: NaN, which no bound holds.
func TestZeroTimesOverflow(t *testing.T) {
	w := mat.NewDense(1, 2, []float64{0, 1})
	r := rounding.PairOf(rounding.Float32)
	if got := rounding.AffineBound(r, w, rounding.Estimate{Value: []float64{1e200, 1},
		Bound: []float64{math.Inf(1), 0}}, nil)[0]; !math.IsInf(got, 1) {
		t.Errorf("the bound is %v", got)
	}
	if got := rounding.AffineBound(r, w, rounding.Estimate{Value: []float64{1e20, 1}, Bound: []float64{1e15, 0}},
		nil)[0]; got != 0 {
		t.Errorf("without overflow the bound is %v, want 0", got)
	}
}

// TestUnboundedArgument gives every activation a z that may be infinite or NaN in the kernel: then what depends on it
// may be NaN, even where the function is bounded.
func TestUnboundedArgument(t *testing.T) {
	r := rounding.PairOf(rounding.Float32)
	z := rounding.Estimate{Value: []float64{1, 2, 3, 4}, Bound: []float64{0, math.Inf(1), 0, 0}}
	var all []spec.Function
	for _, entry := range spec.Activations() {
		all = append(all, spec.Function{Name: entry.Name})
	}
	all = append(all, spec.Function{Name: "max-pool", Params: map[string]float64{spec.Window: 2}},
		spec.Function{Expr: "tanh(z)"})
	for _, f := range all {
		layer := spec.Layer{Dense: 4, Activation: f}
		sigma, err := function.ActivationOf(layer.Activation)
		if err != nil {
			t.Fatal(err)
		}
		a := linear.Elements(sigma.Value(linear.Vector(z.Value)))
		bound := sigma.ValueBound(r, z, a)
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
