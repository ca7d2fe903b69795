package bound

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// single is the format whose arithmetic can be held against float64.
var single = formatOf(spec.Float32)

// within draws an exact number of a range and a computed one that goes with it.
func within(r *rand.Rand, x number) (exact float64, computed float32) {
	exact = x.lo + r.Float64()*(x.hi-x.lo)
	if r.IntN(4) == 0 {
		exact = []float64{x.lo, x.hi}[r.IntN(2)]
	}
	c := exact + x.err*(2*r.Float64()-1)
	if r.IntN(3) == 0 {
		c = exact + x.err*float64(2*r.IntN(2)-1)
	}
	computed = float32(min(max(c, x.clo), x.chi))
	// Rounding must not carry it out of what is known.
	for math.Abs(float64(computed)-exact) > x.err || float64(computed) < x.clo || float64(computed) > x.chi {
		toward := float32(exact)
		if computed == toward {
			return float64(toward), toward
		}
		computed = math.Nextafter32(computed, toward)
	}
	return exact, computed
}

// drawNumber draws what is known of a number: wide or narrow ranges, of any sign, exact or not.
func drawNumber(r *rand.Rand) number {
	size := math.Ldexp(1, r.IntN(12)-6)
	lo := float64(float32(size * (2*r.Float64() - 1)))
	hi := float64(float32(lo + size*r.Float64()*float64(r.IntN(2))))
	x := given(lo, max(lo, hi))
	if r.IntN(3) > 0 {
		x.err = math.Ldexp(r.Float64(), -r.IntN(24))
		x.clo, x.chi = x.lo-x.err, x.hi+x.err
	}
	return x
}

// holds checks that a pair of an exact and a computed result is what is known.
func holds(t *testing.T, what string, z number, exact float64, computed float32, args ...any) {
	t.Helper()
	if !z.known() || math.IsNaN(exact) {
		return
	}
	c := float64(computed)
	if exact < z.lo || exact > z.hi || c < z.clo || c > z.chi || math.Abs(exact-c) > z.err || c != c {
		t.Errorf("%s of %v: exactly %v, computed %v, known is %+v", what, args, exact, c, z)
	}
}

// TestOperations holds what is known of results of float32 arithmetic against exact ones.
func TestOperations(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	v := evaluator{format: single}
	known := map[expr.Op]int{}
	for range 60000 {
		x, y := drawNumber(r), drawNumber(r)
		a, fa := within(r, x)
		b, fb := within(r, y)
		for op, f := range map[expr.Op]struct {
			exact    float64
			computed float32
		}{
			expr.OpAdd: {a + b, fa + fb}, expr.OpSub: {a - b, fa - fb}, expr.OpMul: {a * b, fa * fb},
			expr.OpDiv: {a / b, fa / fb},
			expr.OpMax: {max(a, b), max(fa, fb)}, expr.OpMin: {min(a, b), min(fa, fb)},
			expr.OpPow: {math.Pow(a, b), float32(math.Pow(float64(fa), float64(fb)))},
		} {
			z, err := v.binary(op, x, y)
			if err != nil {
				t.Fatal(err)
			}
			if z.known() {
				known[op]++
			}
			holds(t, op.String(), z, f.exact, f.computed, x, y, a, fa, b, fb)
		}
		holds(t, "square", v.square(x), a*a, fa*fa, x, a, fa)
		holds(t, "negation", x.negative(), -a, -fa, x)
		holds(t, "absolute", x.absolute(), math.Abs(a), float32(math.Abs(float64(fa))), x)
		c := drawNumber(r)
		d, fd := within(r, c)
		want, got := a, fa
		if d <= 0 {
			want = b
		}
		if fd <= 0 {
			got = fb
		}
		holds(t, "where", where(c, x, y, false), want, got, c, x, y, d, fd)
		if (d > 0) == (fd > 0) {
			holds(t, "where, apart", where(c, x, y, true), want, got, c, x, y)
		}
	}
	for _, op := range []expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpDiv, expr.OpMax, expr.OpMin, expr.OpPow} {
		if known[op] < 5000 {
			t.Errorf("%s: only %d results of 60000 were known", op, known[op])
		}
	}
}

// TestFunctions does the same for elementary functions whose results are as far off as is promised.
func TestFunctions(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	v := evaluator{format: single}
	for op := expr.OpExp; op <= expr.OpSigmoid; op++ {
		known := 0
		for range 20000 {
			x := drawNumber(r)
			a, fa := within(r, x)
			z, err := v.unary(op, x)
			if err != nil {
				t.Fatal(err)
			}
			if !z.known() {
				continue
			}
			known++
			at := func(x float64) float64 {
				y, err := expr.Eval(expr.Unary{Op: op, X: expr.Z}, expr.Env[float64]{expr.Z: x})
				if err != nil {
					t.Fatal(err)
				}
				return y
			}
			computed := float32(at(float64(fa)))
			// Up to 1 ULP off in all, and within the range of the function.
			if off := math.Nextafter32(computed, float32(math.Inf(2*r.IntN(2)-1))); op != expr.OpSqrt &&
				inRange(op, off) && math.Abs(float64(off)-at(float64(fa))) <= 2*single.half(math.Abs(at(float64(fa)))) {
				computed = off
			}
			holds(t, op.String(), z, at(a), computed, x, a, fa)
		}
		if known < 5000 {
			t.Errorf("%s: only %d results of 20000 were known", op, known)
		}
	}
}

func inRange(op expr.Op, y float32) bool {
	c, ok := curves[op]
	if !ok {
		return math.Abs(float64(y)) <= 1
	}
	return float64(y) >= c.least && float64(y) <= c.most
}

// TestUnknown checks that nothing is said of results that may be NaN or overflow.
func TestUnknown(t *testing.T) {
	v := evaluator{format: single}
	one, wide, all := given(1, 2), given(-1, 1), unknown()
	for name, z := range map[string]number{
		"1/0": v.over(one, wide), "log 0": v.along(curves[expr.OpLog], given(0, 1)),
		"overflow":        v.along(curves[expr.OpExp], given(0, 100)),
		"0 times unknown": v.times(given(0, 0), all), "max": larger(one, all),
		"tanh":  v.along(curves[expr.OpTanh], all),
		"where": where(all, one, one, true), "sum": v.summed(3, all), "power": v.power(wide, given(0.5, 0.5)),
		"dot":                    v.dot(Interval{-1, 1}, Interval{}, vector{3, all, 1, 1}),
		"product of the largest": v.times(given(1e30, 1e30), given(1e30, 1e30)),
	} {
		if z.known() {
			t.Errorf("%s: %+v", name, z)
		}
	}
	if z := v.power(wide, given(3, 3)); !z.known() || z.hi < 1 {
		t.Errorf("the third power: %+v", z)
	}
}
