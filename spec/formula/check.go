package formula

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// check demands of a formula that has been read what Parse promises.
func check(x Node, variables []string) *Error {
	if len(variables) > 0 && !depends(x, variables[:1]) {
		message := fmt.Sprintf("the formula does not depend on %s, so that nothing could be learnt through it",
			variables[0])
		return &Error{0, message}
	}
	if _, _, err := constant(x); err != nil {
		return err
	}
	if err := checkBases(x, variables); err != nil {
		return err
	}
	if Size(x) > MaxSize {
		return &Error{0, fmt.Sprintf("the formula is too large: with its powers multiplied out it has more than %d "+
			"numbers, variables, operators and calls", MaxSize)}
	}
	if length := utf8.RuneCountInString(Format(x)); length > MaxLength {
		message := fmt.Sprintf("the formula is %d characters long with spaces around + and - and numbers written out; "+
			"at most %d are allowed", length, MaxLength)
		return &Error{0, message}
	}
	return nil
}

// parts returns what a node consists of.
func parts(n Node) []Node {
	switch n := n.(type) {
	case *Negation:
		return []Node{n.X}
	case *Binary:
		return []Node{n.X, n.Y}
	case *Call:
		return n.Args
	}
	return nil
}

// depends reports whether one of the variables occurs in n.
func depends(n Node, variables []string) bool {
	if v, ok := n.(*Variable); ok {
		return slices.Contains(variables, v.Name)
	}
	return slices.ContainsFunc(parts(n), func(part Node) bool { return depends(part, variables) })
}

// constant returns the value of what has no variables, or is 1 because it is a power x^0 or 1^x. The error is that it,
// or a part of n that is constant, has no value in range, or that something is divided by zero.
func constant(n Node) (v float64, is bool, err *Error) {
	all := true
	var values [2]float64
	var known [2]bool
	for i, part := range parts(n) {
		v, is, err := constant(part)
		if err != nil {
			return 0, false, err
		}
		all = all && is
		values[i], known[i] = v, is
		if b, binary := n.(*Binary); binary && b.Op == '/' && i == 1 && is && v == 0 {
			return 0, false, &Error{n.Pos(), "this divides by zero"}
		}
	}
	if b, binary := n.(*Binary); binary && b.Op == '^' && (known[0] && values[0] == 1 || known[1] && values[1] == 0) {
		return 1, true, nil
	}
	if _, variable := n.(*Variable); variable || !all {
		return 0, false, nil
	}
	v = apply(n, values[0], values[1])
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false, &Error{n.Pos(), fmt.Sprintf("%s is not a number", brief(n))}
	}
	if !InRange(v) {
		message := fmt.Sprintf("%s is %.3g, which is out of range; a constant is %s", brief(n), v, inRange)
		return 0, false, &Error{n.Pos(), message}
	}
	return v, true, nil
}

// checkBases refuses powers of negative constants whose exponent depends on the variable to differentiate by: they have
// no derivative.
func checkBases(n Node, variables []string) *Error {
	for _, part := range parts(n) {
		if err := checkBases(part, variables); err != nil {
			return err
		}
	}
	b, binary := n.(*Binary)
	if !binary || b.Op != '^' || len(variables) == 0 || !depends(b.Y, variables[:1]) {
		return nil
	}
	if _, is, _ := constant(b.Y); is {
		return nil
	}
	if c, is, _ := constant(b.X); is && c < 0 {
		return &Error{n.Pos(), fmt.Sprintf("the derivative of %s needs the logarithm of %.6g, which is not a number; "+
			"the base of a power whose exponent depends on %s must not be negative", brief(n), c, variables[0])}
	}
	return nil
}

// apply evaluates one node, given the values of its parts.
func apply(n Node, x, y float64) float64 {
	switch n := n.(type) {
	case *Number:
		return n.Value
	case *Negation:
		return -x
	case *Call:
		f, _ := lookup(n.Name)
		return f.value(x, y)
	case *Binary:
		switch n.Op {
		case '+':
			return x + y
		case '-':
			return x - y
		case '*':
			return x * y
		case '/':
			return x / y
		}
		return math.Pow(x, y)
	}
	return math.NaN()
}

// Size counts the nodes of n, those of a power's base once for every factor, and stops above MaxSize.
func Size(n Node) int {
	total := 1
	for i, part := range parts(n) {
		s := Size(part)
		if b, binary := n.(*Binary); binary && b.Op == '^' && i == 0 {
			s *= factors(b.Y)
		}
		total = min(total+s, MaxSize+1)
	}
	return total
}

// factors returns how many factors a power of that exponent is multiplied out to; 1 if it is not.
func factors(exponent Node) int {
	v, is, err := constant(exponent)
	if m := math.Abs(v); err == nil && is && m == math.Trunc(m) && m <= MaxPower {
		return max(1, int(m))
	}
	return 1
}

// brief returns the text of a part of a formula for a message.
func brief(n Node) string { return clip(Format(n)) }
