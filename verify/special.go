package verify

import (
	"fmt"
	"math"
	"slices"
)

// initialisation judges Init: biases 0, and every weight the layer's scale times its own call of norm.
func (j *judge[F]) initialisation() {
	if j.scales() {
		j.draws()
	}
}

// scales judges Init with a norm that is always 1, so that every weight is the scale of its layer. It
// reports whether all is right.
func (j *judge[F]) scales() bool {
	n, m := j.network, j.machine
	fill(m.params, math.NaN())
	m.init(func() float64 { return 1 })
	untouchedBeside(ruler{j.report, j.format, ""}, "Init", m.guards)

	before := j.report.wrong()
	want, bound := make([]float64, 0, n.Params()), make([]float64, 0, n.Params())
	for _, b := range blocks(n, "") {
		scale, e := 0.0, 0.0
		if b.cols > 0 {
			// The scale, a square root of a quotient of a sum, is rounded, and the product.
			scale = weightScale(n, b.layer)
			e = newRounding(j.format).local(work{roundings: 5}, scale, scale)
		}
		for range b.n {
			want, bound = append(want, scale), append(bound, e)
		}
	}
	compareAll(ruler{j.report, j.format, "norm always 1"}, "Init", blocks(n, ""), m.params, want, bound)
	return j.report.wrong() == before
}

// draws judges that Init uses every number that norm returns for one weight. In which order is the
// kernel's business, so both are sorted: that keeps the relative errors, because the k-th smallest of
// the rounded numbers is the k-th smallest number rounded.
func (j *judge[F]) draws() {
	n, m := j.network, j.machine
	rng, _ := random(n, 0)
	var drawn, used, bound []float64
	m.init(func() float64 {
		// Apart from 0, where relative errors mean nothing; of both signs, and the first the largest, so that weights
		// are neither folded nor cut off.
		d := math.Ldexp(1+rng.Float64(), 6-len(drawn)%7)
		if len(drawn)%2 == 0 {
			d = -d
		}
		drawn = append(drawn, d)
		return d
	})

	params := m.params
	for _, b := range blocks(n, "") {
		if b.cols > 0 {
			for _, w := range params[:b.n] {
				used = append(used, float64(w)/weightScale(n, b.layer))
			}
		}
		params = params[b.n:]
	}
	if len(drawn) != len(used) {
		j.report.broken("Init", "weights", "", "norm was called %d times for %d weights; call it once for each",
			len(drawn), len(used))
		return
	}
	slices.Sort(used)
	slices.Sort(drawn)
	for _, d := range drawn {
		bound = append(bound, newRounding(j.format).local(work{roundings: 6}, math.Abs(d), math.Abs(d)))
	}
	compare(ruler{j.report, j.format, "norm between -128 and 64"}, "Init", block{name: "weights/scale, k-th smallest", n: len(used)},
		used, drawn, bound)
}

// notFinite checks that a NaN in the input reaches the output and the loss, no activation hiding it, that no call
// panics on NaN or infinities, and that they leave nothing behind in the workspace.
func (j *judge[F]) notFinite() {
	s, err := newSample(j.network, 0)
	if j.report.failed(err) {
		return
	}
	spoilt := s
	spoilt.x = slices.Clone(s.x)
	spoilt.x[0] = math.NaN()
	want, err := newExpectation(j.network, spoilt)
	if j.report.failed(err) {
		return
	}
	r := ruler{j.report, j.format, fmt.Sprintf("x[0] NaN, seed %s", j.report.Seed)}
	for _, c := range calls[F]() {
		j.machine.poison()
		first := j.do(c, s)
		got := j.do(c, spoilt)
		if c.output {
			b := block{name: "ŷ", layer: j.network.Depth(), n: len(want.output)}
			compare(r, c.name, b, got.output, want.output, want.outputBound)
		}
		if c.loss {
			compare(r, c.name, block{name: "loss"}, []F{got.loss}, []float64{want.loss}, []float64{want.lossBound})
		}
		for _, f := range got.fields {
			if e := f.expected(want.between); !f.gradient { // what a derivative is at NaN is a choice
				compare(r, c.name, f.block, f.view, e.value, e.bound)
			}
		}
		for _, infinite := range []float64{math.Inf(1), math.Inf(-1)} {
			spoilt.x[0] = infinite
			j.do(c, spoilt)
		}
		spoilt.x[0] = math.NaN()
		repeats(r, singleShape(j.network), c.name, "a call after others with NaN and ±Inf in x", first, j.do(c, s))
	}
}

// allocations counts the allocations of every call.
func (j *judge[F]) allocations() {
	s, err := newSample(j.network, 0)
	if j.report.failed(err) {
		return
	}
	j.machine.load(s)
	for _, c := range calls[F]() {
		j.report.allocates(c.name, "", 10, func() { c.run(j.machine, F(s.rate)) })
		untouchedBeside(ruler{j.report, j.format, "many calls"}, c.name, j.machine.guards)
	}
	if j.machine.inputGrad == nil {
		return
	}
	j.report.allocates("InputGrad", "", 10, func() { j.machine.inputGrad() })
}
