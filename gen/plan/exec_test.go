package plan

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestRunByHand runs a network whose results are known: z = 2·3 + 1·(−1) + 0.5 = 5.5, a = z, loss = (5.5 − 4)².
func TestRunByHand(t *testing.T) {
	n := plantest.Network("squared-error", []int{2, 1}, "identity")
	n.InputGradient = true
	m := NewMemory[float32](mustCompile(t, n))
	copy(m.Data("W1"), []float32{2, 1})
	copy(m.Data("b1"), []float32{0.5})
	copy(m.Data("x"), []float32{3, -1})
	copy(m.Data("y"), []float32{4})
	m.Data("rate")[0] = 0.5
	for _, f := range []string{Forward, Backward, Grad, LossOnly} {
		if err := m.Run(f); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string][]float32{"a1": {5.5}, "loss": {2.25}, "d1": {3}, "gW1": {9, -3}, "gb1": {3},
		"d0": {6, 3}, "W1": {2, 1}}
	for name, w := range want {
		for i, v := range w {
			if got := m.Data(name)[i]; got != v {
				t.Errorf("%s[%d] = %v, want %v", name, i, got, v)
			}
		}
	}
	if err := m.Run(Step); err != nil {
		t.Fatal(err)
	}
	// ∇x at the old weights
	want = map[string][]float32{"W1": {2 - 4.5, 1 + 1.5}, "b1": {-1}, "loss": {2.25}, "d0": {6, 3}}
	for name, w := range want {
		for i, v := range w {
			if got := m.Data(name)[i]; got != v {
				t.Errorf("after Step %s[%d] = %v, want %v", name, i, got, v)
			}
		}
	}
}

// TestRunRounds checks that every operation rounds to the precision: 2^24 + 1 is not a float32.
func TestRunRounds(t *testing.T) {
	n := plantest.Network("squared-error", []int{2, 1}, "identity")
	n.Layers[0].NoBias = true
	p := mustCompile(t, n)
	single, double := NewMemory[float32](p), NewMemory[float64](p)
	copy(single.Data("W1"), []float32{1 << 24, 1})
	copy(double.Data("W1"), []float64{1 << 24, 1})
	copy(single.Data("x"), []float32{1, 1})
	copy(double.Data("x"), []float64{1, 1})
	if err := single.Run(Forward); err != nil {
		t.Fatal(err)
	}
	if err := double.Run(Forward); err != nil {
		t.Fatal(err)
	}
	if s, d := single.Data("a1")[0], double.Data("a1")[0]; s != 1<<24 || d != 1<<24+1 {
		t.Errorf("2^24 + 1 is %v in float32 and %v in float64", s, d)
	}
}

// TestSlotsAlias checks that buffers of one slot share memory, and that no others do.
func TestSlotsAlias(t *testing.T) {
	n := plantest.Network("mse", []int{3, 5, 4, 6, 2}, "tanh", "tanh", "tanh", "identity")
	n.Cache = spec.CachePre
	p := mustCompile(t, n)
	m := NewMemory[float64](p)
	for _, b := range p.Buffers {
		for _, c := range p.Buffers {
			if len(m.data[b]) != b.Len() {
				t.Fatalf("%v has %d elements", b, len(m.data[b]))
			}
			alias := &m.data[b][0] == &m.data[c][0]
			if want := b == c || b.Slot >= 0 && b.Slot == c.Slot; alias != want {
				t.Errorf("%v and %v share memory: %t, want %t", b, c, alias, want)
			}
		}
	}
}

// TestSoftmaxRun checks that large logits overflow nowhere.
func TestSoftmaxRun(t *testing.T) {
	n := plantest.Network("cross-entropy", []int{1, 2}, "softmax")
	m := NewMemory[float32](mustCompile(t, n))
	copy(m.Data("b1"), []float32{1000, -1000})
	copy(m.Data("y"), []float32{0, 1})
	if err := m.Run(Grad); err != nil {
		t.Fatal(err)
	}
	if a, loss := m.Data("a1"), m.Data("loss")[0]; a[0] != 1 || a[1] != 0 || loss != 2000 {
		t.Errorf("logits ±1000: ŷ %v, loss %v", a, loss)
	}
}

// TestRunErrors checks that what cannot be run is an error that names it.
func TestRunErrors(t *testing.T) {
	p := mustCompile(t, plantest.Iris())
	m := NewMemory[float32](p)
	plantest.MustFail(t, func() error { return m.Run("Train") }, "no function Train")
	appendOp(p, Forward, &strange{})
	plantest.MustFail(t, func() error { return m.Run(Forward) }, "Forward, strange: unexpected operation *plan.strange")
	p = mustCompile(t, plantest.Iris())
	pick(p, Forward, is(affineLayer, 1)).(*Affine).Each.Sets[0].Expr = expr.Var("q")
	plantest.MustFail(t, func() error { return NewMemory[float64](p).Run(Forward) }, "variable q has no value")
	p = mustCompile(t, plantest.Iris())
	every(p, func(m *Map) {
		if m.Sum != nil {
			m.Sum.Expr = expr.Var("q")
		}
	})
	plantest.MustFail(t, func() error { return NewMemory[float64](p).Run(LossOnly) }, "variable q has no value")
	if NewMemory[float64](p).Data("nothing") != nil {
		t.Error("a buffer that is not there has data")
	}
	if math.IsNaN(float64(m.Data("loss")[0])) {
		t.Error("memory is not zero at first")
	}
}
