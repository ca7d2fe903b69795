package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// clipped gives a kernel Norm, Clip and Scale, with one mistake or none.
func clipped[P, G, W, B, X, Y any, F Float](k Kernel[P, G, W, B, X, Y, F], flaw flaw) Kernel[P, G, W, B, X, Y, F] {
	// largest is a power of 2 next to the largest element, 0 or not finite if that is so.
	largest := func(gs []F) (m float64) {
		for _, v := range gs {
			m = math.Max(m, math.Abs(float64(v))) // NaN stays
		}
		if m > 0 && m <= math.MaxFloat64 {
			_, e := math.Frexp(m)
			m = math.Ldexp(1, e-1)
		}
		return m
	}
	k.Norm = func(g *G) F {
		gs := memory.View[F](g)
		scale := largest(gs)
		switch {
		case flaw == "squares overflow":
			scale = 1
		case scale == 0 || scale != scale || math.IsInf(scale, 0):
			return F(scale)
		}
		var sum float64
		for i, v := range gs {
			if flaw == "one element missed" && i == 5 {
				continue
			}
			w := float64(v) / scale
			if flaw == "squares overflow" {
				sum += float64(v * v)
				continue
			}
			sum += w * w
		}
		switch flaw {
		case "square for the root":
			return F(scale * sum)
		case "allocates":
			sink = make([]float64, 3+len(sink)%2)
		case "norm off by 1e-5":
			sum *= 1.00002
		}
		return F(scale * math.Sqrt(sum))
	}
	k.Clip = func(g *G, limit F) F {
		norm := k.Norm(g)
		switch {
		case flaw == "NaN is left" && !(norm > limit):
			return norm
		case norm <= limit && flaw != "always scaled":
			return norm
		}
		factor := limit / norm
		if flaw == "1e-6 added" {
			factor = limit / (norm + 1e-6)
		}
		for i, v := range memory.View[F](g) {
			memory.View[F](g)[i] = factor * v
		}
		if flaw == "norm after" {
			return k.Norm(g)
		}
		return norm
	}
	k.Scale = func(g *G, by F) {
		for i := range memory.View[F](g) {
			if flaw == "stops early" && i == len(memory.View[F](g))-1 {
				return
			}
			memory.View[F](g)[i] *= by
		}
	}
	return k
}

// TestRightGradientFunctions: right ones are accepted, and their errors are not far below the bounds. In float64 they
// are the reference's.
func TestRightGradientFunctions(t *testing.T) {
	o := Options{Short: testing.Short()}
	if err := Check(twoThreeTwo(spec.Float64), clipped(kernel232[float64](none), none), o).Err(); err != nil {
		t.Error(err)
	}
	r := Check(twoThreeTwo(spec.Float32), clipped(kernel232[float32](none), none), o)
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	seen := 0
	for _, a := range r.Accuracies {
		if a.Call == "Norm" || a.Call == "Clip" || a.Call == "Scale" {
			seen++
			if a.Fraction < 0.05 {
				t.Errorf("%s %s: the largest error is %.2g of its bound: the bound is too wide to find mistakes",
					a.Call, a.Quantity, a.Fraction)
			}
		}
	}
	if seen != 10 {
		t.Errorf("%d quantities were judged, want two norms, and four arrays clipped and scaled", seen)
	}
}

func TestGradientMutants(t *testing.T) {
	const others = "Init Forward Loss Backward Grad Step Scale"
	for i, m := range []mutant{
		{"squares overflow", "Norm", "norm", "got +Inf", others},
		{"one element missed", "Norm", "norm", "off by", others},
		{"square for the root", "Norm", "norm", "off by", others},
		{"allocates", "Norm", "allocations", "per call", others},
		{"norm off by 1e-5", "Norm", "norm", "off by", others},
		{"NaN is left", "Clip", "g", "clipping must not hide it", others + " Norm"},
		{"always scaled", "Clip", "g", "written", others + " Norm"},
		{"1e-6 added", "Clip", "∂L/∂W1[", "off by", others + " Norm"},
		{"norm after", "Clip", "norm", "off by", others + " Norm"},
		{"stops early", "Scale", "∂L/∂b2[1]", "off by", "Norm Clip Forward"},
	} {
		t.Run(string(m.flaw), func(t *testing.T) {
			o := Options{Short: true}
			single, double := precisionsOf(i)
			if single {
				m.judged(t, Check(twoThreeTwo(spec.Float32), clipped(kernel232[float32](none), m.flaw), o))
			}
			if double {
				m.judged(t, Check(twoThreeTwo(spec.Float64), clipped(kernel232[float64](none), m.flaw), o))
			}
		})
	}
}
