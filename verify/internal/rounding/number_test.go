package rounding

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNumbers moves arguments within their bounds and computes in float32: results lie within theirs, and some come
// close.
func TestNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	r := PairOf(Float32)
	tightest := map[string]float64{}
	for range 20000 {
		draw := func() (Number, float32) {
			v := float64(float32(rng.NormFloat64() * math.Pow(10, float64(rng.IntN(9)-4))))
			x := Number{v, math.Abs(v) * 1e-6 * rng.Float64()}
			moved := float32(v + x.Bound*(2*rng.Float64()-1))
			x.Bound = max(x.Bound, math.Abs(float64(moved)-v))
			return x, moved
		}
		x, fx := draw()
		y, fy := draw()
		positive := Number{math.Abs(x.Value), x.Bound}
		for _, c := range []struct {
			name string
			want Number
			got  float32
		}{
			{"sum", r.Sum(x, y), fx + fy},
			{"difference", r.Sum(x, y.Negative()), fx - fy},
			{"product", r.Times(x, y), fx * fy},
			{"quotient", r.Over(x, y), fx / fy},
			{"root", r.Root(positive), float32(math.Sqrt(math.Abs(float64(fx))))},
		} {
			e := Excess(float64(c.got), c.want.Value, c.want.Bound)
			if e > 1 {
				t.Fatalf("%s of %v and %v: got %v, want %v ± %v", c.name, x, y, c.got, c.want.Value, c.want.Bound)
			}
			tightest[c.name] = max(tightest[c.name], e)
		}
	}
	for name, e := range tightest {
		if e < 0.5 {
			t.Errorf("%s: the largest error is %.2g of its bound: the bound is too wide to find mistakes", name, e)
		}
	}
}

// TestNumberLimits: exact zeros stay exact, and there is no bound where a divisor may be 0 or a number overflows.
func TestNumberLimits(t *testing.T) {
	r := PairOf(Float32)
	for name, x := range map[string]Number{
		"0·3": r.Times(Given(0), Given(3)), "0+0": r.Sum(Given(0), Given(0)), "√0": r.Root(Given(0)),
		"0/3": r.Over(Given(0), Given(3)),
	} {
		if x.Value != 0 || x.Bound != 0 {
			t.Errorf("%s is %v", name, x)
		}
	}
	for name, x := range map[string]Number{
		"1/(1 ± 1)": r.Over(Given(1), Number{1, 1}), "2e38+2e38": r.Sum(Given(2e38), Given(2e38)),
		"1e20²":      r.Times(Given(1e20), Given(1e20)),
		"on the way": r.Unless(Given(1), 5, 1e39),
	} {
		if !math.IsInf(x.Bound, 1) {
			t.Errorf("%s is bounded: %v", name, x)
		}
	}
	if x := r.Root(Number{0, 1e-40}); !(x.Bound >= 1e-20 && x.Bound < 1.1e-20) {
		t.Errorf("√(0 ± 1e-40) is %v", x)
	}
}

// TestNumbersVanish multiplies and divides the smallest float64s, whose bounds are no larger: products that become 0 in
// one order of factors need not in another, and what is 0 stays exact.
func TestNumbersVanish(t *testing.T) {
	r := PairOf(Float64)
	for _, factor := range []float64{0.25, 0.5, 0.75, 1, 0x1p-53} {
		for k := 1; k <= 64; k++ {
			g := math.Sqrt(float64(k)) * 0x1p-537
			want := r.Times(Given(factor), r.Times(Given(g), Given(g)))
			for _, got := range []float64{factor * (g * g), (factor * g) * g} {
				if !(math.Abs(got-want.Value) <= want.Bound) {
					t.Errorf("%v times the square of %v: got %v, want %v ± %v", factor, g, got, want.Value, want.Bound)
				}
			}
			want = r.Over(r.Times(Given(g), Given(g)), Given(1/factor))
			if got := g / (1 / factor) * g; !(math.Abs(got-want.Value) <= want.Bound) {
				t.Errorf("%v squared, over %v: got %v, want %v ± %v", g, 1/factor, got, want.Value, want.Bound)
			}
		}
	}
	if z := r.Times(Given(0), Number{1, 1}); z != Given(0) {
		t.Errorf("0 times a number is %v", z)
	}
	if z := r.Over(Given(0), Given(3)); z != Given(0) {
		t.Errorf("0 over a number is %v", z)
	}
}
