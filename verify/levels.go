package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestLevels checks that a network of rounding: strict gives the same bits at every level that the machine has, and
// fails the test with what is wrong. atLevels calls a test once with every level, "portable" first, as the emitted
// function of that name does; network is the spec as text.
func TestLevels[P, G, W, B, X, Y any, F Float](
	t testing.TB, network string, k Kernel[P, G, W, B, X, Y, F], atLevels func(test func(level string)),
) {
	t.Helper()
	n := emitted(t, network)
	CheckLevels(n, k, atLevels).tell(t)
}

// CheckLevels runs every function at every level on numbers of all kinds, NaN and infinities among them, on single
// samples and on batches of several sizes, and compares all that they deliver with what the first level delivers, bit
// by bit; any NaN is NaN.
func CheckLevels[P, G, W, B, X, Y any, F Float](
	n spec.Network, k Kernel[P, G, W, B, X, Y, F], atLevels func(test func(level string)),
) *Report {
	n = n.WithDefaults()
	report := &Report{Network: n.Name}
	var rng *rand.Rand
	rng, report.Seed = random(n, levelTrials)
	if err := k.complete(n); err != nil {
		report.broken("Kernel", "types", "", "%v", err)
		return report.finish()
	}
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
		d := newStrictData[P, X, Y, F](rng, fill, counts[len(counts)-1])
		first := ""
		var want []delivered[F]
		atLevels(func(level string) {
			got := strictResults(k, d, counts)
			if want == nil {
				first, want = level, got
				return
			}
			where := fmt.Sprintf("%s, round %d, seed %s", fill.name, round, report.Seed)
			for i, g := range got {
				if at := sameBits(g.numbers, want[i].numbers); at >= 0 {
					report.broken(g.call, g.what, fmt.Sprintf("%s%s", g.where, where), "number %d is %v at level %s, %v at level %s; "+
						"rounding: strict promises the same bits", at, g.numbers[at], level, want[i].numbers[at], first)
				}
			}
		})
	}
	return report.finish()
}

// levelTrials is where the trials of levels begin among the seeds, and levelBudget how many parameters all have
// together.
const levelTrials, levelBudget = 1 << 48, 1 << 18

// strictFill draws numbers for one round.
type strictFill struct {
	name string
	draw func(rng *rand.Rand, all int) float64
	// input draws inputs and targets; nil: draw does.
	input func(rng *rand.Rand, all int) float64
}

// strictFills are kinds of numbers that arithmetic treats apart: every magnitude, so that sums depend on their order;
// few values, so that units tie and zeros have both signs; and special ones, among others or many together.
var strictFills = []strictFill{
	{name: "moderate numbers", draw: func(rng *rand.Rand, _ int) float64 { return rng.NormFloat64() / 2 }},
	{name: "numbers of every magnitude", draw: func(rng *rand.Rand, _ int) float64 {
		return rng.NormFloat64() * math.Ldexp(1, rng.IntN(80)-40)
	}},
	{name: "few values", draw: func(rng *rand.Rand, _ int) float64 {
		return math.Copysign(float64(rng.IntN(2))/2, float64(rng.IntN(2))-0.5)
	}},
	{name: "one special number or two", draw: func(rng *rand.Rand, all int) float64 {
		if rng.IntN(all) < 2 {
			return strictSpecials[rng.IntN(len(strictSpecials))]
		}
		return rng.NormFloat64() / 2
	}},
	{name: "many special numbers", draw: func(rng *rand.Rand, _ int) float64 {
		if rng.IntN(8) == 0 {
			return strictSpecials[rng.IntN(len(strictSpecials))]
		}
		return rng.NormFloat64() / 2
	}},
	// Every product of the first layer is -0, and so is the sum of products alone.
	{
		name: "zeros", draw: func(*rand.Rand, int) float64 { return math.Copysign(0, -1) },
		input: func(*rand.Rand, int) float64 { return 0 },
	},
}

