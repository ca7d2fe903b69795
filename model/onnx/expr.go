package onnx

import (
	"math"
)

// expr is what a graph does, unit by unit, with the values at a point of the chain: an expression in z, whose constants
// are one number for all units or a number for each. Equal expressions of one pool are the same pointer, so that a
// value that is used twice is known to be one.
type expr struct {
	op    string  // opZ, opConst, opVec, one of + - * / ^, opNeg, a function of formulas, or a reduction
	value float64 // of opConst
	vec   []float64
	args  []*expr
	id    int
	size  int // of the tree, stopped at maxExpr
}

// What an expression may be beside arithmetic and functions of formulas.
const (
	opZ     = "z"
	opConst = "const"
	opVec   = "vec" // a number for each unit
	opNeg   = "neg"
	// Reductions over all units of a sample.
	opSum  = "sum"
	opMean = "mean"
	opMax  = "largest"
	opNorm = "norm"
)

// maxExpr bounds the tree of an expression; a formula has at most 400 nodes.
const maxExpr = 2000

// key tells expressions of one pool apart.
type key struct {
	op    string
	value uint64
	vec   *float64
	a, b  int
}

// pool makes expressions.
type pool struct {
	made map[key]*expr
	z    *expr
}

func newPool() *pool {
	p := &pool{made: map[key]*expr{}}
	p.z = p.make(opZ, 0, nil)
	return p
}

func (p *pool) make(op string, value float64, vec []float64, args ...*expr) *expr {
	k := key{op: op, value: math.Float64bits(value), a: -1, b: -1}
	if vec != nil {
		k.vec = &vec[0]
	}
	size := 1
	for i, a := range args {
		if i == 0 {
			k.a = a.id
		} else {
			k.b = a.id
		}
		size = min(size+a.size, maxExpr)
	}
	if e, ok := p.made[k]; ok {
		return e
	}
	e := &expr{op: op, value: value, vec: vec, args: args, id: len(p.made), size: size}
	p.made[k] = e
	return e
}

// number is a constant for all units.
func (p *pool) number(v float64) *expr { return p.make(opConst, v, nil) }

// vector is a constant for each unit; one for all where they are equal.
func (p *pool) vector(values []float64) *expr {
	for _, v := range values {
		if v != values[0] {
			return p.make(opVec, 0, values)
		}
	}
	return p.number(values[0])
}

func (e *expr) constant() bool { return e.op == opConst || e.op == opVec }

// is says whether e is the constant v.
func (e *expr) is(v float64) bool { return e.op == opConst && e.value == v }

// lane returns the constant of unit i.
func (e *expr) lane(i int) float64 {
	if e.op == opConst {
		return e.value
	}
	return e.vec[i]
}

// apply makes an operation or a call; of constants it makes a constant.
func (p *pool) apply(op string, args ...*expr) *expr {
	all := true
	width := 0
	for _, a := range args {
		all = all && a.constant()
		width = max(width, len(a.vec))
	}
	if all && !reduces(op) {
		if width == 0 {
			return p.number(evaluate(op, lanes(args, 0)))
		}
		values := make([]float64, width)
		for i := range values {
			values[i] = evaluate(op, lanes(args, i))
		}
		return p.vector(values)
	}
	switch {
	case (op == "+" || op == "-") && args[1].is(0), (op == "*" || op == "/") && args[1].is(1):
		return args[0]
	case op == "+" && args[0].is(0), op == "*" && args[0].is(1):
		return args[1]
	case op == "^" && args[1].is(1):
		return args[0]
	}
	return p.make(op, 0, nil, args...)
}

func lanes(args []*expr, i int) []float64 {
	values := make([]float64, len(args))
	for j, a := range args {
		values[j] = a.lane(i)
	}
	return values
}

// reduces says whether an operation makes one number of all units.
func reduces(op string) bool { return op == opSum || op == opMean || op == opMax || op == opNorm }

