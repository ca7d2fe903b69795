package formula

import (
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec/formula"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// formulaKernel evaluates formulas and their derivatives in precision F in one of the ways in which a generator may
// write them, and with the worst elementary functions that are allowed. It follows the tree that the parser gives.
type formulaKernel[F memory.Float] struct {
	v, y F
	by   string
	rng  *rand.Rand
	// quotient is one of the forms of the derivative of x/y, slope one of those of tanh and sigmoid.
	quotient, slope int
	// recognise writes 1/(1 + exp(-x)) and log(1 + exp(x)) without overflow; masks multiplies by 0 and 1 where
	// it might choose; fold computes constants in float64; reorder adds up in any order; fuse uses fused
	// multiply-adds; reciprocals divides by constants by multiplying.
	recognise, masks, fold, reorder, fuse, reciprocals bool
}

func newFormulaKernel[F memory.Float](rng *rand.Rand, by string, v, y float64) *formulaKernel[F] {
	coin := func() bool { return rng.IntN(2) == 0 }
	return &formulaKernel[F]{
		v: F(v), y: F(y), by: by, rng: rng, quotient: rng.IntN(4), slope: rng.IntN(3),
		recognise: coin(), masks: coin(), fold: coin(), reorder: coin(), fuse: coin(), reciprocals: coin(),
	}
}

// kernelDual is a number and its derivative as a kernel has them.
type kernelDual[F memory.Float] struct {
	v, d            F
	fixed, constant bool
	// idle: the derivative is 0 because of the side of a max, min or abs that is taken.
	idle bool
}

// part is d, which is the derivative of x times something, 0 where that is idle.
func (x kernelDual[F]) part(d F) F {
	if x.idle {
		return 0
	}
	return d
}

func (k *formulaKernel[F]) dual(n formula.Node) kernelDual[F] {
	switch n := n.(type) {
	case *formula.Number:
		return kernelDual[F]{v: F(n.Value), fixed: true, constant: true}
	case *formula.Variable:
		if n.Name == k.by {
			return kernelDual[F]{v: k.v, d: 1}
		}
		return kernelDual[F]{v: k.y, constant: true}
	case *formula.Negation:
		x := k.dual(n.X)
		x.v, x.d = -x.v, -x.d
		return k.folded(n, x)
	case *formula.Binary:
		return k.folded(n, k.binary(n))
	case *formula.Call:
		return k.folded(n, k.call(n))
	}
	panic("no kernel of such a node")
}

// folded is a constant computed in float64, if that is what the kernel does. Nobody computes a derivative of constants.
func (k *formulaKernel[F]) folded(n formula.Node, x kernelDual[F]) kernelDual[F] {
	if x.constant {
		x.d = 0
	}
	if x.fixed && k.fold {
		x.v = F(constantOf(n))
	}
	return x
}

// constantOf is the value of a node without variables, NaN for others.
func constantOf(n formula.Node) float64 {
	e, err := newExpression(n, "z", "y")
	if err != nil {
		return math.NaN()
	}
	return e.constant()
}

// isOne says whether a node is 1 to everybody.
func isOne(n formula.Node) bool {
	e, err := newExpression(n, "z", "y")
	return err == nil && e.op == opNumber && e.number == 1
}

func (k *formulaKernel[F]) binary(n *formula.Binary) kernelDual[F] {
	switch n.Op {
	case '+', '-':
		return k.sum(n)
	case '/':
		if t := onePlusExpNode(n.Y); t != nil && k.recognise {
			return k.logistic(n.X, k.dual(t))
		}
	}
	x, y := k.dual(n.X), k.dual(n.Y)
	r := kernelDual[F]{
		fixed: x.fixed && y.fixed, constant: x.constant && y.constant,
		idle: x.idle && y.constant || y.idle && x.constant,
	}
	switch n.Op {
	case '*':
		r.v = x.v * y.v
		r.d = k.parts(x, y, func() F { return x.part(x.d * y.v) }, func() F { return y.part(x.v * y.d) })
	case '/':
		r.v, r.d = k.divided(x, y)
	case '^':
		c := constantOf(n.Y)
		if c == 0 || isOne(n.X) {
			return kernelDual[F]{v: 1, fixed: true, constant: true}
		}
		r.v, r.d = k.power(x, y, c)
	}
	return r
}

// parts adds up what the derivatives of two operands contribute, without those of constants.
func (k *formulaKernel[F]) parts(x, y kernelDual[F], p, q func() F) F {
	switch {
	case x.constant && y.constant:
		return 0
	case x.constant:
		return q()
	case y.constant:
		return p()
	}
	return p() + q()
}

// term is one of a sum: a factor of it, or 1, and the rest.
type kernelTerm[F memory.Float] struct {
	x, factor F
	dual      kernelDual[F]
}

// sum collects all terms of a sum, and adds them up in some order.
func (k *formulaKernel[F]) sum(n *formula.Binary) kernelDual[F] {
	var terms []kernelTerm[F]
	var collect func(n formula.Node, sign F)
	collect = func(n formula.Node, sign F) {
		switch b, isBinary := n.(*formula.Binary); {
		case isBinary && (b.Op == '+' || b.Op == '-'):
			collect(b.X, sign)
			if b.Op == '-' {
				sign = -sign
			}
			collect(b.Y, sign)
		case isBinary && b.Op == '*' && k.fuse:
			x, y := k.dual(b.X), k.dual(b.Y)
			terms = append(terms, kernelTerm[F]{sign * x.v, y.v, k.signed(k.binary(b), sign)})
		default:
			d := k.signed(k.dual(n), sign)
			terms = append(terms, kernelTerm[F]{d.v, 1, d})
		}
	}
	collect(n, 1)
	if k.reorder {
		k.rng.Shuffle(len(terms), func(i, j int) { terms[i], terms[j] = terms[j], terms[i] })
	}
	r := kernelDual[F]{fixed: true, constant: true}
	for i, t := range terms {
		if i == 0 {
			r.v = t.x * t.factor
		} else {
			r.v = F(math.FMA(float64(t.x), float64(t.factor), float64(r.v)))
		}
		r.fixed = r.fixed && t.dual.fixed
		switch {
		case t.dual.constant:
		case r.constant:
			r.d, r.constant, r.idle = t.dual.d, false, t.dual.idle
		default:
			r.d, r.idle = r.d+t.dual.d, false
		}
	}
	return r
}

func (k *formulaKernel[F]) signed(x kernelDual[F], sign F) kernelDual[F] {
	x.v, x.d = sign*x.v, sign*x.d
	return x
}

func (k *formulaKernel[F]) divided(x, y kernelDual[F]) (v, d F) {
	if y.fixed && k.reciprocals {
		r := 1 / y.v
		return x.v * r, x.part(x.d * r)
	}
	v = x.v / y.v
	switch {
	case x.constant && y.constant:
		return v, 0
	case y.constant:
		return v, x.part(x.d / y.v)
	case x.constant && k.quotient == 0:
		return v, y.part(-(x.v * y.d) / (y.v * y.v))
	case x.constant && k.quotient == 1:
		return v, y.part(-(v * y.d) / y.v)
	case x.constant:
		return v, y.part(-x.v / (y.v * y.v) * y.d)
	}
	switch k.quotient {
	case 0:
		return v, (x.part(x.d*y.v) - y.part(x.v*y.d)) / (y.v * y.v)
	case 1:
		return v, (x.d - y.part(v*y.d)) / y.v
	case 2:
		return v, x.part(x.d/y.v) - y.part(x.v*y.d/(y.v*y.v))
	}
	return v, x.part(x.d/y.v) - y.part(v*(y.d/y.v))
}

// logistic is x/(1 + exp(t)) = x·sigmoid(-t).
func (k *formulaKernel[F]) logistic(n formula.Node, t kernelDual[F]) kernelDual[F] {
	x := k.dual(n)
	s := k.elementary("sigmoid", -t.v)
	r := kernelDual[F]{v: x.v * s, fixed: x.fixed && t.fixed, constant: x.constant && t.constant}
	r.d = k.parts(x, t, func() F { return x.part(x.d * s) },
		func() F { return t.part(x.v * (k.derivative("sigmoid", -t.v, s) * -t.d)) })
	r.idle = x.idle && t.constant || t.idle && x.constant
	return r
}

// power is x^y, c being y if that is constant.
func (k *formulaKernel[F]) power(x, y kernelDual[F], c float64) (v, d F) {
	if n := int(c); c == math.Trunc(c) && math.Abs(c) <= 16 {
		v = k.repeated(x.v, n)
		switch {
		case n < 0 && k.slope == 0:
			return v, x.part(F(n) * v / x.v * x.d)
		case k.slope == 1:
			return v, x.part(F(n) * (k.repeated(x.v, n-1) * x.d))
		}
		return v, x.part(F(n) * k.repeated(x.v, n-1) * x.d)
	}
	pow := func(x, y F) F {
		return k.disturbed(math.Pow(float64(x), float64(y)), x == 0 || x == 1 || y == 0)
	}
	v = pow(x.v, y.v)
	slope, log := F(0), F(0)
	if y.v != 0 {
		slope = y.v * pow(x.v, y.v-1)
	}
	if !(x.v == 0 && y.v >= 0) {
		log = k.elementary("log", x.v)
	}
	return v, k.parts(x, y, func() F { return x.part(slope * x.d) }, func() F { return y.part(v * log * y.d) })
}

// repeated is x^n from the left, or by squaring.
func (k *formulaKernel[F]) repeated(x F, n int) F {
	if n < 0 {
		if k.quotient == 0 {
			return k.repeated(1/x, -n)
		}
		return 1 / k.repeated(x, -n)
	}
	if k.reorder && n > 1 {
		half := k.repeated(x, n/2)
		if n%2 == 0 {
			return half * half
		}
		return half * half * x
	}
	p := F(1)
	for range n {
		p *= x
	}
	return p
}

func (k *formulaKernel[F]) call(n *formula.Call) kernelDual[F] {
	if n.Name == "log" && k.recognise {
		if t := onePlusExpNode(n.Args[0]); t != nil {
			x := k.dual(t)
			soft := max(x.v, 0) + k.elementary("log1p", k.elementary("exp", -max(x.v, -x.v)))
			return kernelDual[F]{soft, x.part(k.elementary("sigmoid", x.v) * x.d), x.fixed, x.constant, x.idle}
		}
	}
	x := k.dual(n.Args[0])
	if len(n.Args) == 2 {
		return k.extremum(n.Name == "max", x, k.dual(n.Args[1]))
	}
	r := kernelDual[F]{fixed: x.fixed, constant: x.constant, idle: x.idle}
	if n.Name == "abs" {
		r.v, r.idle = F(math.Abs(float64(x.v))), x.idle || x.v == 0
		r.d = r.part((F(scalar.Step(float64(x.v))) - F(scalar.Step(-float64(x.v)))) * x.d)
		return r
	}
	r.v = k.elementary(n.Name, x.v)
	if !x.constant {
		r.d = x.part(k.derivative(n.Name, x.v, r.v) * x.d)
	}
	return r
}

func (k *formulaKernel[F]) extremum(larger bool, x, y kernelDual[F]) kernelDual[F] {
	if x.fixed {
		x, y = y, x
	}
	r := kernelDual[F]{v: min(x.v, y.v), d: y.d, fixed: x.fixed && y.fixed, constant: x.constant && y.constant}
	first := x.v < y.v
	if larger {
		r.v, first = max(x.v, y.v), x.v > y.v
	}
	r.idle = first && x.constant || !first && y.constant
	switch {
	case r.constant:
	case k.masks:
		var p F
		if first {
			p = 1
		}
		r.d = k.parts(x, y, func() F { return p * x.d }, func() F { return (1 - p) * y.d })
	case first:
		r.d = x.d
	}
	return r
}

// elementary is a function of package math, disturbed.
func (k *formulaKernel[F]) elementary(name string, x F) F {
	f := functionOf(name)
	return k.disturbed(f.at(float64(x)), float64(x) == f.root)
}

// disturbed is v rounded up or down, in float32, or off by some units in the last place in float64: as bad as
// elementary functions may be.
func (k *formulaKernel[F]) disturbed(v float64, exactly bool) F {
	r := F(v)
	if exactly || math.IsNaN(v) || math.IsInf(float64(r), 0) {
		return r
	}
	switch p := any(&r).(type) {
	case *float32:
		if k.rng.IntN(2) == 0 && float64(*p) != v {
			*p = math.Nextafter32(*p, float32(math.Copysign(math.Inf(1), v-float64(*p))))
		}
	case *float64:
		*p += float64(k.rng.IntN(7)-3) * rounding.Float64.ULP(v) / 2
		if v >= 0 && *p < 0 || v <= 0 && *p > 0 {
			*p = 0
		}
	}
	return r
}

// derivative is f'(x) from x and f(x).
func (k *formulaKernel[F]) derivative(name string, x, f F) F {
	switch name {
	case "exp":
		return f
	case "expm1":
		if k.slope == 0 {
			return f + 1
		}
		return k.elementary("exp", x)
	case "log":
		return 1 / x
	case "log1p":
		return 1 / (1 + x)
	case "sqrt":
		return 0.5 / f
	case "tanh":
		switch k.slope {
		case 0:
			return 1 - f*f
		case 1:
			return (1 - f) * (1 + f)
		}
		c := k.disturbed(math.Cosh(float64(x)), false)
		return 1 / (c * c)
	case "sigmoid":
		switch k.slope {
		case 0:
			return f * (1 - f)
		case 1:
			return f - f*f
		}
		return f * k.elementary("sigmoid", -x)
	case "atan":
		return 1 / (1 + x*x)
	case "sin":
		return k.elementary("cos", x)
	case "cos":
		return -k.elementary("sin", x)
	case "erf":
		return F(2/math.SqrtPi) * k.elementary("exp", -(x*x))
	}
	panic("no derivative of " + name)
}

// onePlusExpNode returns t where n is 1 + exp(t) or exp(t) + 1, else nil.
func onePlusExpNode(n formula.Node) formula.Node {
	b, ok := n.(*formula.Binary)
	if !ok || b.Op != '+' {
		return nil
	}
	for _, pair := range [2][2]formula.Node{{b.X, b.Y}, {b.Y, b.X}} {
		one, isNumber := pair[0].(*formula.Number)
		e, isCall := pair[1].(*formula.Call)
		if isNumber && isCall && one.Value == 1 && e.Name == "exp" {
			return e.Args[0]
		}
	}
	return nil
}
