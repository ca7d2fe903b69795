package formula

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec/formula"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// typicalFormulas are what people write, and more of every function than a random formula has.
var typicalFormulas = []string{
	"z", "tanh(z)", "max(z, 0)", "max(0, z)", "1/(1 + exp(-z))", "exp(z)/(1 + exp(z))", "z/(1 + exp(-z))",
	"z*sigmoid(z)",
	"z*sigmoid(1.702*z)", "log(1 + exp(z))", "log1p(exp(z))", "log(1 + exp(-abs(z))) + max(z, 0)",
	"z*(1 + erf(z/sqrt(2)))/2",
	"z/2*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))", "1/(1 + abs(z))", "z/(1 + abs(z))", "z*tanh(log(1 + exp(z)))",
	"atan(z)", "2/pi*atan(pi*z/2)", "sin(z)", "z + sin(z)^2", "cos(3*z)", "exp(-z^2)", "z*exp(-z^2/2)",
	"min(max(z/6 + 0.5, 0), 1)",
	"max(z, 0.01*z)", "max(z, 0) + min(expm1(z), 0)", "sqrt(z^2 + 1) - 1", "sqrt(abs(z))", "z/sqrt(1 + z^2)", "log(z)",
	"1/z", "z/z",
	"z - z", "z^3 - 3*z + 2", "(z + 1)^-2", "abs(z)^1.5", "2^z", "(1 + z^2)^-0.5",
	"(exp(z) - exp(-z))/(exp(z) + exp(-z))", "abs(z)^z",
	"z^16", "z^-16", "z^0", "(z - 1)*(z + 1)", "z*(1 - z)", "max(z, -z)", "min(z, 1/z)", "1/(1/z)", "z^20", "0*z",
}

// extremeFormulas overflow or underflow in some of the ways to write them or their derivatives.
var extremeFormulas = []string{
	"1/(1e-20*z)", "z/(1 + 1e20*z^2)", "exp(z)/(1 + exp(2*z))", "(1e20*z)^-2", "1000*z*(z*1e-20)*(z*1e-20)",
	"tanh(exp(z^2) - exp(2*z^2))",
	"min(exp(z^3), 5)", "atan(1/z)", "exp(-1/z^2)", "log(exp(z^2))", "(1e-10*z)^3*1e30",
}

// randomFormula writes a formula in the given variables.
func randomFormula(rng *rand.Rand, depth int, variables ...string) string {
	if depth == 0 || rng.IntN(8) == 0 {
		if rng.IntN(3) > 0 {
			return variables[rng.IntN(len(variables))]
		}
		constants := []string{
			"0", "1", "2", "0.5", "3", "0.1", "1.7", "6", "pi", "1000", "0.001", "1e-20", "1e20", "(-1)", "(-0.3)",
		}
		return constants[rng.IntN(len(constants))]
	}
	sub := func() string { return randomFormula(rng, depth-1, variables...) }
	switch rng.IntN(15) {
	case 0, 1, 2:
		return "(" + sub() + " + " + sub() + ")"
	case 3:
		return "(" + sub() + " - " + sub() + ")"
	case 4, 5:
		return sub() + "*" + sub()
	case 6:
		return sub() + "/(" + sub() + ")"
	case 7:
		return "(" + sub() + ")^" + []string{"2", "3", "(-1)", "(-2)", "0.5", "1.5", "5", "0", "1"}[rng.IntN(9)]
	case 8:
		return "abs(" + sub() + ")^(" + sub() + ")"
	case 9:
		return []string{"max", "min"}[rng.IntN(2)] + "(" + sub() + ", " + sub() + ")"
	case 10:
		return "(" + sub() + ")^(" + sub() + ")"
	case 11:
		return []string{"1/(1 + exp(", "log(1 + exp("}[rng.IntN(2)] + sub() + "))"
	}
	names := []string{"exp", "log", "sqrt", "tanh", "sigmoid", "atan", "sin", "cos", "abs", "erf", "expm1", "log1p"}
	return names[rng.IntN(len(names))] + "(" + sub() + ")"
}

// tally counts how much the bounds say.
type tally struct{ defined, bounded int }

// TestFormulaBoundsHold lets kernels of many kinds compute formulas and their derivatives, typical ones and many random
// ones, at arguments up to a bound off the reference's, and compares: with the reference, with the truth to hundreds
// of digits, and with what the analysis says of both.
func TestFormulaBoundsHold(t *testing.T) {
	t.Run("float32", func(t *testing.T) { formulaBoundsHold[float32](t, rounding.Float32) })
	t.Run("float64", func(t *testing.T) { formulaBoundsHold[float64](t, rounding.Float64) })
}

func formulaBoundsHold[F memory.Float](t *testing.T, format rounding.Format) {
	rng := rand.New(rand.NewPCG(11, 12))
	var count tally
	check := func(text string, points int) {
		n, err := formula.Parse(text, "z", "y")
		if err != nil {
			return // a constant out of range, or a formula without z
		}
		e, err := newExpression(n, "z", "y")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for range points {
			formulaBoundHolds[F](t, format, rng, &count, text, n, e)
		}
	}
	points, formulas := 40, 1000
	if testing.Short() {
		points, formulas = 4, 60
	}
	for _, text := range append(slices.Clone(typicalFormulas), extremeFormulas...) {
		check(text, points)
	}
	for i := range formulas {
		check(randomFormula(rng, 1+i%4, "z", "z", "z", "y"), 6)
		if t.Failed() && i > 100 {
			break
		}
	}
	t.Logf("%d of %d values and derivatives that exist have a bound", count.bounded, count.defined)
	if count.bounded < count.defined*8/10 {
		t.Errorf("only %d of %d values and derivatives that exist have a bound", count.bounded, count.defined)
	}
}

