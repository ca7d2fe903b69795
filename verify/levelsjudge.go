package verify

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// judgedLevels is a kernel of rounding: strict as the judge of its levels sees it.
type judgedLevels[F Float] struct {
	network  spec.Network
	report   *findings
	atLevels func(test func(level string))
	// single, batch and gradient make what the functions work on.
	single   func() *machine[F]
	batch    func(largest int) *batchMachine[F]
	gradient func() gradientFunctions[F]
}

// judgeLevels compares what the functions deliver at all levels.
func judgeLevels[F Float](k *judgedLevels[F]) { byPrecision[F](k, judgeLevels32, judgeLevels64) }

//go:noinline
func judgeLevels32(k *judgedLevels[float32]) { judgeLevelNumbers(k) }

//go:noinline
func judgeLevels64(k *judgedLevels[float64]) { judgeLevelNumbers(k) }

func judgeLevelNumbers[F Float](k *judgedLevels[F]) {
	n, report := k.network, k.report
	rng, seed := random(n, levelTrials)
	report.Seed = seed
	most := max(3, batchLimit/(n.Params()+sampleCost))
	var counts []int
	for _, c := range []int{3, 37, 65, n.Batch, 2*n.Batch + 1} {
		counts = append(counts, min(c, most))
	}
	slices.Sort(counts)
	counts = slices.Compact(counts)
	report.Trials = min(max(levelBudget/n.Params(), len(strictFills)), 3*len(strictFills))
	for round := range report.Trials {
		fill := strictFills[round%len(strictFills)]
		d := newStrictData[F](n, rng, fill, counts[len(counts)-1])
		where := fmt.Sprintf("%s, round %d, seed %s", fill.name, round, report.Seed)
		sameAtLevels(report, k.atLevels, where, func() []delivered[F] { return strictResults(k, d, counts) })
	}
}

// strictData is what the functions work on in one round: parameters, and samples one after another.
type strictData[F Float] struct {
	params, xs, ys []F
	rate           F
	in, out        int
}

func newStrictData[F Float](n spec.Network, rng *rand.Rand, of strictFill, samples int) *strictData[F] {
	draw := of.draw
	in, out := n.Width(0), n.Width(n.Depth())
	d := &strictData[F]{
		params: make([]F, n.Params()), xs: make([]F, samples*in), ys: make([]F, samples*out), in: in, out: out,
		rate: 0.037, // no power of 2, so that products are rounded
	}
	fill := func(to []F) {
		for i := range to {
			to[i] = F(draw(rng, len(to)))
		}
	}
	fill(d.params)
	if of.input != nil {
		draw = of.input
	}
	for i := range samples {
		fill(d.x(i))
		fill(d.y(i))
	}
	return d
}

func (d *strictData[F]) x(i int) []F { return d.xs[i*d.in : (i+1)*d.in] }
func (d *strictData[F]) y(i int) []F { return d.ys[i*d.out : (i+1)*d.out] }

// single gives a machine sample i and the parameters.
func (d *strictData[F]) single(m *machine[F], i int) {
	copy(m.params, d.params)
	copy(m.x, d.x(i))
	copy(m.y, d.y(i))
}

// batch gives a machine the first samples and the parameters.
func (d *strictData[F]) batch(m *batchMachine[F], count int) {
	copy(m.params, d.params)
	copy(m.xs.first(count), d.xs)
	copy(m.ys.first(count), d.ys)
}

// strictSingles is how many samples are taken one by one.
const strictSingles = 4

// strictResults runs every function.
func strictResults[F Float](k *judgedLevels[F], d *strictData[F], counts []int) (all []delivered[F]) {
	m, b, g := k.single(), k.batch(slices.Max(counts)), k.gradient()
	where := ""
	add := func(call, what string, numbers ...F) {
		all = append(all, delivered[F]{call, what, where, slices.Clone(numbers)})
	}
	input := func(call string) {
		if m.inputGrad != nil {
			add(call, "∂L/∂x", m.inputGrad()...)
		}
	}
	for i := range min(strictSingles, len(d.xs)/d.in) {
		d.single(m, i)
		add("Forward", "ŷ", m.forward()...)
		add("Backward", "loss", m.backward())
		add("Backward", "gradient", m.grad...)
		input("Backward")
		add("Loss", "loss", m.loss())
		add("Grad", "loss", m.gradient())
		add("Grad", "gradient", m.grad...)
		input("Grad")
		// Of the gradient: those of the specials have NaN and infinities, the others every magnitude.
		copy(g.grad, m.grad)
		add("Norm", "norm", g.norm())
		g.scale(d.rate)
		add("Scale", "gradient", g.grad...)
		add("Clip", "norm", g.clip(g.norm()*d.rate))
		add("Clip", "gradient", g.grad...)
		add("Step", "loss", m.step(d.rate))
		add("Step", "parameters", m.params...)
		input("Step")
	}
	for _, count := range counts {
		where = fmt.Sprintf("%d samples, ", count)
		d.batch(b, count)
		all := evenly(count)
		b.forward(all)
		add("ForwardBatch", "ŷ", b.out.first(count)...)
		add("LossBatch", "loss", b.loss(all))
		add("GradBatch", "loss", b.gradient(all))
		add("GradBatch", "gradient", b.grad...)
		if b.inputGrad != nil {
			add("InputGradBatch", "loss", b.inputGrad(all))
			add("InputGradBatch", "∂L/∂x", b.gxs.first(count)...)
		}
		add("StepBatch", "loss", b.step(all, d.rate))
		add("StepBatch", "parameters", b.params...)
	}
	return all
}
