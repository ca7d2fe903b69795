package judge

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// initialisation judges Init: biases 0, and every weight the layer's scale times its own call of norm.
func (j *singleJudge[F]) initialisation() {
	if j.machine.Init != nil && j.scales() {
		j.draws()
	}
}

// scales judges Init with a norm that is always 1, so that every weight is the scale of its layer. It
// reports whether all is right.
func (j *singleJudge[F]) scales() bool {
	n, m := j.network, j.machine
	memory.Fill(m.Params, math.NaN())
	m.Init(func() float64 { return 1 })
	fence.Untouched(j.ruler(""), "Init", m.Guards)

	before := j.report.Wrong()
	want, bound := make([]float64, 0, n.Params()), make([]float64, 0, n.Params())
	for _, b := range finding.Blocks(n, "") {
		scale, e := 0.0, 0.0
		if b.Cols > 0 {
			// The scale, a square root of a quotient of a sum, is rounded, and the product.
			scale = trial.WeightScale(n, b.Layer)
			e = rounding.PairOf(j.format).Local(rounding.Work{Roundings: 5}, scale, scale)
		}
		for range b.N {
			want, bound = append(want, scale), append(bound, e)
		}
	}
	finding.CompareAll(j.ruler("norm always 1"), "Init", finding.Blocks(n, ""), m.Params, want, bound)
	return j.report.Wrong() == before
}

// draws judges that Init uses every number that norm returns for one weight. In which order is the
// kernel's business, so both are sorted: that keeps the relative errors, because the k-th smallest of
// the rounded numbers is the k-th smallest number rounded.
func (j *singleJudge[F]) draws() {
	n, m := j.network, j.machine
	rng, _ := trial.Random(n, 0)
	var drawn, used, bound []float64
	m.Init(func() float64 {
		// Apart from 0, where relative errors mean nothing; of both signs, and the first the largest, so that weights
		// are neither folded nor cut off.
		d := math.Ldexp(1+rng.Float64(), 6-len(drawn)%7)
		if len(drawn)%2 == 0 {
			d = -d
		}
		drawn = append(drawn, d)
		return d
	})

	params := m.Params
	for _, b := range finding.Blocks(n, "") {
		if b.Cols > 0 {
			for _, w := range params[:b.N] {
				used = append(used, float64(w)/trial.WeightScale(n, b.Layer))
			}
		}
		params = params[b.N:]
	}
	if len(drawn) != len(used) {
		j.report.Broken("Init", "weights", "", "norm was called %d times for %d weights; call it once for each",
			len(drawn), len(used))
		return
	}
	slices.Sort(used)
	slices.Sort(drawn)
	for _, d := range drawn {
		bound = append(bound, rounding.PairOf(j.format).Local(rounding.Work{Roundings: 6}, math.Abs(d), math.Abs(d)))
	}
	finding.Compare(j.ruler("norm between -128 and 64"), "Init",
		finding.Block{Name: "weights/scale, k-th smallest", N: len(used)},
		used, drawn, bound)
}