// strictSpecials are numbers that are treated apart somewhere.
var strictSpecials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat32,
	0x1p-127, -0x1p-1023, 1e4, -1e4, 100, -100, 0x1p127, -0x1p1023, 1, -1, 0.5,
}

// strictData is what the functions work on in one round.
type strictData[P, X, Y any, F Float] struct {
	params P
	xs     []X
	ys     []Y
	rate   F
}

func newStrictData[P, X, Y any, F Float](rng *rand.Rand, of strictFill, samples int) *strictData[P, X, Y, F] {
	draw := of.draw
	// The rate is no power of 2, so that products are rounded.
	d := &strictData[P, X, Y, F]{xs: make([]X, samples), ys: make([]Y, samples), rate: 0.037}
	fill := func(to []F) {
		for i := range to {
			to[i] = F(draw(rng, len(to)))
		}
	}
	fill(view[F](&d.params))
	if of.input != nil {
		draw = of.input
	}
	for i := range d.xs {
		fill(view[F](&d.xs[i]))
		fill(view[F](&d.ys[i]))
	}
	return d
}

// delivered is numbers that a call delivers.
type delivered[F Float] struct {
	call, what, where string
	numbers           []F
}

// strictSingles is how many samples are taken one by one.
const strictSingles = 4

// strictResults runs every function.
func strictResults[P, G, W, B, X, Y any, F Float](
	k Kernel[P, G, W, B, X, Y, F], d *strictData[P, X, Y, F], counts []int,
) (all []delivered[F]) {
	ws, b, g := new(W), new(B), new(G)
	where := ""
	add := func(call, what string, numbers ...F) {
		all = append(all, delivered[F]{call, what, where, slices.Clone(numbers)})
	}
	input := func(call string) {
		if k.InputGrad != nil {
			add(call, "∂L/∂x", view[F](k.InputGrad(ws))...)
		}
	}
	for i := range min(strictSingles, len(d.xs)) {
		p, x, y := d.params, &d.xs[i], &d.ys[i]
		add("Forward", "ŷ", view[F](k.Forward(&p, ws, x))...)
		add("Backward", "loss", k.Backward(&p, ws, x, y, g))
		add("Backward", "gradient", view[F](g)...)
		input("Backward")
		add("Loss", "loss", k.Loss(&p, ws, x, y))
		add("Grad", "loss", k.Grad(&p, ws, x, y, g))
		add("Grad", "gradient", view[F](g)...)
		input("Grad")
		// Of the gradient: those of the specials have NaN and infinities, the others every magnitude.
		add("Norm", "norm", k.Norm(g))
		k.Scale(g, d.rate)
		add("Scale", "gradient", view[F](g)...)
		add("Clip", "norm", k.Clip(g, k.Norm(g)*d.rate))
		add("Clip", "gradient", view[F](g)...)
		add("Step", "loss", k.Step(&p, ws, x, y, d.rate))
		add("Step", "parameters", view[F](&p)...)
		input("Step")
	}
	for _, count := range counts {
		where = fmt.Sprintf("%d samples, ", count)
		p, xs, ys, out, gxs := d.params, d.xs[:count], d.ys[:count], make([]Y, count), make([]X, count)
		k.ForwardBatch(&p, b, xs, out)
		add("ForwardBatch", "ŷ", numbers[F](out)...)
		add("LossBatch", "loss", k.LossBatch(&p, b, xs, ys))
		add("GradBatch", "loss", k.GradBatch(&p, b, xs, ys, g))
		add("GradBatch", "gradient", view[F](g)...)
		if k.InputGradBatch != nil {
			add("InputGradBatch", "loss", k.InputGradBatch(&p, b, xs, ys, gxs))
			add("InputGradBatch", "∂L/∂x", numbers[F](gxs)...)
		}
		add("StepBatch", "loss", k.StepBatch(&p, b, xs, ys, d.rate))
		add("StepBatch", "parameters", view[F](&p)...)
	}
	return all
}
