package verify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNumbers moves arguments within their bounds and computes in float32: results lie within theirs, and some come
// close.
func TestNumbers(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	r := newRounding(arithmetic32)
	tightest := map[string]float64{}
	for range 20000 {
		draw := func() (number, float32) {
			v := float64(float32(rng.NormFloat64() * math.Pow(10, float64(rng.IntN(9)-4))))
			x := number{v, math.Abs(v) * 1e-6 * rng.Float64()}
			moved := float32(v + x.bound*(2*rng.Float64()-1))
			x.bound = max(x.bound, math.Abs(float64(moved)-v))
			return x, moved
		}
		x, fx := draw()
		y, fy := draw()
		positive := number{math.Abs(x.value), x.bound}
		for _, c := range []struct {
			name string
			want number
			got  float32
		}{
			{"sum", r.sum(x, y), fx + fy},
			{"difference", r.sum(x, y.negative()), fx - fy},
			{"product", r.times(x, y), fx * fy},
			{"quotient", r.over(x, y), fx / fy},
			{"root", r.root(positive), float32(math.Sqrt(math.Abs(float64(fx))))},
		} {
			e := excess(float64(c.got), c.want.value, c.want.bound)
			if e > 1 {
				t.Fatalf("%s of %v and %v: got %v, want %v ± %v", c.name, x, y, c.got, c.want.value, c.want.bound)
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
	r := newRounding(arithmetic32)
	for name, x := range map[string]number{
		"0·3": r.times(given(0), given(3)), "0+0": r.sum(given(0), given(0)), "√0": r.root(given(0)), "0/3": r.over(given(0), given(3)),
	} {
		if x.value != 0 || x.bound != 0 {
			t.Errorf("%s is %v", name, x)
		}
	}
	for name, x := range map[string]number{
		"1/(1 ± 1)": r.over(given(1), number{1, 1}), "2e38+2e38": r.sum(given(2e38), given(2e38)), "1e20²": r.times(given(1e20), given(1e20)),
		"on the way": r.unless(given(1), 5, 1e39),
	} {
		if !math.IsInf(x.bound, 1) {
			t.Errorf("%s is bounded: %v", name, x)
		}
	}
	if x := r.root(number{0, 1e-40}); !(x.bound >= 1e-20 && x.bound < 1.1e-20) {
		t.Errorf("√(0 ± 1e-40) is %v", x)
	}
}

// TestNumbersVanish multiplies and divides the smallest float64s, whose bounds are no larger: products that become 0 in
// one order of factors need not in another, and what is 0 stays exact.
func TestNumbersVanish(t *testing.T) {
	r := newRounding(arithmetic64)
	for _, factor := range []float64{0.25, 0.5, 0.75, 1, 0x1p-53} {
		for k := 1; k <= 64; k++ {
			g := math.Sqrt(float64(k)) * 0x1p-537
			want := r.times(given(factor), r.times(given(g), given(g)))
			for _, got := range []float64{factor * (g * g), (factor * g) * g} {
				if !(math.Abs(got-want.value) <= want.bound) {
					t.Errorf("%v times the square of %v: got %v, want %v ± %v", factor, g, got, want.value, want.bound)
				}
			}
			want = r.over(r.times(given(g), given(g)), given(1/factor))
			if got := g / (1 / factor) * g; !(math.Abs(got-want.value) <= want.bound) {
				t.Errorf("%v squared, over %v: got %v, want %v ± %v", g, 1/factor, got, want.value, want.bound)
			}
		}
	}
	if z := r.times(given(0), number{1, 1}); z != given(0) {
		t.Errorf("0 times a number is %v", z)
	}
	if z := r.over(given(0), given(3)); z != given(0) {
		t.Errorf("0 over a number is %v", z)
	}
}
