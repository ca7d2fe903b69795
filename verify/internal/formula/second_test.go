package formula

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec/formula"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// bendKernel differentiates the derivative of a formula, in precision F: by one of the forms that either may have, and
// with the worst elementary functions that are allowed.
type bendKernel[F memory.Float] struct {
	*formulaKernel[F]
	// other takes the other form of derivatives that have two.
	other bool
}

// dual is an expression and its derivative. Where a derivative is constant nobody computes it, and what is multiplied
// with one that is 0 because of the side that a max, a min or an abs takes is 0.
func (k bendKernel[F]) dual(e *expression) (v, d F) {
	if e.other != nil && k.other {
		return k.dual(e.other)
	}
	if e.stable != nil && k.recognise {
		return k.dual(e.stable)
	}
	var x, dx, w, dw F
	if e.x != nil {
		x, dx = k.dual(e.x)
	}
	if e.y != nil {
		w, dw = k.dual(e.y)
	}
	times := func(d, factor F) F {
		if d == 0 {
			return 0
		}
		return d * factor
	}
	switch e.op {
	case opNumber:
		return F(e.number), 0
	case opVariable:
		return k.v, 1
	case opTarget:
		return k.y, 0
	case opNegation:
		return -x, -dx
	case opSum:
		return x + w, dx + dw
	case opProduct:
		if x == 0 && (isIdle(e.x) || dx == 0) || w == 0 && (isIdle(e.y) || dw == 0) {
			return 0, times(dx, w) + times(dw, x)
		}
		return x * w, times(dx, w) + times(dw, x)
	case opQuotient:
		if x == 0 && dx == 0 {
			return 0, times(-dw, 0)
		}
		if dx == 0 && dw == 0 {
			return x / w, 0
		}
		return x / w, (dx - times(dw, x/w)) / w
	case opWhole:
		n := F(e.exponent)
		return wholePowerOf(x, e.exponent), times(dx, n*wholePowerOf(x, e.exponent-1))
	case opPower:
		p := k.disturbed(math.Pow(float64(x), float64(w)), w == 0)
		d = times(dx, times(w, k.disturbed(math.Pow(float64(x), float64(w-1)), w == 1)))
		return p, d + times(dw, p*F(logarithmOfBase(float64(x), float64(w))))
	case opFunction:
		f := k.elementary(e.function.name, x)
		if e.function.name == "softplus" {
			return f, times(dx, k.elementary("sigmoid", x))
		}
		return f, times(dx, k.derivative(e.function.name, x, f))
	case opAbs:
		return max(x, -x), times(dx, k.sign(x))
	case opMax:
		return max(x, w), F(chosen(x > w, float64(dx), float64(dw)))
	case opMin:
		return min(x, w), F(chosen(x < w, float64(dx), float64(dw)))
	case opSign:
		return k.sign(x), 0
	case opChoice:
		if x > w {
			return k.dual(e.first)
		}
		return k.dual(e.second)
	}
	panic("no kernel of such an expression")
}

// wholePowerOf is x^n by multiplication.
func wholePowerOf[F memory.Float](x F, n int) F {
	if n < 0 {
		return 1 / wholePowerOf(x, -n)
	}
	p := F(1)
	for range n {
		p *= x
	}
	return p
}