// evaluate computes one operation.
func evaluate(op string, x []float64) float64 {
	switch op {
	case "+":
		return x[0] + x[1]
	case "-":
		return x[0] - x[1]
	case "*":
		return x[0] * x[1]
	case "/":
		return x[0] / x[1]
	case "^":
		return math.Pow(x[0], x[1])
	case opNeg:
		return -x[0]
	case "exp":
		return math.Exp(x[0])
	case "expm1":
		return math.Expm1(x[0])
	case "log":
		return math.Log(x[0])
	case "log1p":
		return math.Log1p(x[0])
	case "sqrt":
		return math.Sqrt(x[0])
	case "tanh":
		return math.Tanh(x[0])
	case "sigmoid":
		return 1 / (1 + math.Exp(-x[0]))
	case "erf":
		return math.Erf(x[0])
	case "sin":
		return math.Sin(x[0])
	case "cos":
		return math.Cos(x[0])
	case "atan":
		return math.Atan(x[0])
	case "abs":
		return math.Abs(x[0])
	case "max":
		return max(x[0], x[1])
	case "min":
		return min(x[0], x[1])
	}
	return math.NaN()
}

// at evaluates an expression without constants for each unit, and without reductions, at z.
func (e *expr) at(z float64) float64 {
	if e.op == opZ {
		return z
	}
	if e.op == opConst {
		return e.value
	}
	values := make([]float64, len(e.args))
	for i, a := range e.args {
		values[i] = a.at(z)
	}
	return evaluate(e.op, values)
}

// replace returns e with every occurrence of one part replaced.
func (p *pool) replace(e, part, by *expr) *expr {
	done := map[*expr]*expr{part: by}
	var walk func(*expr) *expr
	walk = func(e *expr) *expr {
		if r, ok := done[e]; ok {
			return r
		}
		r := e
		if len(e.args) > 0 {
			args := make([]*expr, len(e.args))
			for i, a := range e.args {
				args[i] = walk(a)
			}
			r = p.apply(e.op, args...)
		}
		done[e] = r
		return r
	}
	return walk(e)
}

// parts lists e and everything that it is made of, each once, before what it is part of.
func (e *expr) parts() []*expr {
	var list []*expr
	seen := map[*expr]bool{}
	var walk func(*expr)
	walk = func(e *expr) {
		if seen[e] {
			return
		}
		seen[e] = true
		for _, a := range e.args {
			walk(a)
		}
		list = append(list, e)
	}
	walk(e)
	return list
}

// some says whether any part of e is as asked.
func (e *expr) some(is func(*expr) bool) bool {
	for _, part := range e.parts() {
		if is(part) {
			return true
		}
	}
	return false
}

// perUnit says whether e has constants that differ from unit to unit.
func (e *expr) perUnit() bool { return e.some(func(e *expr) bool { return e.op == opVec }) }

// uniform returns e with one number in place of those for each unit that are all the same.
func (p *pool) uniform(e *expr) *expr {
	for _, part := range e.parts() {
		if part.op == opVec {
			if one := p.vector(part.vec); one != part {
				e = p.replace(e, part, one)
			}
		}
	}
	return e
}

// dependsBeside says whether z occurs in e outside of one of its parts.
func (e *expr) dependsBeside(part *expr) bool {
	seen := map[*expr]bool{}
	var walk func(*expr) bool
	walk = func(e *expr) bool {
		if e == part || seen[e] {
			return false
		}
		seen[e] = true
		if e.op == opZ {
			return true
		}
		for _, a := range e.args {
			if walk(a) {
				return true
			}
		}
		return false
	}
	return walk(e)
}

// through lists the parts of e, other than e, that z occurs in only: e is a function of each of them. They come from z
// outwards.
func (e *expr) through() []*expr {
	var list []*expr
	for _, part := range e.parts() {
		if part != e && !part.constant() && !e.dependsBeside(part) {
			list = append(list, part)
		}
	}
	return list
}
