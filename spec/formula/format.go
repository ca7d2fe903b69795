package formula

import (
	"math"
	"strconv"
	"strings"
)

// The ranks of operators, from the loosest; what is not an operator binds tightest.
const (
	sumRank = iota
	productRank
	signRank
	powerRank
	operandRank
)

// Format returns the canonical text of a formula: spaces around + and - between operands and behind commas, no other
// white space, and no parentheses that could be left out. Parse reads the tree it was made from back, places
// apart. Two formulas have the same text exactly if they have the same tree.
func Format(n Node) string {
	var b strings.Builder
	write(&b, n, sumRank)
	return b.String()
}

// write writes n, in parentheses unless it binds as tightly as is asked for.
func write(b *strings.Builder, n Node, least int) {
	if rank(n) < least {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	switch n := n.(type) {
	case *Number:
		b.WriteString(numeral(n.Value))
	case *Variable:
		b.WriteString(n.Name)
	case *Negation:
		b.WriteByte('-')
		write(b, n.X, signRank)
	case *Binary:
		left, right := rank(n), rank(n)+1
		if n.Op == '^' {
			left, right = operandRank, signRank
		}
		write(b, n.X, left)
		if rank(n) == sumRank {
			b.WriteString(" " + string(n.Op) + " ")
		} else {
			b.WriteByte(n.Op)
		}
		write(b, n.Y, right)
	case *Call:
		b.WriteString(n.Name + "(")
		for i, arg := range n.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, arg, sumRank)
		}
		b.WriteByte(')')
	}
}

// rank says how tightly a node binds.
func rank(n Node) int {
	switch n := n.(type) {
	case *Negation:
		return signRank
	case *Binary:
		switch n.Op {
		case '+', '-':
			return sumRank
		case '*', '/':
			return productRank
		}
		return powerRank
	}
	return operandRank
}

func pi(at int) *Number { return &Number{at, math.Pi} }

// numeral writes a number with as few digits as tell it from all others.
func numeral(v float64) string {
	switch {
	case v == math.Pi:
		return circleNumber
	case v == 0 || v >= 1e-5 && v < 1e15:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return strings.Replace(strconv.FormatFloat(v, 'e', -1, 64), "e+", "e", 1)
}

// Written returns where in a formula as it is written the node stands that is at the given place of its canonical text;
// 0 if there is none.
func Written(text string, at int, variables ...string) int {
	written, err := Parse(text, variables...)
	if err != nil {
		return 0
	}
	canonical, err := Parse(Format(written), variables...)
	if err != nil {
		return 0
	}
	found := 0
	var walk func(w, c Node)
	walk = func(w, c Node) {
		if c.Pos() == at {
			found = w.Pos()
		}
		for i, part := range parts(w) {
			walk(part, parts(c)[i])
		}
	}
	walk(written, canonical)
	return found
}
