package main

import (
	"math"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// How tightly a formula holds together; an operand looser than its place gets parentheses.
const (
	texSum = iota
	texProduct
	texPower
	texAtom
)

// texNames are constants that a formula is written with, which the table holds as numbers. The parameters are here too,
// as the values that the page gives them: no formula has these by chance.
var texNames = []struct {
	value float64
	text  string
	prec  int
}{
	{0.5, `\tfrac12`, texAtom},
	{1.0 / 6, `\tfrac16`, texAtom},
	{1 / math.Sqrt2, `\tfrac{1}{\sqrt2}`, texAtom},
	{1 / math.Sqrt(2*math.Pi), `\tfrac{1}{\sqrt{2\pi}}`, texAtom},
	{math.Ln2, `\log 2`, texProduct},
	{0x1p-126, `2^{-126}`, texPower},
	{seluScale, `\lambda`, texAtom},
	{seluScale * seluAlpha, `\lambda\alpha`, texProduct},
	{symbols["slope"], `\mathit{slope}`, texAtom},
	{symbols["alpha"], `\mathit{alpha}`, texAtom},
	{symbols["delta"], `\mathit{delta}`, texAtom},
}

// The constants of selu.
const (
	seluScale = 1.0507009873554804934193349852946
	seluAlpha = 1.6732632423543772848170429916717
)

// symbols are numbers that stand for parameters, so that formulas show these by name.
var symbols = map[string]float64{"slope": 0.0123456789, "alpha": 1.23456789, "delta": 1.3456789}

// inline is a formula within a line, in the notation that Markdown leaves alone.
func inline(tex string) string { return "$`" + tex + "`$" }

// tex is a formula in LaTeX.
func tex(e expr.Expr) string { text, _ := texOf(e); return text }

func texOf(e expr.Expr) (text string, prec int) {
	switch n := e.(type) {
	case expr.Num:
		return texNumber(n.Value())
	case expr.Var:
		if n == expr.LSE {
			return `\mathrm{lse}(z)`, texAtom
		}
		return string(n), texAtom
	case expr.Unary:
		return texUnary(n)
	case expr.Binary:
		return texBinary(n)
	case expr.Select:
		return texSelect(n)
	}
	return "?", texAtom // no expression at all
}

func texNumber(v float64) (text string, prec int) {
	if math.Signbit(v) {
		text, _ = texNumber(-v)
		return "-" + text, texProduct
	}
	for _, n := range texNames {
		if math.Abs(v-n.value) <= 4e-16*n.value {
			return n.text, n.prec
		}
	}
	return strconv.FormatFloat(v, 'g', -1, 64), texAtom
}

// texCalls are functions written as a name before their argument.
var texCalls = map[expr.Op]string{
	expr.OpLog: `\log`, expr.OpTanh: `\tanh`, expr.OpAtan: `\arctan`, expr.OpErf: `\mathrm{erf}`,
	expr.OpSin: `\sin`, expr.OpCos: `\cos`, expr.OpSigmoid: `s`,
}

func texUnary(n expr.Unary) (text string, prec int) {
	switch x := tex(n.X); n.Op {
	case expr.OpNeg:
		return "-" + operand(n.X, texProduct), texSum
	case expr.OpExp:
		return "e^{" + x + "}", texPower
	case expr.OpExpm1:
		return "e^{" + x + "} - 1", texSum
	case expr.OpLog1p:
		return `\log(1 + ` + x + ")", texAtom
	case expr.OpSqrt:
		return `\sqrt{` + x + "}", texAtom
	case expr.OpAbs:
		return `\lvert ` + x + ` \rvert`, texAtom
	default:
		name, ok := texCalls[n.Op]
		if !ok {
			return "?", texAtom
		}
		return name + "(" + x + ")", texAtom
	}
}

func texBinary(n expr.Binary) (text string, prec int) {
	x, y := tex(n.X), tex(n.Y)
	switch n.Op {
	case expr.OpAdd:
		return operand(n.X, texSum) + " + " + unsigned(n.Y, texSum), texSum
	case expr.OpSub:
		return operand(n.X, texSum) + " - " + unsigned(n.Y, texProduct), texSum
	case expr.OpMul:
		if n.X == n.Y {
			return operand(n.X, texAtom) + "^2", texPower
		}
		return operand(n.X, texProduct) + ` \, ` + unsigned(n.Y, texProduct), texProduct
	case expr.OpDiv:
		return `\frac{` + x + "}{" + y + "}", texProduct
	case expr.OpMax:
		return `\max(` + x + ", " + y + ")", texAtom
	case expr.OpMin:
		return `\min(` + x + ", " + y + ")", texAtom
	case expr.OpPow:
		return operand(n.X, texAtom) + "^{" + y + "}", texPower
	}
	return "?", texAtom
}

// operand is e for a place that takes nothing looser than prec.
func operand(e expr.Expr, prec int) string {
	text, have := texOf(e)
	if have < prec {
		return "(" + text + ")"
	}
	return text
}

// unsigned is operand for a place after an operator, where no sign may follow.
func unsigned(e expr.Expr, prec int) string {
	text := operand(e, prec)
	if strings.HasPrefix(text, "-") {
		return "(" + text + ")"
	}
	return text
}

// texSelect is a choice: [c > 0] for one of 1 and 0, -[c > 0] for one of -1 and 0, else lines behind a brace, of which
// there are more than two where the other value is a choice again.
func texSelect(n expr.Select) (text string, prec int) {
	if n.Y == expr.Expr(expr.Number(0)) {
		switch n.X {
		case expr.Expr(expr.Number(1)):
			return "[" + texPositive(n.C) + "]", texAtom
		case expr.Expr(expr.Number(-1)):
			return "-[" + texPositive(n.C) + "]", texProduct
		}
	}
	var lines []string
	var last expr.Expr = n
	for {
		s, ok := last.(expr.Select)
		if !ok {
			break
		}
		lines = append(lines, tex(s.X)+" & "+texPositive(s.C))
		last = s.Y
	}
	lines = append(lines, tex(last)+` & \text{else}`)
	return `\begin{cases} ` + strings.Join(lines, ` \\ `) + ` \end{cases}`, texProduct
}

// texPositive is the condition that e > 0, a difference as a comparison.
func texPositive(e expr.Expr) string {
	n, ok := e.(expr.Binary)
	if !ok || n.Op != expr.OpSub {
		return tex(e) + " > 0"
	}
	if _, bound := n.X.(expr.Num); bound {
		return tex(n.Y) + " < " + tex(n.X)
	}
	return tex(n.X) + " > " + tex(n.Y)
}
