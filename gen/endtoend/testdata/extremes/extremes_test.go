package extremes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

// samples is how many a batch has: a whole block and a part of one.
const samples = 3

// numbers are what a network works on, samples one after another.
type numbers[F float32 | float64] struct{ params, x, y []F }

// situation is one way to make numbers extreme. With finite set, what the reference has a bound for is held to it.
type situation struct {
	name   string
	finite bool
	layers func(r *rand.Rand, l int, w, b []float64) // changes the parameters of layer l
	spoil  func(r *rand.Rand, n *numbers[float64])   // changes anything, afterwards
	// logits, if not 0, is what the largest |z| of the last layer is brought to.
	logits float64
}

// one puts a number in one place of one of the arrays.
func one(v float64, of func(n *numbers[float64]) []float64) func(r *rand.Rand, n *numbers[float64]) {
	return func(r *rand.Rand, n *numbers[float64]) {
		if a := of(n); len(a) > 0 {
			a[r.IntN(len(a))] = v
		}
	}
}

func situations() (list []situation) {
	for _, special := range []struct {
		name string
		v    float64
	}{{"NaN", math.NaN()}, {"+Inf", math.Inf(1)}, {"-Inf", math.Inf(-1)}} {
		name, v := special.name, special.v
		for range 3 {
			list = append(list,
				situation{name: name + " in x", spoil: one(v, func(n *numbers[float64]) []float64 { return n.x })},
				situation{name: name + " in a parameter", spoil: one(v,
					func(n *numbers[float64]) []float64 { return n.params })},
				situation{name: name + " in y", spoil: one(v, func(n *numbers[float64]) []float64 { return n.y })},
			)
		}
		list = append(list, situation{name: name + " everywhere in x", spoil: func(_ *rand.Rand, n *numbers[float64]) {
			for i := range n.x {
				n.x[i] = v
			}
		}})
	}
	scale := func(k float64) func(*rand.Rand, int, []float64, []float64) {
		return func(_ *rand.Rand, _ int, w, b []float64) {
			for _, v := range [][]float64{w, b} {
				for i := range v {
					v[i] *= k
				}
			}
		}
	}
	return append(list,
		situation{name: "logits of ±1e4", finite: true, logits: 1e4},
		situation{name: "logits of ±80", finite: true, logits: 80},
		situation{name: "everything saturated", finite: true, layers: scale(1000)},
		situation{name: "subnormal weights", finite: true, layers: scale(0x1p-140)},
		situation{name: "weights of the smallest float64", finite: true, layers: scale(0x1p-1070)},
		situation{name: "all parameters zero", finite: true, layers: scale(0)},
		situation{name: "units that tie", finite: true, layers: func(_ *rand.Rand, _ int, w, b []float64) {
			cols := len(w) / len(b)
			for i := range b {
				copy(w[i*cols:(i+1)*cols], w[:cols])
				b[i] = b[0]
			}
		}},
		situation{name: "x zero", finite: true, spoil: func(_ *rand.Rand, n *numbers[float64]) { clear(n.x) }},
		situation{name: "x of -0", finite: true, spoil: func(_ *rand.Rand, n *numbers[float64]) {
			for i := range n.x {
				n.x[i] = math.Copysign(0, -1)
			}
		}},
	)
}

// run tries every situation at every level.
func (k kernel[F]) run(t *testing.T) {
	n, err := spec.Decode("spec.json", []byte(k.spec))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	var seen seen
	k.atLevels(func(level string) {
		r := rand.New(rand.NewPCG(1, 2))
		for i, s := range situations() {
			drawn := s.draw(t, r, n)
			c := comparison[F]{t, fmt.Sprintf("%s, %s (%d)", level, s.name, i), &seen}
			k.single(c, n, p, s, drawn)
			k.batch(c, n, p, drawn)
			tried++
			if t.Failed() {
				return
			}
		}
	})
	if tried < 30 || seen.finite < 1000 || seen.nan < 1000 || seen.bounded < 1000 {
		t.Errorf("%d situations tried; compared were %+v numbers, few of one kind", tried, seen)
	}
}

// draw makes the numbers of a situation, all of the precision.
func (s situation) draw(t *testing.T, r *rand.Rand, n spec.Network) numbers[float64] {
	v := numbers[float64]{make([]float64, 0, n.Params()), make([]float64, samples*n.Input),
		make([]float64, samples*n.Width(n.Depth()))}
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		w, b := make([]float64, rows*cols), make([]float64, rows)
		for i := range w {
			w[i] = r.NormFloat64() / math.Sqrt(float64(cols))
		}
		for i := range b {
			b[i] = r.NormFloat64() / 4
		}
		if s.layers != nil {
			s.layers(r, l, w, b)
		}
		v.params = append(v.params, w...)
		if !n.Layers[l-1].NoBias {
			v.params = append(v.params, b...)
		}
	}
	for i := range v.x {
		v.x[i] = r.NormFloat64()
	}
	outputs := n.Width(n.Depth())
	for i := range samples {
		v.y[i*outputs+r.IntN(outputs)] = 1
	}
	v.round(n.Precision)
	if s.logits != 0 {
		s.scale(t, n, v)
	}
	if s.spoil != nil {
		s.spoil(r, &v)
	}
	v.round(n.Precision)
	return v
}

