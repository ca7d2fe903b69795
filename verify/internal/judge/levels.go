package judge

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/once"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Levels is a kernel of rounding: strict as the judge of its levels sees it.
type Levels[F memory.Float] struct {
	Network  spec.Network
	Report   *finding.Report
	AtLevels func(test func(level string))
	// Single, Batch and Gradient make what the functions work on.
	Single   func() *Machine[F]
	Batch    func(largest int) *BatchMachine[F]
	Gradient func() GradientFunctions[F]
}

// JudgeLevels compares what the functions deliver at all levels.
func JudgeLevels[F memory.Float](k *Levels[F]) { once.ByPrecision[F](k, judgeLevels32, judgeLevels64) }

//go:noinline
func judgeLevels32(k *Levels[float32]) { judgeLevelNumbers(k) }

//go:noinline
func judgeLevels64(k *Levels[float64]) { judgeLevelNumbers(k) }

func judgeLevelNumbers[F memory.Float](k *Levels[F]) {
	n, report := k.Network, k.Report
	rng, seed := trial.Random(n, trial.LevelTrials)
	report.Seed = seed
	most := max(3, trial.BatchLimit/(n.Params()+trial.SampleCost))
	var counts []int
	for _, c := range []int{3, 37, 65, n.Batch, 2*n.Batch + 1} {
		counts = append(counts, min(c, most))
	}
	slices.Sort(counts)
	counts = slices.Compact(counts)
	report.Trials = min(max(trial.LevelBudget/n.Params(), len(trial.Fills)), 3*len(trial.Fills))
	for round := range report.Trials {
		fill := trial.Fills[round%len(trial.Fills)]
		d := newStrictData[F](n, rng, fill, counts[len(counts)-1])
		where := fmt.Sprintf("%s, round %d, seed %s", fill.Name, round, report.Seed)
		finding.SameAtLevels(report, k.AtLevels, where, func() []finding.Delivered[F] {
			return strictResults(k, d, counts)
		})
	}
}

// strictData is what the functions work on in one round: parameters, and samples one after another.
type strictData[F memory.Float] struct {
	params, xs, ys []F
	weights        []F
	rate           F
	in, out        int
}

func newStrictData[F memory.Float](n spec.Network, rng *rand.Rand, of trial.Fill, samples int) *strictData[F] {
	draw := of.Draw
	in, out := n.Width(0), n.Width(n.Depth())
	d := &strictData[F]{
		params: make([]F, n.Params()), xs: make([]F, samples*in), ys: make([]F, samples*out), in: in, out: out,
		weights: make([]F, samples),
		rate:    0.037, // no power of 2, so that products are rounded
	}
	fill := func(to []F) {
		for i := range to {
			to[i] = F(draw(rng, len(to)))
		}
	}
	fill(d.params)
	if of.Input != nil {
		draw = of.Input
	}
	for i := range samples {
		fill(d.x(i))
		fill(d.y(i))
	}
	fill(d.weights)
	return d
}

func (d *strictData[F]) x(i int) []F { return d.xs[i*d.in : (i+1)*d.in] }
func (d *strictData[F]) y(i int) []F { return d.ys[i*d.out : (i+1)*d.out] }

// single gives a machine sample i and the parameters.
func (d *strictData[F]) single(m *Machine[F], i int) {
	copy(m.Params, d.params)
	copy(m.X, d.x(i))
	copy(m.Y, d.y(i))
}

// batch gives a machine the first samples and the parameters.
func (d *strictData[F]) batch(m *BatchMachine[F], count int) {
	copy(m.Params, d.params)
	copy(m.Xs.First(count), d.xs)
	copy(m.Ys.First(count), d.ys)
	copy(m.Weights.First(count), d.weights)
}

// strictSingles is how many samples are taken one by one.
const strictSingles = 4

// strictResults runs every function.
func strictResults[F memory.Float](k *Levels[F], d *strictData[F], counts []int) (all []finding.Delivered[F]) {
	m, b, g := k.Single(), k.Batch(slices.Max(counts)), k.Gradient()
	where := ""
	add := func(call, what string, numbers ...F) {
		all = append(all, finding.Delivered[F]{Call: call, What: what, Where: where, Numbers: slices.Clone(numbers)})
	}
	for i := range min(strictSingles, len(d.xs)/d.in) {
		d.single(m, i)
		for _, c := range calls(m) {
			loss, output := c.run(m, d.rate)
			if c.output {
				add(c.name, "ŷ", output...)
			}
			if c.loss {
				add(c.name, "loss", loss)
			}
			if c.gradient {
				add(c.name, "gradient", m.Grad...)
			}
			if c.step {
				add(c.name, "parameters", m.Params...)
			}
			if (c.gradient || c.step) && m.InputGrad != nil {
				add(c.name, "∂L/∂x", m.InputGrad()...)
			}
		}
		if g.Norm == nil {
			continue
		}
		// Of the gradient: those of the specials have NaN and infinities, the others every magnitude.
		copy(g.Grad, m.Grad)
		add("Norm", "norm", g.Norm())
		g.Scale(d.rate)
		add("Scale", "gradient", g.Grad...)
		add("Clip", "norm", g.Clip(g.Norm()*d.rate))
		add("Clip", "gradient", g.Grad...)
	}
	for _, count := range counts {
		where = fmt.Sprintf("%s, ", plural.Of(count, "sample"))
		for _, c := range batchCalls(b) {
			d.batch(b, count)
			loss := c.run(b, memory.Evenly(count), d.rate)
			if c.output {
				add(c.name, "ŷ", b.Out.First(count)...)
			}
			if c.loss {
				add(c.name, "loss", loss)
			}
			if c.gradient {
				add(c.name, "gradient", b.Grad...)
			}
			if c.step {
				add(c.name, "parameters", b.Params...)
			}
			if c.input {
				add(c.name, "∂L/∂x", b.Gxs.First(count)...)
			}
		}
	}
	return all
}