func (k bendKernel[F]) sign(x F) F {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// isIdle says whether an expression is 0 by the side that is taken, wherever it is 0.
func isIdle(e *expression) bool { return e.op == opChoice || e.op == opSign }

// TestSecondDerivatives holds those of kernels of many kinds against the bounds, for typical formulas and many random
// ones, at arguments up to a bound off the reference's.
func TestSecondDerivatives(t *testing.T) {
	t.Run("float32", func(t *testing.T) { bendsHold[float32](t, rounding.Float32) })
	t.Run("float64", func(t *testing.T) { bendsHold[float64](t, rounding.Float64) })
}

func bendsHold[F memory.Float](t *testing.T, format rounding.Format) {
	rng := rand.New(rand.NewPCG(13, 14))
	defined, bounded, tight := 0, 0, 0
	check := func(text string, points int) {
		n, err := formula.Parse(text, "z", "y")
		if err != nil {
			return // a constant out of range, or a formula without z
		}
		e, err := newExpression(n, "z", "y")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		derivative := e.derivative()
		for range points {
			z, y, reach := argument[F](rng), argument[F](rng), 0.0
			if rng.IntN(2) == 0 {
				reach = format.U * math.Exp2(8*rng.Float64()) * math.Abs(z)
			}
			want := e.jet(z, y)
			if v, d := e.evaluate(z, y); !(v == want.f || v != v) ||
				!(math.Abs(d-want.d) <= 1e-9*math.Abs(d) || d != d || math.IsInf(d, 0)) {
				t.Fatalf("%s at %v, %v: jet %v, evaluated %v and %v", text, z, y, want, v, d)
			}
			bound := newAnalysis(format, z, reach, y).bendBound(derivative, want.dd)
			if math.IsNaN(want.dd) || math.IsInf(want.dd, 0) {
				continue
			}
			defined++
			if bound <= math.MaxFloat64 {
				bounded++
			}
			if bound <= 1e-2*max(math.Abs(want.dd), 1) {
				tight++
			}
			for range 4 {
				moved := min(max(float64(F(z+reach*(2*rng.Float64()-1))), z-reach), z+reach)
				if float64(F(moved)) != moved {
					moved = z
				}
				k := bendKernel[F]{newFormulaKernel[F](rng, "z", moved, y), rng.IntN(2) == 0}
				if _, got := k.dual(derivative); !(math.Abs(float64(got)-want.dd) <= bound) &&
					bound <= math.MaxFloat64 {
					t.Errorf("%s at %v ± %v, y = %v: second derivative %v, want %v ± %v", text, z, reach, y, got,
						want.dd,
						bound)
					return
				}
			}
		}
	}
	for _, text := range append(slices.Clone(typicalFormulas), extremeFormulas...) {
		check(text, 40)
	}
	formulas := 600
	if testing.Short() {
		formulas = 100
	}
	for i := range formulas {
		check(randomFormula(rng, 1+i%4, "z", "z", "z", "y"), 6)
		if t.Failed() && i > 100 {
			break
		}
	}
	t.Logf("%d second derivatives, %d with a bound, %d with a tight one", defined, bounded, tight)
	if bounded < defined*7/10 || tight < defined/2 {
		t.Errorf("of %d second derivatives only %d have a bound, %d a tight one", defined, bounded, tight)
	}
}

// TestSecondDifferences holds second derivatives against differences of first ones, away from kinks.
func TestSecondDifferences(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, text := range typicalFormulas {
		f, err := Activation(text)
		if err != nil {
			continue // without z
		}
		for range 20 {
			z := 0.3 + 2*rng.Float64()
			if rng.IntN(2) == 0 {
				z = -z
			}
			slope := func(z float64) float64 { _, d := f.of.evaluate(z, 0); return d }
			const h = 0x1p-14
			wide, narrow := (slope(z+h)-slope(z-h))/(2*h), (slope(z+h/2)-slope(z-h/2))/h
			dd := f.of.jet(z, 0).dd
			off := 2*math.Abs(wide-narrow) + 1e-9*(1+math.Abs(slope(z)))
			if math.IsNaN(dd) || math.IsInf(dd, 0) || math.Abs(wide-narrow) > 1e-3*(1+math.Abs(dd)) {
				continue // undefined, or a kink between
			}
			if math.Abs(dd-narrow) > off {
				t.Errorf("%s at %v: %v, differences %v ± %v", text, z, dd, narrow, off)
			}
		}
	}
}

// TestSecondKinks: by convention a second derivative at a kink is that of the side whose derivative is taken.
func TestSecondKinks(t *testing.T) {
	for _, c := range []struct {
		text    string
		z, want float64
	}{
		{"max(z, 0)", 0, 0}, {"abs(z)", 0, 0}, {"max(z, z^2)", 0, 2}, {"max(z^2, z)", 0, 0}, {"min(z^2, 1)", 1, 0},
		{"max(z, 0)^2", 0, 0}, {"abs(z)*z", 0, 0}, {"sqrt(max(z, 0))", -1, 0}, {"max(z, expm1(z))", 0, 1},
		{"z/(1 + abs(z))", 0, 0},
	} {
		f, err := Activation(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.of.jet(c.z, 0).dd; got != c.want {
			t.Errorf("%s at %v has the second derivative %v, want %v", c.text, c.z, got, c.want)
		}
		if bound := newAnalysis(rounding.Float32, c.z, 0, 0).bendBound(f.slope, c.want); bound > 1e-5 {
			t.Errorf("%s at %v has the bound %v", c.text, c.z, bound)
		}
	}
}
