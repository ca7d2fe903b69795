package verify

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// gradientJudge checks what is done with a gradient before it is used: Norm, Clip and Scale.
type gradientJudge[F Float] struct {
	network spec.Network
	format  arithmetic
	report  *findings
	gradientFunctions[F]
}

// gradientFunctions are Norm, Clip and Scale of one gradient.
type gradientFunctions[F Float] struct {
	grad  []F
	norm  func() F
	clip  func(limit F) F
	scale func(k F)
}

// run judges the functions on gradients of many sizes, and on those that are no numbers.
func (j *gradientJudge[F]) run() {
	rng, _ := random(j.network, gradientTrials)
	// From where the sum of all squares overflows though its root does not, to the smallest numbers.
	n := float64(len(j.grad))
	for i, size := range []float64{1, 1e3, j.format.max / (8 * math.Sqrt(n)), math.Sqrt(j.format.max), 1e-6,
		math.Sqrt(j.format.tiny), j.format.tiny * 100, 0} {
		g := make([]float64, len(j.grad))
		for k := range g {
			g[k] = float64(F(min(max(rng.NormFloat64(), -4), 4) * size))
		}
		j.judge(fmt.Sprintf("a gradient of size %.3g, seed %s", size, j.report.Seed), g, scales[i%len(scales)])
	}
	g := make([]float64, len(j.grad)) // one large element among those that it swallows
	for _, at := range []int{0, len(g) / 3, len(g) - 1} {
		for i := range g {
			g[i] = float64(F(rng.NormFloat64() * 1e-10))
		}
		g[at] = -float64(F(j.format.max / 2))
		j.judge(fmt.Sprintf("element %d of half the largest number", at), g, 0.25)
	}
	j.notFinite(g)

	fill(j.grad, 1)
	for name, f := range map[string]func(){"Norm": func() { j.norm() }, "Clip": func() { j.clip(0.5) }, "Scale": func() { j.scale(0.5) }} {
		j.report.allocates(name, "", 5, f)
	}
}

// gradientTrials is the trial of gradients among the seeds.
const gradientTrials = 1 << 36

// scales are factors of Scale, taken in turn.
var scales = []float64{0.25, -3, 1. / 3, 0}

// judge holds all three functions against the reference on one gradient.
func (j *gradientJudge[F]) judge(where string, g []float64, k float64) {
	norm := j.euclidean(g)
	r := ruler{j.report, j.format, where}
	returned := func(name string, got F) {
		compare(r, name, block{name: "norm"}, []F{got}, []float64{norm.value}, []float64{norm.bound})
	}
	narrowed(j.grad, g)
	returned("Norm", j.norm())
	j.unchanged(r, "Norm", g)

	for _, limit := range []float64{norm.value * 2, norm.value / 3, norm.value * 1e-5, 0} {
		limit = float64(F(min(limit, j.format.max)))
		if math.Abs(norm.value-limit) <= norm.bound && norm.value > 0 {
			continue // the kernel may find it greater or not
		}
		narrowed(j.grad, g)
		r.where = fmt.Sprintf("limit %v, %s", limit, where)
		returned("Clip", j.clip(F(limit)))
		if norm.value <= limit {
			j.unchanged(r, "Clip", g)
			continue
		}
		// The quotient is at most 1, so that nothing overflows.
		rounding := newRounding(j.format)
		k := rounding.over(given(limit), norm)
		j.elements(r, "Clip", g, func(v float64) number {
			return rounding.rounded(rounding.times(k, given(v)), work{roundings: 2}, 0)
		})
	}
	narrowed(j.grad, g)
	k = float64(F(k))
	r.where = fmt.Sprintf("k %v, %s", k, where)
	j.scale(F(k))
	j.elements(r, "Scale", g, func(v float64) number { return newRounding(j.format).times(given(k), given(v)) })
}

// euclidean is √Σg², with a bound for any order of the sum in float64, the elements scaled or not: relative to the norm
// half the roundings of the sum and of the squares, in the kernel and here, and those of the root and of what it is
// rounded to.
func (j *gradientJudge[F]) euclidean(g []float64) number {
	largest := 0.0
	for _, v := range g {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 {
		return number{}
	}
	_, e := math.Frexp(largest)
	sum := 0.0
	for _, v := range g {
		v = math.Ldexp(v, -e)
		sum += v * v
	}
	norm := math.Ldexp(math.Sqrt(sum), e)
	r := newRounding(j.format)
	return r.rounded(number{norm, 2 * r.reference.gamma(float64(len(g))/2+4) * norm}, work{roundings: 2}, 0)
}

// elements compares the gradient with what becomes of each element of g.
func (j *gradientJudge[F]) elements(r ruler, name string, g []float64, of func(v float64) number) {
	want, bound := make([]float64, len(g)), make([]float64, len(g))
	for i, v := range g {
		x := of(v)
		want[i], bound[i] = x.value, x.bound
	}
	compareAll(r, name, blocks(j.network, "∂L/∂"), j.grad, want, bound)
}

// unchanged checks that the gradient has the bits of g.
func (j *gradientJudge[F]) unchanged(r ruler, name string, g []float64) {
	before := make([]F, len(g))
	narrowed(before, g)
	if i := sameBits(j.grad, before); i >= 0 {
		j.report.broken(name, "g", r.where, "element %d written, from %v to %v", i, before[i], j.grad[i])
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
			if sameBits([]F{got}, []F{F(want)}) >= 0 {
				j.report.broken(name, "norm", "", "%v of a gradient with %v, want %v", got, v, want)
			}
		}
		narrowed(j.grad, spoilt)
		check("Norm", j.norm())
		check("Clip", j.clip(1))
		for i, c := range j.grad {
			switch {
			case c != c && (i == at || v != v):
			case c == 0 && i != at && v == v:
			default:
				j.report.broken("Clip", "g", "", "element %d is %v after %v in element %d; clipping must not hide it", i, c, v, at)
			}
		}
	}
}