// scale multiplies the last layer's parameters.
func (s situation) scale(t *testing.T, n spec.Network, v numbers[float64]) {
	reference, err := verify.NewNetwork(n, v.params)
	if err != nil {
		t.Fatal(err)
	}
	trace := reference.Algorithm4(v.x[:n.Input], v.y[:n.Width(n.Depth())])
	largest, z := 0.0, trace.Z[n.Depth()]
	for i := range z.Len() {
		largest = max(largest, math.Abs(z.AtVec(i)))
	}
	last := n.Layers[n.Depth()-1]
	count := last.Dense * n.Width(n.Depth()-1)
	if !last.NoBias {
		count += last.Dense
	}
	for i := len(v.params) - count; i < len(v.params); i++ {
		v.params[i] *= s.logits / largest
	}
}

func (v numbers[F]) round(p spec.Precision) {
	if p == spec.Float64 {
		return
	}
	for _, a := range [][]F{v.params, v.x, v.y} {
		for i := range a {
			a[i] = F(float32(a[i]))
		}
	}
}

func as[F float32 | float64](to []F, from []float64) {
	for i, v := range from {
		to[i] = F(v)
	}
}

const rate = 0.5

// load puts numbers into the memory of a plan; that of a sample has its own x and y.
func load[F float32 | float64](p *plan.Program, m *plan.Memory[F], v numbers[float64], sample int) {
	params := v.params
	for l := 1; l <= p.Network.Depth(); l++ {
		for _, k := range []plan.Kind{plan.Weight, plan.Bias} {
			if b := p.Find(k, l); b != nil {
				as(m.Data(b.Name), params[:b.Len()])
				params = params[b.Len():]
			}
		}
	}
	inputs, outputs := p.Network.Input, p.Network.Width(p.Network.Depth())
	as(m.Data("x"), v.x[sample*inputs:(sample+1)*inputs])
	as(m.Data("y"), v.y[sample*outputs:(sample+1)*outputs])
	m.Data("rate")[0] = rate
}

// stored are the buffers of one kind for W and one for b, in the order of the parameters.
func stored[F float32 | float64](p *plan.Program, m *plan.Memory[F], w, b plan.Kind) (all []F) {
	for l := 1; l <= p.Network.Depth(); l++ {
		for _, k := range []plan.Kind{w, b} {
			if buf := p.Find(k, l); buf != nil {
				all = append(all, m.Data(buf.Name)...)
			}
		}
	}
	return all
}

// single compares every function of one sample, on each sample.
func (k kernel[F]) single(c comparison[F], n spec.Network, p *plan.Program, s situation, v numbers[float64]) {
	ws, params, g := k.newWorkspace(), make([]F, k.params), make([]F, k.params)
	inputs, outputs := n.Input, n.Width(n.Depth())
	x, y := make([]F, inputs), make([]F, outputs)
	for i := range samples {
		m := plan.NewMemory[F](p)
		start := func() {
			as(params, v.params)
			as(x, v.x[i*inputs:(i+1)*inputs])
			as(y, v.y[i*outputs:(i+1)*outputs])
			load(p, m, v, i)
		}
		do := func(functions ...string) {
			for _, f := range functions {
				if err := m.Run(f); err != nil {
					c.t.Fatal(err)
				}
			}
		}
		gradient := func() []F { return stored(p, m, plan.WeightGrad, plan.BiasGrad) }
		input := func(call string) {
			if k.inputGrad != nil {
				c.same(call, "∂L/∂x", k.inputGrad(ws), m.Data("d0"))
			}
		}
		start()
		do(plan.Forward)
		output := append([]F{}, k.forward(params, ws, x)...)
		c.same("Forward", "ŷ", output, m.Data(fmt.Sprintf("a%d", n.Depth())))
		do(plan.Backward)
		loss := k.backward(params, ws, x, y, g)
		c.same("Backward", "loss", []F{loss}, m.Data("loss"))
		c.same("Backward", "gradient", g, gradient())
		input("Backward")
		do(plan.LossOnly)
		c.same("Loss", "loss", []F{k.loss(params, ws, x, y)}, m.Data("loss"))
		do(plan.Grad)
		loss = k.grad(params, ws, x, y, g)
		c.same("Grad", "loss", []F{loss}, m.Data("loss"))
		c.same("Grad", "gradient", g, gradient())
		input("Grad")
		if s.finite {
			c.bounded(n, v.params, v.x[i*inputs:(i+1)*inputs], v.y[i*outputs:(i+1)*outputs], output, loss, g)
		}
		do(plan.Step)
		c.same("Step", "loss", []F{k.step(params, ws, x, y, rate)}, m.Data("loss"))
		c.moved(params, stored(p, m, plan.Weight, plan.Bias))
	}
}

