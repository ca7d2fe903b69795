package plan

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

// TestMeaning runs the plan of random networks after every stage, in both precisions, and holds every result within
// the reference's bound on its rounding error: no pass changes what is computed.
func TestMeaning(t *testing.T) {
	compared, unbounded := 0, 0
	plantest.Each(t, func(t *testing.T, r *rand.Rand, n spec.Network) {
		single := newTrial(t, n, spec.Float32, r)
		double := newTrial(t, n, spec.Float64, r)
		seen := traced(t, n, func(p *Program) bool {
			check[float32](p, single)
			check[float64](p, double)
			return true
		})
		for _, f := range append(single.failures, double.failures...) {
			t.Error(f)
		}
		if len(seen) != len(passes)+1 {
			t.Errorf("%d stages were traced, want %d", len(seen), len(passes)+1)
		}
		compared += single.compared + double.compared
		unbounded += single.unbounded + double.unbounded
	})
	t.Logf("%d numbers compared, %d without a bound", compared, unbounded)
	if unbounded > compared/100 {
		t.Errorf("%d of %d comparisons could not fail: the inputs are too large", unbounded, compared)
	}
}

// trial is one sample with the reference's results and bounds, all of one precision.
type trial struct {
	n                   spec.Network
	params, x, y        []float64
	rate                float64
	want                *verify.Trace
	bound               *verify.Gradient
	next, nextBound     []float64
	failures            []string
	compared, unbounded int
}

func (c *trial) fail(format string, args ...any) {
	c.failures = append(c.failures, fmt.Sprintf(format, args...))
}

func newTrial(t *testing.T, n spec.Network, precision spec.Precision, r *rand.Rand) *trial {
	t.Helper()
	n.Precision = precision
	c := &trial{n: n, rate: 0.125 + r.Float64()}
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		scale := math.Sqrt(2 / float64(cols+rows))
		c.params = append(c.params, normals(r, rows*cols, scale)...)
		if !n.Layers[l-1].NoBias {
			c.params = append(c.params, normals(r, rows, 0.5)...)
		}
	}
	c.x = normals(r, n.Input, 1)
	c.y = target(n, r)
	if precision == spec.Float32 {
		round := func(vs []float64) {
			for i := range vs {
				vs[i] = float64(float32(vs[i]))
			}
		}
		round(c.params)
		round(c.x)
		round(c.y)
		c.rate = float64(float32(c.rate))
	}
	network, err := verify.NewNetwork(n, c.params)
	if err != nil {
		t.Fatal(err)
	}
	c.want = network.Algorithm4(c.x, c.y)
	if c.bound, err = network.Bounds(c.want, precision); err != nil {
		t.Fatal(err)
	}
	if c.next, c.nextBound, err = network.Step(c.want, c.bound, precision, c.rate); err != nil {
		t.Fatal(err)
	}
	return c
}

func normals(r *rand.Rand, n int, scale float64) []float64 {
	vs := make([]float64, n)
	for i := range vs {
		vs[i] = scale * r.NormFloat64()
	}
	return vs
}

// target draws y: probabilities where the cost asks for them, and a class where softmax does.
func target(n spec.Network, r *rand.Rand) []float64 {
	y := normals(r, n.Width(n.Depth()), 1)
	switch n.Cost.Name {
	case "cross-entropy", "binary-cross-entropy":
		for i := range y {
			y[i] = r.Float64()
		}
		if n.Layers[n.Depth()-1].Activation.Name == "softmax" {
			clear(y)
			y[r.IntN(len(y))] = 1
		}
	}
	return y
}

// check runs every function of a plan on a trial.
func check[F expr.Float](p *Program, c *trial) {
	m := NewMemory[F](p)
	for _, call := range [][]string{{Forward}, {LossOnly}, {Grad}, {Forward, Backward}, {Step}} {
		set(m, c)
		poison(m, func(b *Buffer) bool { return true })
		for _, name := range call {
			if name == Backward {
				poison(m, func(b *Buffer) bool { return b.Kind != Cache })
			}
			if err := m.Run(name); err != nil {
				c.fail("%v", err)
			}
		}
		name := call[len(call)-1]
		compareAll(c, name, "ŷ", m.Data(fmt.Sprintf("a%d", c.n.Depth())), vector(c.want.Output), vector(c.bound.Output))
		if name == Forward {
			continue
		}
		compareAll(c, name, "loss", m.Data("loss"), []float64{c.want.Loss}, []float64{c.bound.Loss})
		if name == LossOnly {
			continue
		}
		if name == Step {
			compareAll(c, name, "parameter", params(m, "W%d", "b%d"), c.next, c.nextBound)
		} else {
			compareAll(c, name, "gradient", params(m, "gW%d", "gb%d"), c.want.Flat(), c.bound.Flat())
		}
		if c.n.InputGradient {
			compareAll(c, name, "∇x", m.Data("d0"), vector(c.want.X), vector(c.bound.X))
		}
	}
}

// vector is the elements of one of the reference's vectors.
func vector(v interface {
	AtVec(int) float64
	Len() int
}) []float64 {
	var vs []float64
	for i := range v.Len() {
		vs = append(vs, v.AtVec(i))
	}
	return vs
}

