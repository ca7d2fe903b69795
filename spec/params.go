package spec

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec/formula"
)

const (
	nameAndExpr      = "stands beside a name; a function is one of the catalogue or a formula, so remove one of the two"
	formulaParameter = "a formula takes no parameters; write the number into it"
)

// function checks an activation or a cost; width is the layer's width before its activation, 0 if it is not
// known.
func (c *checker) function(path string, role Role, f Function, width int) {
	switch {
	case !c.sound(path):
	case f.Expr != "" && f.Name != "":
		c.fail(join(path, "expr"), "%s", nameAndExpr)
		c.spoil(path)
	case f.Expr != "":
		c.formula(path, role, f)
	default:
		c.entry(path, role, f, width)
	}
}

// formula checks a function that is a formula, and the size of all layers' formulas together.
func (c *checker) formula(path string, role Role, f Function) {
	for _, name := range slices.Sorted(maps.Keys(f.Params)) {
		c.fail(join(path, name), "%s", formulaParameter)
	}
	node, err := formula.Parse(f.Expr, role.Variables()...)
	var mistake *formula.Error
	at := join(path, "expr")
	switch {
	case !c.sound(at):
	case errors.As(err, &mistake):
		c.failIn(at, mistake)
	case role == ActivationRole:
		before, size := c.formulas, formula.Size(node)
		if c.formulas += size; c.formulas > MaxFormulas && before <= MaxFormulas { // which is told once
			c.fail(at, "with this layer the formulas of the network have %d numbers, variables, operators and calls; "+
				"at most %d are allowed", c.formulas, MaxFormulas)
		}
	}
}

// failIn records a mistake in the formula at path.
func (c *checker) failIn(path string, mistake *formula.Error) {
	before := len(c.errs)
	c.fail(path, "%s", mistake.Message)
	for i := before; i < len(c.errs); i++ {
		c.errs[i].Offset = mistake.At
	}
}

// entry checks a function that the catalogue should have: its name and each parameter given.
func (c *checker) entry(path string, role Role, f Function, width int) {
	if f.Name == "" {
		c.fail(path, "missing; every network needs a %s: %s", role, list(names(role, false), "or"))
		return
	}
	entry, known := Lookup(role, f.Name)
	if !known {
		if _, err := formula.Parse(f.Name, role.Variables()...); err == nil {
			c.fail(path, `unknown %s %s; a formula is written {expr: "…"}`, role, quoted(f.Name))
		} else {
			c.fail(path, "unknown %s %s%s", role, quoted(f.Name), hint(f.Name, names(role, false)))
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(f.Params)) {
		at, problem := join(path, name), ""
		if !c.sound(at) || c.full() {
			continue
		}
		if i := slices.Index(paramNames(entry), name); i < 0 {
			problem = unknownParameter(entry, name)
		} else {
			problem = parameterProblem(entry.Params[i], f.Params[name], width)
		}
		if problem != "" {
			c.fail(at, "%s", problem)
		}
	}
}

func paramNames(entry Entry) []string {
	list := make([]string, len(entry.Params))
	for i, p := range entry.Params {
		list[i] = p.Name
	}
	return list
}

// unknownParameter is the message for a parameter that a function of the catalogue does not take.
func unknownParameter(entry Entry, name string) string {
	if len(entry.Params) == 0 {
		return fmt.Sprintf("the %s %s takes no parameters; remove it", entry.Role, entry.Name)
	}
	return fmt.Sprintf("unknown parameter of the %s %s%s", entry.Role, entry.Name, hint(name, paramNames(entry)))
}

// parameterOfAny reports whether some function of a role takes a parameter of that name.
func parameterOfAny(role Role, name string) bool {
	return slices.ContainsFunc(entries(role), func(e Entry) bool { return slices.Contains(paramNames(e), name) })
}

// parameterProblem says what is wrong with the value of a parameter and what to do about it, or "".
func parameterProblem(p Param, v float64, width int) string {
	switch {
	case p.Whole && (v < 1 || v != math.Trunc(v)), p.Whole && width > 0 && v > float64(width):
		if width == 0 {
			return "must be a whole number from 1"
		}
		return countProblem(width) + ", the width of the layer"
	case p.Name == Window && width > 0 && width%int(v) != 0:
		below, above := divisors(width, int(v))
		return fmt.Sprintf("window %d does not divide %d; use %d or %d", int(v), width, below, above)
	case !formula.InRange(v) || p.Positive && v <= 0:
		return rangeProblem(p.Positive)
	}
	return ""
}

// rangeProblem is the message for a number that float32 may not hold, or that is not positive and must be.
func rangeProblem(positive bool) string {
	if positive {
		return "must be a number from 1e-30 to 1e30"
	}
	return "must be 0 or a number of a magnitude from 1e-30 to 1e30"
}

// divisors returns the divisors of width next to one that is none, which lies between 1 and width.
func divisors(width, window int) (below, above int) {
	for below = window; width%below != 0; {
		below--
	}
	for above = window; width%above != 0; {
		above++
	}
	return below, above
}
