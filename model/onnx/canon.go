package onnx

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// The normal form in which expressions are compared: a sum of a number and of products. Different ways to write one
// function have the same normal form where they differ by the order of operands, by numbers pulled in and out of
// products, clamps and odd functions, by division against multiplication, or by a factor that is common to all terms.

// total is constant + Σ terms.
type total struct {
	constant float64
	terms    []product // in order, no two of the same factors
}

// product is coefficient · Π factors.
type product struct {
	coefficient float64
	factors     []factor // in order, no two of the same base
}

// factor is a whole power of an atom.
type factor struct {
	base  atom
	power int
}

// atom is z, a function of totals, a clamp of a total, or a total in parentheses.
type atom struct {
	name   string // opZ, a function, "clamp" or "sum"
	args   []total
	lo, hi float64 // of a clamp
}

// normal returns the normal form of an expression without constants for each unit.
func normal(e *expr) total {
	done := map[*expr]total{}
	var walk func(e *expr) total
	walk = func(e *expr) total {
		if t, ok := done[e]; ok {
			return t
		}
		args := make([]total, len(e.args))
		for i, a := range e.args {
			args[i] = walk(a)
		}
		t := normalOp(e, args)
		done[e] = t
		return t
	}
	return walk(e)
}

func normalOp(e *expr, args []total) total {
	switch e.op {
	case opConst:
		return total{constant: e.value}
	case opZ:
		return single(atom{name: opZ})
	case "+":
		return args[0].plus(args[1])
	case "-":
		return args[0].plus(args[1].times(-1))
	case opNeg:
		return args[0].times(-1)
	case "*":
		return multiply(args[0], args[1])
	case "/":
		return multiply(args[0], power(args[1], -1))
	case "^":
		if n := args[1].constant; len(args[1].terms) == 0 && n == math.Trunc(n) && math.Abs(n) <= 16 && n != 0 {
			return power(args[0], int(n))
		}
	case "max", "min":
		for i := range 2 {
			if other := args[1-i]; len(other.terms) == 0 && len(args[i].terms) > 0 {
				if e.op == "max" {
					return clamp(args[i], other.constant, math.Inf(1))
				}
				return clamp(args[i], math.Inf(-1), other.constant)
			}
		}
		if args[1].shape() < args[0].shape() {
			args[0], args[1] = args[1], args[0]
		}
	case "expm1":
		return exponential(args[0]).plus(total{constant: -1})
	case "exp":
		return exponential(args[0])
	case "log1p":
		return single(atom{name: "log", args: []total{args[0].plus(total{constant: 1})}})
	case "tanh", "erf", "atan", "sin":
		if args[0].negative() {
			return single(atom{name: e.op, args: []total{args[0].times(-1)}}).times(-1)
		}
	case "cos", "abs":
		if args[0].negative() {
			args[0] = args[0].times(-1)
		}
	case "sigmoid":
		return logistic(args[0])
	}
	return single(atom{name: e.op, args: args})
}

// single is the total of one atom.
func single(a atom) total {
	return total{terms: []product{{coefficient: 1, factors: []factor{{a, 1}}}}}
}

// exponential is e^t: that of -t is its inverse.
func exponential(t total) total {
	if t.negative() {
		return power(single(atom{name: "exp", args: []total{t.times(-1)}}), -1)
	}
	return single(atom{name: "exp", args: []total{t}})
}

// logistic is 1/(1 + e^-t): that of -t is one less it.
func logistic(t total) total {
	if t.negative() {
		return total{constant: 1}.plus(single(atom{name: "sigmoid", args: []total{t.times(-1)}}).times(-1))
	}
	return single(atom{name: "sigmoid", args: []total{t}})
}

// negative says whether the first term has a negative coefficient.
func (t total) negative() bool { return len(t.terms) > 0 && t.terms[0].coefficient < 0 }

func (t total) times(k float64) total {
	if k == 0 {
		return total{}
	}
	r := total{constant: t.constant * k, terms: slices.Clone(t.terms)}
	for i := range r.terms {
		r.terms[i].coefficient *= k
	}
	return r
}