// batch compares every function of a batch.
func (k kernel[F]) batch(c comparison[F], n spec.Network, p *plan.Program, v numbers[float64]) {
	b, params, g := k.newBatch(), make([]F, k.params), make([]F, k.params)
	inputs, outputs := n.Input, n.Width(n.Depth())
	xs, ys, out, gxs := make([]F, samples*inputs), make([]F, samples*outputs), make([]F, samples*outputs), make([]F,
		samples*inputs)
	as(params, v.params)
	as(xs, v.x)
	as(ys, v.y)
	m := plan.NewBatchMemory[F](p, samples)
	for i := range samples {
		load(p, m.Samples[i], v, i)
	}
	do := func(f string) {
		if err := m.RunBatch(f); err != nil {
			c.t.Fatal(err)
		}
	}
	do(plan.ForwardBatch)
	k.forwardBatch(params, b, xs, out)
	for i := range samples {
		c.same("ForwardBatch", fmt.Sprintf("ŷ of sample %d", i), out[i*outputs:(i+1)*outputs], m.Samples[i].Data("o"))
	}
	do(plan.LossBatch)
	c.same("LossBatch", "loss", []F{k.lossBatch(params, b, xs, ys)}, []F{m.Loss})
	do(plan.GradBatch)
	c.same("GradBatch", "loss", []F{k.gradBatch(params, b, xs, ys, g)}, []F{m.Loss})
	c.same("GradBatch", "gradient", g, stored(p, m.Network, plan.WeightGrad, plan.BiasGrad))
	if k.inputGradBatch != nil {
		do(plan.InputGradBatch)
		c.same("InputGradBatch", "loss", []F{k.inputGradBatch(params, b, xs, ys, gxs)}, []F{m.Loss})
		for i := range samples {
			c.same("InputGradBatch", fmt.Sprintf("∂L/∂x of sample %d", i), gxs[i*inputs:(i+1)*inputs],
				m.Samples[i].Data("gx"))
		}
	}
	do(plan.StepBatch)
	c.same("StepBatch", "loss", []F{k.stepBatch(params, b, xs, ys, rate)}, []F{m.Loss})
	c.same("StepBatch", "parameters", params, stored(p, m.Network, plan.Weight, plan.Bias))
}

// comparison compares a kernel's numbers with what they should be.
type comparison[F float32 | float64] struct {
	t     *testing.T
	where string
	seen  *seen
}

// seen counts the numbers that were compared: those that should be finite, infinite and NaN, and those that were held
// to a bound.
type seen struct{ finite, infinite, nan, bounded int }

// class is what kind of number it is: NaN, one of the infinities, or finite.
func class[F float32 | float64](v F) string {
	switch {
	case v != v:
		return "NaN"
	case math.IsInf(float64(v), 0):
		return fmt.Sprint(v)
	}
	return "finite"
}

// moved compares parameters after Step as same does, but where a gradient is infinite: rate·δ·a is (rate·δ)·a or
// δ·(rate·a), whichever is faster, and where a product of two underflows to 0 the infinity makes NaN of it.
func (c comparison[F]) moved(got, want []F) {
	c.t.Helper()
	want = slices.Clone(want)
	for i := range min(len(got), len(want)) {
		if class(got[i]) != "finite" && class(want[i]) != "finite" {
			want[i] = got[i]
		}
	}
	c.same("Step", "parameters", got, want)
}

// same compares classes: where one is NaN, infinite or finite, so is the other.
func (c comparison[F]) same(call, what string, got, want []F) {
	c.t.Helper()
	if len(got) != len(want) {
		c.t.Fatalf("%s: %s, %s: %d numbers, want %d", c.where, call, what, len(got), len(want))
	}
	for i := range got {
		switch class(want[i]) {
		case "finite":
			c.seen.finite++
		case "NaN":
			c.seen.nan++
		default:
			c.seen.infinite++
		}
		if class(got[i]) != class(want[i]) {
			c.t.Errorf("%s: %s: number %d of %s is %v, as the plan says it is %v", c.where, call, i, what, got[i],
				want[i])
			return
		}
	}
}

// bounded compares with the reference, within its bounds.
func (c comparison[F]) bounded(n spec.Network, params, x, y []float64, output []F, loss F, gradient []F) {
	c.t.Helper()
	reference, err := verify.NewNetwork(n, params)
	if err != nil {
		c.t.Fatal(err)
	}
	trace := reference.Algorithm4(x, y)
	bounds, err := reference.Bounds(trace, n.Precision)
	if err != nil {
		c.t.Fatal(err)
	}
	check := func(what string, got []F, want, bound []float64) {
		for i, g := range got {
			if bound[i] <= math.MaxFloat64 {
				c.seen.bounded++
			}
			if bound[i] <= math.MaxFloat64 && !(math.Abs(float64(g)-want[i]) <= bound[i]) {
				c.t.Errorf("%s: number %d of %s is %v, should be %v ± %v", c.where, i, what, g, want[i], bound[i])
				return
			}
		}
	}
	check("ŷ", output, trace.Output.RawVector().Data, bounds.Output.RawVector().Data)
	check("the loss", []F{loss}, []float64{trace.Loss}, []float64{bounds.Loss})
	check("the gradient", gradient, trace.Flat(), bounds.Flat())
}
