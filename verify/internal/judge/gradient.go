package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// gradientJudge checks what is done with a gradient before it is used: Norm, Clip and Scale.
type gradientJudge[F memory.Float] struct {
	network spec.Network
	format  rounding.Format
	report  *finding.Report
	GradientFunctions[F]
}

// GradientFunctions are Norm, Clip and Scale of one gradient: all of them, or all nil where the network emits none.
type GradientFunctions[F memory.Float] struct {
	Grad  []F
	Norm  func() F
	Clip  func(limit F) F
	Scale func(k F)
}

// ruler compares numbers of which it says where they come from.
func (j *gradientJudge[F]) ruler(where string) finding.Ruler {
	return finding.Ruler{Report: j.report, Format: j.format, Where: where}
}

// run judges the functions on gradients of many sizes, and on those that are no numbers.
func (j *gradientJudge[F]) run() {
	if j.Norm == nil {
		return
	}
	rng, _ := trial.Random(j.network, gradientTrials)
	// From where the sum of all squares overflows though its root does not, to the smallest numbers.
	n := float64(len(j.Grad))
	for i, size := range []float64{1, 1e3, j.format.Max / (8 * math.Sqrt(n)), math.Sqrt(j.format.Max), 1e-6,
		math.Sqrt(j.format.Tiny), j.format.Tiny * 100, 0} {
		g := make([]float64, len(j.Grad))
		for k := range g {
			g[k] = float64(F(min(max(rng.NormFloat64(), -4), 4) * size))
		}
		j.judge(fmt.Sprintf("a gradient of size %.3g, seed %s", size, j.report.Seed), g, scales[i%len(scales)])
	}
	g := make([]float64, len(j.Grad)) // one large element among those that it swallows
	for _, at := range []int{0, len(g) / 3, len(g) - 1} {
		for i := range g {
			g[i] = float64(F(rng.NormFloat64() * 1e-10))
		}
		g[at] = -float64(F(j.format.Max / 2))
		j.judge(fmt.Sprintf("element %d of half the largest number", at), g, 0.25)
	}
	j.notFinite(g)

	memory.Fill(j.Grad, 1)
	for name, f := range map[string]func(){
		"Norm": func() { j.Norm() }, "Clip": func() { j.Clip(0.5) }, "Scale": func() { j.Scale(0.5) },
	} {
		j.report.Allocates(name, "", 5, f)
	}
}

// gradientTrials is the trial of gradients among the seeds.
const gradientTrials = 1 << 36

// scales are factors of Scale, taken in turn.
var scales = []float64{0.25, -3, 1. / 3, 0}

// judge holds all three functions against the reference on one gradient.
func (j *gradientJudge[F]) judge(where string, g []float64, k float64) {
	norm := j.euclidean(g)
	r := j.ruler(where)
	returned := func(name string, got F) {
		finding.Compare(r, name, finding.Block{Name: "norm"}, []F{got}, []float64{norm.Value}, []float64{norm.Bound})
	}
	memory.Narrow(j.Grad, g)
	returned("Norm", j.Norm())
	j.unchanged(r, "Norm", g)

	for _, limit := range []float64{norm.Value * 2, norm.Value / 3, norm.Value * 1e-5, 0} {
		limit = float64(F(min(limit, j.format.Max)))
		if math.Abs(norm.Value-limit) <= norm.Bound && norm.Value > 0 {
			continue // the kernel may find it greater or not
		}
		memory.Narrow(j.Grad, g)
		r.Where = fmt.Sprintf("limit %v, %s", limit, where)
		returned("Clip", j.Clip(F(limit)))
		if norm.Value <= limit {
			j.unchanged(r, "Clip", g)
			continue
		}
		// The quotient is at most 1, so that nothing overflows.
		pair := rounding.PairOf(j.format)
		k := pair.Over(rounding.Given(limit), norm)
		j.elements(r, "Clip", g, func(v float64) rounding.Number {
			return pair.Rounded(pair.Times(k, rounding.Given(v)), rounding.Work{Roundings: 2}, 0)
		})
	}
	memory.Narrow(j.Grad, g)
	k = float64(F(k))
	r.Where = fmt.Sprintf("k %v, %s", k, where)
	j.Scale(F(k))
	j.elements(r, "Scale", g, func(v float64) rounding.Number {
		return rounding.PairOf(j.format).Times(rounding.Given(k), rounding.Given(v))
	})
}

// euclidean is √Σg², with a bound for any order of the sum in float64, the elements scaled or not: relative to the norm
// half the roundings of the sum and of the squares, in the kernel and here, and those of the root and of what it is
// rounded to.
func (j *gradientJudge[F]) euclidean(g []float64) rounding.Number {
	largest := 0.0
	for _, v := range g {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		return rounding.Number{}
	}
	_, e := math.Frexp(largest)
	sum := 0.0
	for _, v := range g {
		v = math.Ldexp(v, -e)
		sum += v * v
	}
	norm := math.Ldexp(math.Sqrt(sum), e)
	r := rounding.PairOf(j.format)
	return r.Rounded(rounding.Number{Value: norm, Bound: 2 * r.Reference.Gamma(float64(len(g))/2+4) * norm},
		rounding.Work{Roundings: 2}, 0)
}

// elements compares the gradient with what becomes of each element of g.
func (j *gradientJudge[F]) elements(r finding.Ruler, name string, g []float64, of func(v float64) rounding.Number) {
	want, bound := make([]float64, len(g)), make([]float64, len(g))
	for i, v := range g {
		x := of(v)
		want[i], bound[i] = x.Value, x.Bound
	}
	finding.CompareAll(r, name, finding.Blocks(j.network, "∂L/∂"), j.Grad, want, bound)
}

// unchanged checks that the gradient has the bits of g.
func (j *gradientJudge[F]) unchanged(r finding.Ruler, name string, g []float64) {
	before := make([]F, len(g))
	memory.Narrow(before, g)
	if i := memory.FirstDifference(j.Grad, before); i >= 0 {
		j.report.Broken(name, "g", r.Where, "element %d written, from %v to %v", i, before[i], j.Grad[i])
	}
}

// notFinite checks that NaN and infinities are not hidden.
func (j *gradientJudge[F]) notFinite(g []float64) {
	at := len(g) / 2
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		spoilt := slices.Clone(g)
		spoilt[at] = v
		want := math.Abs(v)
		check := func(name string, got F) {
			if memory.FirstDifference([]F{got}, []F{F(want)}) >= 0 {
				j.report.Broken(name, "norm", "", "%v of a gradient with %v, want %v", got, v, want)
			}
		}
		memory.Narrow(j.Grad, spoilt)
		check("Norm", j.Norm())
		check("Clip", j.Clip(1))
		for i, c := range j.Grad {
			switch {
			case c != c && (i == at || v != v):
			case c == 0 && i != at && v == v:
			default:
				j.report.Broken("Clip", "g", "", "element %d is %v after %v in element %d; clipping must not hide it",
					i, c, v, at)
			}
		}
	}
}