// argument draws a number of the format, often a special one.
func argument[F memory.Float](rng *rand.Rand) float64 {
	switch rng.IntN(8) {
	case 0:
		return float64(rng.IntN(7) - 3)
	case 1:
		return float64(F(100 * rng.NormFloat64()))
	case 2:
		return float64(F(rng.NormFloat64() * math.Exp2(-40*rng.Float64())))
	}
	return float64(F(2 * rng.NormFloat64()))
}

func formulaBoundHolds[F memory.Float](
	t *testing.T, format rounding.Format, rng *rand.Rand, count *tally, text string, n formula.Node, e *expression,
) {
	z, y, reach := argument[F](rng), argument[F](rng), 0.0
	if rng.IntN(2) == 0 {
		reach = format.U * math.Exp2(16*rng.Float64()) * (math.Abs(z) + rng.Float64())
	}
	k := newAnalysis(format, z, reach, y)
	d := k.follow(e)
	value, slope := e.evaluate(z, y)
	for i := range 3 {
		v := float64(F(z + reach*(2*rng.Float64()-1)*0.99))
		if math.Abs(v-z) > reach {
			v = z
		}
		got := newFormulaKernel[F](rng, "z", v, y)
		r := got.dual(n)
		var exact, exactSlope *big.Float
		ok := false
		if i == 0 { // once, because it takes longest
			exact, exactSlope, ok = truthOf(n, "z", v, y)
		}
		where := fmt.Sprintf("%s at z = %v ± %.2g, y = %v, in a kernel with z = %v %+v", text, z, reach, y, v, *got)
		pairs := []formulaCase{
			{name: "value", got: float64(r.v), reference: value, known: d.value},
			{name: "slope", got: float64(r.d), reference: slope, known: k.slope(e)},
		}
		if ok {
			pairs[0].truth, _ = exact.Float64()
			pairs[1].truth, _ = exactSlope.Float64()
		}
		for _, c := range pairs {
			c.judge(t, k, count, ok, where)
		}
	}
}

// formulaCase is one number as a kernel, the reference and infinite precision have it, and what is known of it.
type formulaCase struct {
	name                  string
	got, reference, truth float64
	known                 enclosure
}

func (c formulaCase) judge(t *testing.T, k analysis, count *tally, defined bool, where string) {
	t.Helper()
	bound := k.bound(c.known, c.reference)
	if defined {
		count.defined++
		if bound <= math.MaxFloat64 {
			count.bounded++
		}
		last := rounding.Float64.ULP(min(math.Abs(c.truth), math.MaxFloat64)) // because the truth is rounded too
		if !c.known.exact.by(last).has(c.truth) {
			t.Errorf("%s: the true %s is %v, not in %v", where, c.name, c.truth, c.known.exact)
		}
		if off := math.Abs(c.got - c.truth); !(off <= c.known.off+last) && !math.IsInf(bound, 1) {
			t.Errorf("%s: the %s is %v, off by %v; bound %v", where, c.name, c.got, off, c.known.off)
		}
	}
	if math.IsInf(bound, 1) {
		return
	}
	if !c.known.kernel.has(c.got) {
		t.Errorf("%s: the %s is %v, not in %v", where, c.name, c.got, c.known.kernel)
	}
	if fraction := rounding.Excess(c.got, c.reference, bound); fraction > 1 {
		t.Errorf("%s: the %s is %v, the reference has %v ± %v", where, c.name, c.got, c.reference, bound)
	}
}

// TestFormulaBoundsAreTight: a value or derivative with a relative error of 1000 roundings shows, at every other
// argument at least.
func TestFormulaBoundsAreTight(t *testing.T) {
	for _, format := range []rounding.Format{rounding.Float32, rounding.Float64} {
		for _, text := range typicalFormulas {
			if text == "z - z" || text == "z/z" || text == "0*z" {
				continue // all rounding
			}
			e := read(t, text)
			rng := rand.New(rand.NewPCG(7, 8))
			var seen, seenSlopes, all int
			for range 400 {
				k := newAnalysis(format, float64(float32(2*rng.NormFloat64())), 0, 0.5)
				value, slope := e.evaluate(k.v, k.y)
				if math.IsNaN(value + slope) {
					continue
				}
				all++
				if k.valueBound(e, value) <= 1000*format.U*math.Abs(value) {
					seen++
				}
				if k.slopeBound(e, slope) <= 1000*format.U*math.Abs(slope) {
					seenSlopes++
				}
			}
			if seen < all/2 || seenSlopes < all/2 {
				t.Errorf("%s: %s: %d values and %d derivatives of %d have a bound that would show it", format.Name,
					text, seen, seenSlopes, all)
			}
		}
	}
}
