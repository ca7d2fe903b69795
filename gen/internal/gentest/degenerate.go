package gentest

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// DrawDegenerate draws an expression of at most a depth that is likely to fold to a constant, to lose its variable, or
// to have a constant or no derivative: of 0, 1 and negative numbers, with differences and quotients of equal parts, and
// powers of everything.
func DrawDegenerate(r *rand.Rand, variables []string, depth int) string {
	if depth == 0 || r.IntN(8) == 0 {
		if r.IntN(2) == 0 {
			return Pick(r, variables...)
		}
		return Pick(r, "0", "1", "2", "(-1)", "(-2)", "0.5", "16", "17", "1e30", "1e-30", "3e29", "0.1",
			strconv.Itoa(r.IntN(5)))
	}
	x := func() string { return DrawDegenerate(r, variables, depth-1) }
	switch r.IntN(12) {
	case 0:
		return fmt.Sprintf("(%s + %s)", x(), x())
	case 1:
		return fmt.Sprintf("(%s - %s)", x(), x())
	case 2:
		return fmt.Sprintf("%s*%s", x(), x())
	case 3:
		return fmt.Sprintf("(%s)/(%s)", x(), x())
	case 4:
		same := x()
		return fmt.Sprintf("((%s)%s(%s))", same, Pick(r, "-", "/", "^", "*"), same)
	case 5, 6:
		return fmt.Sprintf("(%s)^(%s)", x(), x())
	case 7:
		return fmt.Sprintf("(%s)^%s", x(), Pick(r, "0", "1", "-1", "0.5", "-2", "16", "-0.5", "1.5"))
	case 8:
		return fmt.Sprintf("%s^(%s)", Pick(r, "0", "1", "(-1)", "(-2)", "2", "0.5"), x())
	case 9, 10:
		return fmt.Sprintf("%s(%s, %s)", Pick(r, "max", "min"), x(), x())
	}
	return fmt.Sprintf("%s(%s)", Pick(r, "tanh", "sigmoid", "atan", "sin", "cos", "abs", "erf", "-", "exp", "log",
		"sqrt", "log1p", "expm1"), x())
}

// Degenerate draws such a formula that is in order.
func Degenerate(r *rand.Rand, role spec.Role, variables []string) spec.Function {
	for {
		f := spec.Function{Expr: DrawDegenerate(r, variables, 1+r.IntN(4))}
		if _, err := formula.Parse(f.Expr, role.Variables()...); err != nil {
			continue
		}
		// Constants of derivatives may be out of range.
		if role == spec.CostRole {
			if _, err := expr.CostOf(f); err != nil {
				continue
			}
		} else if _, err := expr.ActivationOf(f); err != nil {
			continue
		}
		return f
	}
}
