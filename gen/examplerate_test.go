package gen_test

import (
	"bytes"
	"fmt"
	"math"
	oldrand "math/rand"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestExampleLearns takes the steps of emitted examples, on the plans of random networks: none ends higher than it
// began. An example that does is a test that fails in a user's repository. Compiling the networks finds the same, but
// takes a hundred times as long, for one in thousands. More of them: -specs 5000.
func TestExampleLearns(t *testing.T) {
	count := max(1000, *gentest.Specs)
	if testing.Short() {
		count = 200
	}
	fixed := 0
	for _, n := range gentest.DrawSpecs(*gentest.Seed, count, gentest.Ordinary) {
		n = n.WithDefaults()
		n.Unroll = spec.UnrollLoop                // the same steps in fewer operations
		if gen.Careful(n) || n.Params() > 30000 { // these take a second each in the interpreter
			continue
		}
		fixed++
		rate := gen.ExampleRate(n)
		steps := takeSteps[float32]
		if n.Precision == spec.Float64 {
			steps = takeSteps[float64]
		}
		before, after, err := steps(n, rate)
		if err != nil {
			t.Fatal(err)
		}
		if !(after <= before) {
			t.Errorf("network %s of seed %d: at rate %v, 20 steps take the loss from %v to %v; its spec:\n%s", n.Name,
				*gentest.Seed, rate, before, after, gentest.YAML(n))
		}
	}
	if 4*fixed < count {
		t.Errorf("only %d of %d examples have a fixed rate", fixed, count)
	}
}

// takeSteps does what an emitted example does, and returns the loss before and after.
func takeSteps[F expr.Float](n spec.Network, rate float64) (before, after float64, err error) {
	p, err := plan.Compile(n.WithDefaults())
	if err != nil {
		return 0, 0, err
	}
	m := plan.NewMemory[F](p)
	norm := oldrand.New(oldrand.NewSource(1)).NormFloat64
	for l, act := range p.Activations {
		w := p.Buffer(fmt.Sprintf("W%d", l+1))
		scale := math.Sqrt(act.Init.Variance(w.Cols, w.Rows))
		for i := range m.Data(w.Name) {
			m.Data(w.Name)[i] = F(scale * norm())
		}
	}
	m.Data("x")[0], m.Data("y")[0], m.Data("rate")[0] = 1, 1, F(rate)
	run := func(name string, times int) float64 {
		for range times {
			if e := m.Run(name); e != nil {
				err = e
			}
		}
		return float64(m.Data("loss")[0])
	}
	before = run(plan.LossOnly, 1)
	run(plan.Step, 20)
	return before, run(plan.LossOnly, 1), err
}

// TestCarefulExamples: where no rate is known in advance, the example looks for one.
func TestCarefulExamples(t *testing.T) {
	mse := spec.Function{Name: "mse"}
	leaky := func(slope float64) spec.Function {
		return spec.Function{Name: "leaky-relu", Params: map[string]float64{"slope": slope}}
	}
	for _, c := range []struct {
		hidden, cost spec.Function
		careful      bool
	}{
		{spec.Function{Name: "tanh"}, mse, false},
		{leaky(0.1), mse, false},
		{leaky(-50), mse, true},
		{spec.Function{Name: "log-softmax"}, mse, true},
		{spec.Function{Name: "radial-sigmoid"}, mse, true},
		{spec.Function{Expr: "z^3"}, mse, true},
		{spec.Function{Name: "tanh"}, spec.Function{Name: "mae"}, true},
		{spec.Function{Name: "tanh"}, spec.Function{Expr: "(a - y)^4"}, true},
	} {
		n := spec.Network{Name: "Net", Input: 2, Layers: []spec.Layer{{Dense: 3, Activation: c.hidden}, {Dense: 1}},
			Cost: c.cost, Targets: []spec.Target{}}
		files, err := gen.Generate(n, gen.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if careful := bytes.Contains(files[1].Data, []byte("uphill: false")); careful != c.careful {
			t.Errorf("%v, %v: the example is careful: %t, should be %t", c.hidden, c.cost, careful, c.careful)
		}
	}
}
