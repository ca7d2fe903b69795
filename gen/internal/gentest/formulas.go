package gentest

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// Formulas are activations and costs as people write them; drawFormula adds what nobody would.
var Formulas = map[spec.Role][]string{
	spec.ActivationRole: {
		"z / (1 + exp(-z))", "tanh(z)", "max(z, 0)", "log(1 + exp(z))", "z*(1 + erf(z/sqrt(2)))/2", "z/(1 + abs(z))",
		"sin(z)", "cos(3*z) + z/8", "exp(-z^2)", "z*tanh(log1p(exp(z)))", "min(max(z/6 + 0.5, 0), 1)",
		"atan(z)*2/3.14159",
		"sqrt(1 + z^2) - 1", "max(z, 0)^2", "expm1(min(z, 0)) + max(z, 0)", "1/(1 + z^2)", "sigmoid(z)^3", "z^3 - z",
		"-z", "z",
	},
	spec.CostRole: {
		"(a - y)^2", "abs(a - y)", "log1p((a - y)^2)", "sqrt(1 + (a - y)^2) - 1", "max(a - y, 0) + 3*max(y - a, 0)",
		"(a - y)^4 / 4", "max(1 - a*y, 0)", "exp(-a*y)", "1 - exp(-(a - y)^2)", "abs(a - y)^1.5", "a*a/2 - a*y",
	},
}

// drawFormula draws a formula of the variables of a role: one of the list, one that is as good as none, or a tree of
// everything there is.
func drawFormula(r *rand.Rand, role spec.Role) spec.Function {
	variables := []string{"z"}
	if role == spec.CostRole {
		variables = []string{"a", "y", "(a - y)"}
	}
	switch r.IntN(8) {
	case 0, 1, 2, 3:
		return spec.Function{Expr: Pick(r, Formulas[role]...)}
	case 4:
		return Degenerate(r, role, variables)
	}
	for {
		// Its first variable must occur, else it says nothing about the layer; some constants are out of range.
		text := fmt.Sprintf("%s + %s", Pick(r, variables[0], "tanh("+variables[0]+")"), drawTree(r, variables, 3))
		names := map[spec.Role][]string{spec.ActivationRole: {"z"}, spec.CostRole: {"a", "y"}}[role]
		if _, err := formula.Parse(text, names...); err == nil {
			return spec.Function{Expr: text}
		}
	}
}

// drawTree draws an expression of at most a depth. Arguments of functions that grow fast are kept small, so that
// not everything overflows.
func drawTree(r *rand.Rand, variables []string, depth int) string {
	if depth == 0 || r.IntN(6) == 0 {
		if r.IntN(3) == 0 {
			return strconv.FormatFloat(float64(1+r.IntN(40))/8, 'g', -1, 64)
		}
		return Pick(r, variables...)
	}
	x := func() string { return drawTree(r, variables, depth-1) }
	switch r.IntN(10) {
	case 0:
		return fmt.Sprintf("(%s + %s)", x(), x())
	case 1:
		return fmt.Sprintf("(%s - %s)", x(), x())
	case 2:
		return fmt.Sprintf("%s*%s", x(), x())
	case 3:
		return fmt.Sprintf("%s/(1.5 + abs(%s))", x(), x())
	case 4:
		return fmt.Sprintf("(%s)^%d", x(), 2+r.IntN(3))
	case 5:
		return fmt.Sprintf("%s(%s, %s)", Pick(r, "max", "min"), x(), x())
	case 6:
		return fmt.Sprintf("%s(1 + abs(%s))", Pick(r, "log", "sqrt"), x())
	case 7:
		return fmt.Sprintf("exp(-abs(%s))", x())
	case 8:
		return fmt.Sprintf("(0.5 + abs(%s))^%s", x(), Pick(r, "0.75", "-1.25", "2.5"))
	}
	return fmt.Sprintf("%s(%s)", Pick(r, "tanh", "sigmoid", "atan", "sin", "cos", "abs", "erf", "-"), x())
}

// drawActivation draws an activation for a layer of a width, with parameters now and then and a window that fits.
func drawActivation(r *rand.Rand, width int) spec.Function {
	all := spec.Activations()
	i := r.IntN(len(all) + 4)
	if i >= len(all) {
		return drawFormula(r, spec.ActivationRole)
	}
	return drawParams(r, all[i], width)
}

// drawParams gives a function of the catalogue parameters, or leaves them to the defaults.
func drawParams(r *rand.Rand, entry spec.Entry, width int) spec.Function {
	f := spec.Function{Name: entry.Name}
	for _, p := range entry.Params {
		if r.IntN(3) == 0 {
			continue
		}
		v := Pick(r, 0.125, 0.2, 1, 1.75)
		if p.Name == spec.Window {
			v = float64(Pick(r, divisors(width)...))
		}
		if f.Params == nil {
			f.Params = map[string]float64{}
		}
		f.Params[p.Name] = v
	}
	return f
}

func divisors(n int) []int {
	var ds []int
	for d := 1; d <= n; d++ {
		if n%d == 0 {
			ds = append(ds, d)
		}
	}
	return ds
}

// flow writes a function in YAML's flow style.
func flow(role spec.Role, f spec.Function) string {
	if f.Expr != "" {
		return fmt.Sprintf("{expr: %q}", f.Expr)
	}
	entry, _ := spec.Lookup(role, f.Name)
	text := "{name: " + f.Name
	for _, p := range entry.Params {
		if v, given := f.Params[p.Name]; given {
			text += fmt.Sprintf(", %s: %s", p.Name, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return text + "}"
}
