package function

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// tabled is one curve of the tables, with the interval it is defined on.
type tabled struct {
	name     string
	curve    rounding.Curve
	low, top float64
}

// everyCurve lists the curves of every activation, cost and closed form.
func everyCurve() []tabled {
	var list []tabled
	rows := append(slices.Clone(pointwiseTable), leakyRelu(0.3), leakyRelu(-0.5), leakyRelu(3), elu(1, 0.5),
		elu(1, 2.5))
	for _, p := range rows {
		list = append(list, tabled{p.name, p.function, -20, 20}, tabled{p.name + "'", p.derivative, -20, 20})
		if p.fromPost.At != nil {
			list = append(list, tabled{p.name + "' from a", p.fromPost, -1, 1})
		}
		if p.second.At != nil {
			list = append(list, tabled{p.name + "″", p.second, -20, 20})
		}
		if p.secondFromPost.At != nil {
			list = append(list, tabled{p.name + "″ from a", p.secondFromPost, -1, 1})
		}
	}
	for _, y := range []float64{0, 0.3, 1} {
		for _, c := range append(slices.Clone(costTable), huber(1), huber(0.2)) {
			list = append(list, tabled{fmt.Sprintf("%s of y=%v", c.name, y), c.term(y), 0, 1},
				tabled{fmt.Sprintf("%s' of y=%v", c.name, y), c.slope(y), 0, 1},
				tabled{fmt.Sprintf("%s″ of y=%v", c.name, y), c.bend(y), 0, 1})
		}
		for name, pair := range map[string]Fused{
			"sigmoid-binary-cross-entropy": FusedOf("sigmoid", "binary-cross-entropy"),
			"sigmoid-cross-entropy":        FusedOf("sigmoid", "cross-entropy"),
		} {
			p := pair.(sigmoidPair)
			list = append(list, tabled{fmt.Sprintf("%s of y=%v", name, y), p.cost(y), -20, 20},
				tabled{fmt.Sprintf("%s' of y=%v", name, y), p.slope(y), -20, 20})
		}
	}
	return list
}

// TestRanges: over random intervals, no point of a curve is further from the centre than the bound. A break
// missing from a table shows here.
func TestRanges(t *testing.T) {
	r := rounding.PairOf(rounding.Float64)
	for _, c := range everyCurve() {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(3, 4))
			for range 300 {
				centre := c.low + (c.top-c.low)*rng.Float64()
				e := (c.top - c.low) * math.Exp2(-12*rng.Float64())
				value := c.curve.At(centre)
				bound := c.curve.Bound(r, centre, e, value)
				for range 100 {
					p := centre + e*(2*rng.Float64()-1)
					if d := math.Abs(c.curve.At(p) - value); !(d <= bound) {
						t.Fatalf("at %v ± %v: off by %v at %v, bound %v", centre, e, d, p, bound)
					}
				}
			}
		})
	}
}

// TestMagnitudes: the terms added up are never smaller than the sum.
func TestMagnitudes(t *testing.T) {
	for _, c := range everyCurve() {
		for i := range 1000 {
			p := c.low + (c.top-c.low)*float64(i)/1000
			if c.curve.Size(p) < math.Abs(c.curve.At(p))*(1-1e-15) {
				t.Errorf("%s: magnitude %v of %v at %v", c.name, c.curve.Size(p), c.curve.At(p), p)
			}
		}
	}
}

// TestExactCurves: a relu at exactly 0 has no error, and across 0 its derivative has the whole jump.
func TestExactCurves(t *testing.T) {
	r := rounding.PairOf(rounding.Float32)
	slope := rounding.Curve{At: scalar.Step, Breaks: []float64{0}}
	if got := slope.Bound(r, 0, 0, 0); got != 0 {
		t.Errorf("relu' at exactly 0 is off by %v", got)
	}
	if got := slope.Bound(r, -1e-9, 1e-8, 0); got < 1 || got > 1.0001 {
		t.Errorf("relu' across 0 is off by %v, want its jump", got)
	}
}

// TestOverflowingDivisors: a kernel that squares in float32 has the slope 0 where the reference has one of 1e-39 and
// less, and both are right. Small slopes short of that are judged.
func TestOverflowingDivisors(t *testing.T) {
	r := rounding.PairOf(rounding.Float32)
	for _, c := range []struct {
		name  string
		slope func(z float32) float32
	}{
		{"arctan", func(z float32) float32 { return 1 / (1 + z*z) }},
		{"softsign", func(z float32) float32 { u := 1 + max(z, -z); return 1 / (u * u) }},
	} {
		row := pointwiseTable[slices.IndexFunc(pointwiseTable, func(p pointwise) bool { return p.name == c.name })]
		overflows := 0
		for z := float32(-1e15); z > -1e25; z *= 1.1 {
			want := row.derivative.At(float64(z))
			got, bound := float64(c.slope(z)), row.derivative.Bound(r, float64(z), 0, want)
			if !(math.Abs(got-want) <= bound) {
				t.Errorf("%s' at %v is %v, want %v ± %v", c.name, z, got, want, bound)
			}
			if got == 0 {
				overflows++
			} else if want > 0x1p-126 && bound > want/2 {
				t.Errorf("%s' at %v is %v ± %v: not judged", c.name, z, want, bound)
			}
		}
		if overflows == 0 {
			t.Errorf("%s' never overflows", c.name)
		}
	}
}
