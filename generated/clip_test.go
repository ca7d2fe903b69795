package generated_test

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/strict"
	"github.com/backpropgen/backpropgen/generated/xor"
)

// A limit of Clip that can only be a mistake is refused and changes nothing: a negative one turned the gradient round.
// NaN is no such mistake, as a norm of NaN may have given it: it makes the gradient NaN and stops no control loop.
// The gradient of xor is clipped in Go, those of the others in assembly where the machine has it.
func TestClipLimits(t *testing.T) {
	var x xor.XorGrad
	clipLimits(t, "XorGrad", x.Flat()[:], x.Clip)
	var d digits.DigitsGrad
	clipLimits(t, "DigitsGrad", d.Flat()[:], d.Clip)
	var f strict.DoublesGrad
	clipLimits(t, "DoublesGrad", f.Flat()[:], f.Clip)
}

// clipLimits checks Clip of one type.
func clipLimits[F float32 | float64](t *testing.T, name string, g []F, clip func(limit F) F) {
	t.Helper()
	// filled gives the gradient a norm of about 2.
	filled := func(with F) (norm F) {
		for i := range g {
			g[i] = with
		}
		return with * F(math.Sqrt(float64(len(g))))
	}
	all := func(is func(v F) bool) bool {
		for _, v := range g {
			if !is(v) {
				return false
			}
		}
		return true
	}
	nan, inf := F(math.NaN()), F(math.Inf(1))
	two := F(2 / math.Sqrt(float64(len(g))))
	for _, limit := range []F{-1, -0x1p-149, -inf} {
		for _, with := range []F{two, 0, inf, nan} {
			filled(with)
			said := panicked(func() { clip(limit) })
			if !strings.HasPrefix(said, name+".Clip: limit is negative; ") {
				t.Errorf("%s.Clip(%v) of elements %v: %q", name, limit, with, said)
			}
			if !all(func(v F) bool { return v == with || v != v && with != with }) {
				t.Errorf("%s.Clip(%v) changes elements %v", name, limit, with)
			}
		}
	}
	near := func(a, b F) bool { return math.Abs(float64(a-b)) < 1e-5 }
	for _, c := range []struct{ limit, with, becomes F }{
		{inf, two, two}, {inf, inf, inf}, {inf, 0, 0}, {inf, nan, nan},
		{0, two, 0}, {0, 0, 0}, {0, inf, nan}, {0, nan, nan}, {F(math.Copysign(0, -1)), two, 0},
		{1, two, two / 2}, {4, two, two}, {1, inf, nan},
		{nan, two, nan}, {nan, 0, nan}, {nan, inf, nan}, {nan, nan, nan},
	} {
		norm := filled(c.with)
		if got := clip(c.limit); got != norm && !near(got, norm) && norm == norm {
			t.Errorf("%s.Clip(%v) of elements %v returns %v, want %v", name, c.limit, c.with, got, norm)
		}
		if !all(func(v F) bool { return v == c.becomes || near(v, c.becomes) || v != v && c.becomes != c.becomes }) {
			t.Errorf("%s.Clip(%v) makes elements %v into %v, want %v", name, c.limit, c.with, g[0], c.becomes)
		}
	}
}

// panicked is what a call panics with, "" if it returns.
func panicked(call func()) (said string) {
	defer func() {
		if v := recover(); v != nil {
			said, _ = v.(string)
		}
	}()
	call()
	return ""
}
