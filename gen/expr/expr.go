// Package expr holds the scalar formulas of the generator: activations and costs as symbolic
// expressions, and everything that is done to them before any code is printed.
//
// The one table of activations, costs and fused pairs is here (activation.go, cost.go, fusion.go); a row
// states the value only, its derivative is found by D. Expressions are simplified while they are built,
// compared, substituted, counted, split into shared subexpressions by Share, printed in ordinary
// notation, and evaluated by Eval in the precision of the emitted code.
//
// Two sets of rewrites are kept apart. The exported constructors apply only exact ones: the result has
// the same bits as the expression as written, for every input and in both precisions, infinities and signed
// zeros included (all NaNs count as one). D alone also applies algebraic ones, which hold for real
// numbers: 0*x is 0, terms are collected, constants are folded with a rounding.
package expr

import (
	"math"
	"slices"
)

// An Expr is an immutable scalar expression: a Num, a Var, a Unary, a Binary or a Select. Build expressions with
// the constructors (Number, Add, Exp …), take them apart with a type switch. Expressions are
// comparable: == is equality of structure; Equal also ignores the order of commutative operands.
type Expr interface {
	// String is the expression in ordinary notation, with no more parentheses than needed: x^2 stands
	// for x*x.
	String() string
	sealed()
}

// A Num is a real constant held as a float64, and rounded once more when it is evaluated in float32.
// It is kept as bits so that == tells +0 from -0. The zero Num is +0.
type Num struct{ bits uint64 }

// Number returns the constant v. All NaNs are the same Num.
func Number(v float64) Num {
	if math.IsNaN(v) {
		v = math.NaN()
	}
	return Num{math.Float64bits(v)}
}

// Value returns the constant.
func (n Num) Value() float64 { return math.Float64frombits(n.bits) }

// A Var is a variable, by name.
type Var string

// The variables of the table.
const (
	Z   Var = "z"   // a pre-activation
	A   Var = "a"   // a post-activation; in a cost, an output of the network
	Y   Var = "y"   // the target of that output
	LSE Var = "lse" // log Σ exp(z_j) over the layer, in a fused vector loss
)

// Unary is Op applied to X: a negation or a call.
type Unary struct {
	Op Op
	X  Expr
}

// Binary is Op applied to X and Y, in that order.
type Binary struct {
	Op   Op
	X, Y Expr
}

// Select is X where C > 0, else Y, where C is NaN too.
type Select struct{ C, X, Y Expr }

func (Num) sealed()    {}
func (Select) sealed() {}
func (Var) sealed()    {}
func (Unary) sealed()  {}
func (Binary) sealed() {}

// Uses reports whether the variable v occurs in e.
func Uses(e Expr, v Var) bool {
	switch n := e.(type) {
	case Var:
		return n == v
	case Unary:
		return Uses(n.X, v)
	case Binary:
		return Uses(n.X, v) || Uses(n.Y, v)
	case Select:
		return Uses(n.C, v) || Uses(n.X, v) || Uses(n.Y, v)
	}
	return false
}

// Constant reports whether e is made of numbers and operators alone, so that emitted code has one number in its place.
func Constant(e Expr) bool {
	switch n := e.(type) {
	case Num:
		return true
	case Unary:
		return n.Op == OpNeg && Constant(n.X)
	case Binary:
		return Constant(n.X) && Constant(n.Y)
	case Select:
		return Constant(n.C) && Constant(n.X) && Constant(n.Y)
	}
	return false
}

// Occurrences is how often a variable stands in an expression, repeated subexpressions counted every time.
func Occurrences(e Expr, v Var) int {
	switch n := e.(type) {
	case Var:
		if n == v {
			return 1
		}
	case Unary:
		return Occurrences(n.X, v)
	case Binary:
		return Occurrences(n.X, v) + Occurrences(n.Y, v)
	case Select:
		return Occurrences(n.C, v) + Occurrences(n.X, v) + Occurrences(n.Y, v)
	}
	return 0
}

// Vars returns the variables of e, each once, in the order they are first read from left to right.
func Vars(e Expr) []Var { return appendVars(nil, e) }

// appendVars looks variables up in the list: there are few of them, and derivatives are large.
func appendVars(vars []Var, e Expr) []Var {
	switch n := e.(type) {
	case Var:
		if !slices.Contains(vars, n) {
			vars = append(vars, n)
		}
	case Unary:
		vars = appendVars(vars, n.X)
	case Binary:
		vars = appendVars(appendVars(vars, n.X), n.Y)
	case Select:
		vars = appendVars(appendVars(appendVars(vars, n.C), n.X), n.Y)
	}
	return vars
}