// vanishing is what is left of two terms that cancel, relative to them, because their numbers were rounded. Terms of
// formulas that people write do not cancel so far.
const vanishing = 1e-6

func (t total) plus(u total) total {
	r := total{constant: t.constant + u.constant}
	if math.Abs(r.constant) <= vanishing*math.Abs(t.constant) {
		r.constant = 0
	}
	for _, p := range slices.Concat(t.terms, u.terms) {
		i := slices.IndexFunc(r.terms, func(q product) bool {
			return q.shape() == p.shape() &&
				sameFactors(p, q, vanishing)
		})
		if i < 0 {
			r.terms = append(r.terms, p)
			continue
		}
		sum := r.terms[i].coefficient + p.coefficient
		if math.Abs(sum) <= vanishing*math.Abs(p.coefficient) {
			r.terms = slices.Delete(slices.Clone(r.terms), i, i+1)
			continue
		}
		r.terms[i].coefficient = sum
	}
	slices.SortFunc(r.terms, func(a, b product) int { return strings.Compare(a.shape(), b.shape()) })
	return r.factored()
}

// factored pulls factors out that all terms have.
func (t total) factored() total {
	if t.constant != 0 || len(t.terms) < 2 {
		return t
	}
	common := product{coefficient: 1}
	rest := total{terms: make([]product, len(t.terms))}
	for i, p := range t.terms {
		rest.terms[i] = product{p.coefficient, slices.Clone(p.factors)}
	}
	for _, f := range t.terms[0].factors {
		if f.power < 0 {
			continue
		}
		shared := true
		for _, p := range t.terms {
			shared = shared && slices.ContainsFunc(p.factors, func(g factor) bool {
				return g.power >= 1 && sameAtom(f.base, g.base, vanishing)
			})
		}
		if !shared {
			continue
		}
		common.factors = append(common.factors, factor{f.base, 1})
		for i := range rest.terms {
			rest.terms[i] = mulProducts(rest.terms[i], product{1, []factor{{f.base, -1}}})
		}
	}
	if len(common.factors) == 0 {
		return t
	}
	inner := total{}
	for _, p := range rest.terms {
		if len(p.factors) == 0 {
			inner.constant += p.coefficient
		} else {
			inner.terms = append(inner.terms, p)
		}
	}
	slices.SortFunc(inner.terms, func(a, b product) int { return strings.Compare(a.shape(), b.shape()) })
	return multiply(total{terms: []product{common}}, inner)
}

// product returns t as one product: a sum becomes a factor, its first coefficient pulled out.
func (t total) product() product {
	switch {
	case len(t.terms) == 0:
		return product{coefficient: t.constant}
	case len(t.terms) == 1 && t.constant == 0:
		return t.terms[0]
	}
	k := t.terms[0].coefficient
	return product{k, []factor{{atom{name: "sum", args: []total{t.times(1 / k)}}, 1}}}
}

func multiply(a, b total) total {
	if len(a.terms) == 0 {
		return b.times(a.constant)
	}
	if len(b.terms) == 0 {
		return a.times(b.constant)
	}
	return mulProducts(a.product(), b.product()).total()
}

// total returns p as a sum; a sum that is its only factor is taken out of its parentheses.
func (p product) total() total {
	if len(p.factors) == 0 {
		return total{constant: p.coefficient}
	}
	if len(p.factors) == 1 && p.factors[0].power == 1 && p.factors[0].base.name == "sum" {
		return p.factors[0].base.args[0].times(p.coefficient)
	}
	return total{terms: []product{p}}
}

func mulProducts(a, b product) product {
	r := product{a.coefficient * b.coefficient, slices.Clone(a.factors)}
	for _, f := range b.factors {
		i := slices.IndexFunc(r.factors, func(g factor) bool { return sameAtom(f.base, g.base, vanishing) })
		if i < 0 {
			r.factors = append(r.factors, f)
		} else if r.factors[i].power += f.power; r.factors[i].power == 0 {
			r.factors = slices.Delete(r.factors, i, i+1)
		}
	}
	slices.SortFunc(r.factors, func(a, b factor) int {
		return cmp.Or(strings.Compare(a.base.shape(), b.base.shape()), cmp.Compare(a.power, b.power))
	})
	return r
}