// set copies the arguments and the parameters of a trial to memory.
func set[F expr.Float](m *Memory[F], c *trial) {
	put := func(dst []F, src []float64) {
		for i, v := range src {
			dst[i] = F(v)
		}
	}
	put(m.Data("x"), c.x)
	put(m.Data("y"), c.y)
	put(m.Data("rate"), []float64{c.rate})
	rest := c.params
	for _, dst := range fields(m, "W%d", "b%d") {
		put(dst, rest[:len(dst)])
		rest = rest[len(dst):]
	}
}

// fields are the buffers of all layers' weights and biases, by the formats of their names.
func fields[F expr.Float](m *Memory[F], weight, bias string) [][]F {
	var all [][]F
	for l := range m.p.Network.Layers {
		all = append(all, m.Data(fmt.Sprintf(weight, l+1)))
		if b := m.Data(fmt.Sprintf(bias, l+1)); b != nil {
			all = append(all, b)
		}
	}
	return all
}

func params[F expr.Float](m *Memory[F], weight, bias string) []F {
	return slices.Concat(fields(m, weight, bias)...)
}

// poison fills results and the workspace with NaN, as far as which says so.
func poison[F expr.Float](m *Memory[F], which func(*Buffer) bool) {
	for _, b := range m.p.Buffers {
		switch b.Kind {
		case Input, Target, Rate, Weight, Bias:
			continue
		}
		if which(b) {
			for i := range m.data[b] {
				m.data[b][i] = F(math.NaN())
			}
		}
	}
}

func compareAll[F expr.Float](c *trial, call, what string, got []F, want, bound []float64) {
	if len(got) != len(want) {
		c.fail("%s, %T: %d elements of %s, want %d", call, got, len(got), what, len(want))
		return
	}
	for i, g := range got {
		c.compared++
		if math.IsInf(bound[i], 1) {
			c.unbounded++
			continue
		}
		if err := math.Abs(float64(g) - want[i]); !(err <= bound[i]) {
			c.fail("%s, %T: %s[%d] is %v, the reference's %v, bound %v", call, got, what, i, g, want[i], bound[i])
		}
	}
}

// TestMeaningFindsMistakes shows that TestMeaning can fail: the mistakes are in plans that Check has no objection to.
func TestMeaningFindsMistakes(t *testing.T) {
	n := plantest.Network("mse", []int{3, 5, 4, 2}, "tanh", "sigmoid", "identity")
	right := mustCompile(t, n)
	c := newTrial(t, n, spec.Float64, rand.New(rand.NewPCG(1, 1)))
	if check[float64](right, c); len(c.failures) > 0 {
		t.Fatalf("without a mistake: %s", c.failures[0])
	}
	mistakes := map[string]func(p *Program){
		"the Jacobian left out": func(p *Program) {
			for _, op := range p.Ops() {
				if b, ok := op.(*BackAffine); ok {
					b.Each.Sets[0].Expr = AccBackward
				}
			}
		},
		"a bias left out": func(p *Program) {
			for _, op := range p.Ops() {
				if a, ok := op.(*Affine); ok && a.W.Layer == 2 {
					a.B = nil
				}
			}
		},
		"a gradient with the delta of another layer": func(p *Program) {
			for _, op := range p.Ops() {
				if o, ok := op.(*Outer); ok && o.D.Layer == 2 {
					o.D, o.GB = p.Buffer("a2"), nil
				}
			}
		},
		"a scale forgotten": func(p *Program) {
			for _, op := range p.Ops() {
				if m, ok := op.(*Map); ok && m.Sum != nil {
					m.Sum.Scale = 1
				}
			}
		},
	}
	for name, mistake := range mistakes {
		t.Run(name, func(t *testing.T) {
			p := mustCompile(t, n)
			mistake(p)
			c := newTrial(t, n, spec.Float64, rand.New(rand.NewPCG(1, 1)))
			check[float64](p, c)
			if len(c.failures) == 0 {
				t.Errorf("all %d comparisons pass", c.compared)
			}
		})
	}
}

// TestTraceStages checks the order of the passes as a caller of Trace sees them.
func TestTraceStages(t *testing.T) {
	var got []string
	if _, err := Trace(plantest.Iris(), func(stage string, p *Program) { got = append(got, stage) }); err != nil {
		t.Fatal(err)
	}
	if want := []string{"build", "cache", "fuse", "prune", "share", "block", "order"}; !slices.Equal(got, want) {
		t.Errorf("stages %v, want %v", got, want)
	}
}

// TestCompileRefuses checks that a network that no formula exists for is an error, not a panic, and that the error
// names what is wrong.
func TestCompileRefuses(t *testing.T) {
	for _, c := range []struct {
		change func(n *spec.Network)
		want   string
	}{
		{func(n *spec.Network) { n.Layers[0].Activation.Name = "wobble" },
			`layers[0].activation: the activation "wobble" has no formula`},
		{func(n *spec.Network) { n.Cost.Name = "regret" }, `cost: the cost "regret" has no formula`},
		{func(n *spec.Network) { n.Cache = "all" }, `cache: "all" is not a mode`},
	} {
		n := plantest.Iris()
		n.Layers = slices.Clone(n.Layers)
		c.change(&n)
		plantest.MustFail(t, func() error { _, err := Compile(n); return err }, c.want)
	}
}
