package formula

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec/formula"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/diff/fd"
)

// read is a formula in z and y that the test knows to be right.
func read(t *testing.T, text string) *expression {
	t.Helper()
	n, err := formula.Parse(text, "z", "y")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	e, err := newExpression(n, "z", "y")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

// TestFormulaSlopes holds derivatives against differences of the value: the tolerance is what two steps differ by, and
// rounding.
func TestFormulaSlopes(t *testing.T) {
	const h, y = 0x1p-13, 0.7
	rng := rand.New(rand.NewPCG(5, 6))
	for _, text := range typicalFormulas {
		e := read(t, text)
		for range 50 {
			z := 0.25 + 3*rng.Float64() // where all of them are defined
			if math.Abs(z-1) < 4*h || math.Abs(z-3) < 4*h {
				continue // kinks of some
			}
			value := func(z float64) float64 { v, _ := e.evaluate(z, y); return v }
			difference := func(h float64) float64 {
				return fd.Derivative(value, z, &fd.Settings{Formula: fd.Central, Step: h})
			}
			_, slope := e.evaluate(z, y)
			wide, narrow := difference(h), difference(h/2)
			noise := newAnalysis(rounding.Float64, z, h, y).follow(e).value.off / h
			if tolerance := math.Abs(wide-narrow) + 4*noise +
				4*rounding.Float64.U/h; !(math.Abs(slope-narrow) <= tolerance) {
				t.Errorf("(%s)' = %v at %v, differences give %v ± %v", text, slope, z, narrow, tolerance)
			}
		}
	}
}

// TestFormulaKinks: values and derivatives where there are several to choose from are those of the conventions, to the
// bit, in every kernel; a little beside a kernel may take either.
func TestFormulaKinks(t *testing.T) {
	for _, c := range []struct {
		text            string
		z, value, slope float64
	}{
		{"max(z, 0)", 0, 0, 0}, {"max(0, z)", 0, 0, 0}, {"min(z, 0)", 0, 0, 0}, {"min(0, z)", 0, 0, 0},
		{"max(0*pi, z)", 0, 0, 0}, {"max(1 - 1, z)", 0, 0, 0}, {"max(sin(0), z)", 0, 0, 0},
		{"max(z, -z)", 0, 0, -1}, {"max(-z, z)", 0, 0, 1}, {"min(z, -z)", 0, 0, -1},
		{"max(z, 0.01*z)", 0, 0, 0.01}, {"max(z/2, z)", 0, 0, 1}, {"min(max(z, -1), 1)", 1, 1, 0},
		{"min(max(z, -1), 1)", -1, -1, 0},
		{"max(2*z, 1)", 0.5, 1, 0}, {"max(1 - abs(z), 0)", 1, 0, 0}, {"max(z - 0.1, z*0.5 - y)", 0.2, 0.1, 1},
		{"max(tanh(z), 0)", 0, 0, 0}, {"max(0, log(z))", 1, 0, 0}, {"max(y, z)", 0.7, 0.7, 1},
		{"max(z, y)", 0.7, 0.7, 0},
		{"abs(z)", 0, 0, 0}, {"abs(z - y)", 0.7, 0, 0}, {"abs(2*z - 1)", 0.5, 0, 0}, {"abs(sin(z))", 0, 0, 0},
		{"abs(z^3)", 0, 0, 0},
		{"z^0", 0, 1, 0}, {"z^1", 0, 0, 1}, {"z^2", 0, 0, 0}, {"abs(z)^1.5", 0, 0, 0}, {"z*max(0, z)", 0, 0, 0},
	} {
		const y = 0.7
		var e *expression
		if c.text == "z^0" { // which the language does not take for a formula in z
			e = wholePower(&expression{op: opVariable, varies: true}, 0)
		} else {
			e = read(t, c.text)
		}
		value, slope := e.evaluate(c.z, y)
		if math.Abs(value-c.value) > 1e-16 || math.Abs(slope-c.slope) > 1e-16 {
			t.Errorf("%s at %v: value %v, slope %v; want %v, %v", c.text, c.z, value, slope, c.value, c.slope)
		}
		for _, format := range []rounding.Format{rounding.Float32, rounding.Float64} {
			k := newAnalysis(format, c.z, 0, y)
			if bound := k.slopeBound(e, slope); !(bound <= 8*format.U) && c.text != "max(z - 0.1, z*0.5 - y)" {
				t.Errorf("%s: slope of %s at %v: %v ± %v", format.Name, c.text, c.z, slope, bound)
			}
		}
	}
	for _, text := range []string{"max(z, 0)", "min(0, z)", "abs(z)/2", "max(z, -z)/2"} {
		e := read(t, text)
		k := newAnalysis(rounding.Float32, 1e-9, 1e-8, 0)
		_, slope := e.evaluate(k.v, 0)
		if bound := k.slopeBound(e, slope); !(bound >= 1 && bound < 1.001) {
			t.Errorf("slope of %s across 0: %v ± %v, want the whole jump of 1", text, slope, bound)
		}
	}
}

// TestFormulaPowers: a part of a derivative is 0 where its factor is 0 by a choice, or the exponent is, or the base
// with an exponent that is not negative. The bounds say as much where no kernel computes anything else.
func TestFormulaPowers(t *testing.T) {
	for _, c := range []struct {
		text            string
		z, value, slope float64
		bounded         bool
	}{
		{"min(z, 0)^max(0.5, z)", 0.01, 0, 0, true}, {"z/0.5 - z^min(z/z, 0*z)", -2, -5, 2, false},
		{"max(z - z, 1.5 - z)^-max(0, 16)", 2, math.Inf(1), 0, false},
		{"max(0, 1.5 - z)^-max(0, 16)", 2, math.Inf(1), 0, true},
		{"sqrt(max(z, 0))", -1, 0, 0, true}, {"log(1 - min(z, 1))", 2, math.Inf(-1), 0, true},
		{"max(z, 0)^0.5", -1, 0, 0, true},
		{"abs(z)^0.5", 0, 0, 0, true}, {"sqrt(abs(z))", 0, 0, 0, true}, {"1/max(z, 0)", -1, math.Inf(1), 0, true},
		{"abs(z)^z", 0, 1, 0, true}, {"0^z", 0, 1, 0, true}, {"0^z", 0.5, 0, 0, true}, {"0^abs(z)", -3, 0, 0, true},
		{"0^z", -1, math.Inf(1), math.Inf(-1), false}, {"(z - 1)^(1 - z)", 1, 1, 0, true},
		{"(-2 + 0*z)^max(z, 2)", 1, 4, 0, true},
		{"max(z, 0)^z", 0, 1, 0, true}, {"(2*z)^z", 0.5, 1, 1, true}, {"1^z", 7, 1, 0, true},
		{"z^(1^z)", -3, -3, 1, true},
		{"(z^2)^0.5", 0, 0, 0, false}, // 0 here by the rule of factors, NaN in most kernels
	} {
		e := read(t, c.text)
		value, slope := e.evaluate(c.z, 0)
		if value != c.value || slope != c.slope {
			t.Errorf("%s at %v: value %v, slope %v; want %v, %v", c.text, c.z, value, slope, c.value, c.slope)
		}
		for _, format := range []rounding.Format{rounding.Float32, rounding.Float64} {
			k := newAnalysis(format, c.z, 0, 0)
			if bound := k.slopeBound(e, slope); c.bounded != (bound <= 64*format.U) {
				t.Errorf("%s: slope of %s at %v: %v ± %v", format.Name, c.text, c.z, slope, bound)
			}
		}
	}
}

// TestFormulaNaN: no formula hides a NaN, and none claims a bound for it.
func TestFormulaNaN(t *testing.T) {
	for _, text := range append(typicalFormulas, "max(abs(z), 1)", "min(3, max(z, 2))", "0*z + y") {
		e := read(t, text)
		value, _ := e.evaluate(math.NaN(), 1)
		if !math.IsNaN(value) && e.varies {
			t.Errorf("%s of NaN is %v", text, value)
		}
		k := newAnalysis(rounding.Float32, math.NaN(), 0, 1)
		if bound := k.valueBound(e, value); !math.IsNaN(bound) {
			t.Errorf("%s of NaN has the bound %v", text, bound)
		}
	}
}

// TestFormulasWithoutBound: where a number leaves the kernel's range, or has no value in one of the two, there is no
// bound.
func TestFormulasWithoutBound(t *testing.T) {
	for _, c := range []struct {
		text string
		z, e float64
	}{
		{"exp(z)", 89, 0}, {"z^3", 1e13, 0}, {"1/z", 1e-9, 1e-8}, {"log(z)", 1e-9, 1e-8}, {"sqrt(z)", 1e-9, 1e-8},
		{"log(z)", -1, 0},
		{"z/z", 0, 0}, {"1/z", 0, 0}, {"z^-1", 0, 0}, {"z^0.5", -1, 0}, {"tanh(z)", 0, math.Inf(1)},
		{"exp(z) - exp(2*z)", 100, 0}, {"z^-0.5", 0, 0},
		{"tanh(exp(z) - exp(2*z))", 100, 0}, {"tanh(exp(z)/(1 + exp(2*z)))", 100, 0}, {"sin(exp(z))", 100, 0},
		{"tanh(exp(z)/(2 + exp(2*z)))", 100, 0}, {"tanh(z^2/(z^2 + z^4))", 1e-30, 0},
		{"1e20*(1e20*z)", 1e-30, 0}, {"1e-20*z*z*z", 1e14, 0}, {"(1e20*z)^2", 1e-30, 0}, // with the constants in front
	} {
		e := read(t, c.text)
		k := newAnalysis(rounding.Float32, c.z, c.e, 0)
		value, _ := e.evaluate(c.z, 0)
		if bound := k.valueBound(e, value); !math.IsInf(bound, 1) {
			t.Errorf("%s at %v ± %v: %v ± %v, want no bound", c.text, c.z, c.e, value, bound)
		}
	}
}

// TestFormulaMeanValues: over an interval, occurrences of the variable that cancel are seen to.
func TestFormulaMeanValues(t *testing.T) {
	for _, c := range []struct {
		text     string
		z, bound float64
	}{{"z - z", 1, 1e-8}, {"(exp(z) - exp(-z))/(exp(z) + exp(-z))", 8, 1e-3}, {"z*(2 - z)", 1, 3e-4}} {
		e := read(t, c.text)
		k := newAnalysis(rounding.Float32, c.z, 0.01, 0)
		value, _ := e.evaluate(c.z, 0)
		if bound := k.valueBound(e, value); !(bound < c.bound) {
			t.Errorf("%s at %v ± 0.01: %v ± %v, want no more than %v", c.text, c.z, value, bound, c.bound)
		}
	}
}

// TestFormulaConstantsUnderflow: gathered in front, constants may round to 0.
func TestFormulaConstantsUnderflow(t *testing.T) {
	e := read(t, "1e-25*(1e-25*z)")
	value, _ := e.evaluate(1e30, 0)
	k := newAnalysis(rounding.Float32, 1e30, 0, 0)
	if bound := k.valueBound(e, value); !(bound >= value && bound < 4*value) {
		t.Errorf("1e-25*(1e-25*z) is %v ± %v, want a bound that allows for 0", value, bound)
	}
}

// TestNestedSigmoids: an analysis goes through two forms of each sigmoid, but not through all combinations of them.
func TestNestedSigmoids(t *testing.T) {
	one := &expression{op: opNumber, number: 1, fixed: true}
	e := &expression{op: opVariable, varies: true}
	for range 40 {
		e = quotient(one, binaryExpression(opSum, one, functionCall(functionOf("exp"), e)))
	}
	value, slope := e.evaluate(0.5, 0)
	k := newAnalysis(rounding.Float64, 0.5, 0, 0)
	if bound := k.valueBound(e, value); !(bound < 1e-10) {
		t.Errorf("value %v ± %v", value, bound)
	}
	if bound := k.slopeBound(e, slope); !(bound < 1e-10) {
		t.Errorf("slope %v ± %v", slope, bound)
	}
}