// power is t^n. 1/(1 + e^u) is the logistic function of -u.
func power(t total, n int) total {
	if len(t.terms) == 0 {
		return total{constant: math.Pow(t.constant, float64(n))}
	}
	if u, ok := t.onePlusExponential(); ok && n == -1 {
		return logistic(u.times(-1))
	}
	p := t.product()
	r := product{math.Pow(p.coefficient, float64(n)), slices.Clone(p.factors)}
	for i := range r.factors {
		r.factors[i].power *= n
	}
	return r.total()
}

// onePlusExponential returns u of 1 + e^u.
func (t total) onePlusExponential() (u total, ok bool) {
	if t.constant != 1 || len(t.terms) != 1 || t.terms[0].coefficient != 1 || len(t.terms[0].factors) != 1 {
		return total{}, false
	}
	f := t.terms[0].factors[0]
	if f.base.name != "exp" || f.power != 1 && f.power != -1 {
		return total{}, false
	}
	return f.base.args[0].times(float64(f.power)), true
}

// clamp is min(max(t, lo), hi), for lo ≤ hi: numbers are pulled out, and a clamp of a clamp is one.
func clamp(t total, lo, hi float64) total {
	if lo > hi {
		return total{constant: hi}
	}
	c, k := t.constant, t.terms[0].coefficient
	inner := total{terms: t.terms}.times(1 / k)
	lo, hi = (lo-c)/k, (hi-c)/k
	if k < 0 {
		lo, hi = hi, lo
	}
	if len(inner.terms) == 1 && len(inner.terms[0].factors) == 1 {
		if f := inner.terms[0].factors[0]; f.base.name == "clamp" && f.power == 1 {
			inner = f.base.args[0]
			lo, hi = min(max(f.base.lo, lo), hi), max(min(f.base.hi, hi), lo)
		}
	}
	return total{constant: c, terms: single(atom{"clamp", []total{inner}, lo, hi}).times(k).terms}
}

// The shape of a normal form is its text without numbers: what it is sorted by.
func (t total) shape() string {
	var b strings.Builder
	for i, p := range t.terms {
		if i > 0 {
			b.WriteByte('+')
		}
		b.WriteString(p.shape())
	}
	return b.String()
}

func (p product) shape() string {
	var b strings.Builder
	for _, f := range p.factors {
		fmt.Fprintf(&b, "%s^%d ", f.base.shape(), f.power)
	}
	return b.String()
}

func (a atom) shape() string {
	if a.name == opZ {
		return opZ
	}
	texts := make([]string, len(a.args))
	for i, t := range a.args {
		texts[i] = t.shape()
	}
	return a.name + "(" + strings.Join(texts, ",") + ")"
}

// near says whether two numbers are one but for rounding.
func near(a, b, tolerance float64) bool {
	return a == b || math.Abs(a-b) <= tolerance*min(math.Abs(a), math.Abs(b))
}

func sameTotal(t, u total, tolerance float64) bool {
	return near(t.constant, u.constant, tolerance) && slices.EqualFunc(t.terms, u.terms, func(p, q product) bool {
		return near(p.coefficient, q.coefficient, tolerance) && sameFactors(p, q, tolerance)
	})
}

func sameFactors(p, q product, tolerance float64) bool {
	return slices.EqualFunc(p.factors, q.factors, func(f, g factor) bool {
		return f.power == g.power && sameAtom(f.base, g.base, tolerance)
	})
}

func sameAtom(a, b atom, tolerance float64) bool {
	return a.name == b.name && near(a.lo, b.lo, tolerance) && near(a.hi, b.hi, tolerance) &&
		slices.EqualFunc(a.args, b.args, func(t, u total) bool { return sameTotal(t, u, tolerance) })
}
