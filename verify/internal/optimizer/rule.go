// Package optimizer checks that an optimizer computes what its name means. A Rule is the definition, written for one
// parameter, with bounds. A Machine is an emitted optimizer seen as slices.
//
// Every update is judged from the state that the optimizer is in, so that bounds stay tight. Steps on batches are
// compared with the calls that they consist of. The judge also tries defaults, literals, Reset, NaN, fences and levels.
package optimizer

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// An optimizer's rule is written here from its definition, for one parameter p with gradient g, at learning rate η; w
// is the weight decay, which counts as part of the gradient, g ← g + w·p, in all but adamw. The definitions are
// PyTorch's, torch.optim of version 2:
//
//	sgd       p ← p - η·g
//	momentum  v ← μ·v + (1 - d)·g, at the first update v ← g;  p ← p - η·v
//	nesterov  v ← μ·v + g, at the first update v ← g;          p ← p - η·(g + μ·v)
//	rmsprop   s ← α·s + (1 - α)·g²;                            p ← p - η·g/(√s + ε), or with momentum
//	                                                           v ← μ·v + g/(√s + ε), p ← p - η·v
//	adam      m ← β₁·m + (1 - β₁)·g, v ← β₂·v + (1 - β₂)·g²;   p ← p - η/(1 - β₁ᵗ) · m/(√v/√(1 - β₂ᵗ) + ε)
//	adamw     p ← (1 - η·w)·p, then as adam
//
// t counts the updates from 1; all state begins as 0.
type Rule struct {
	// Hyper names the hyperparameters, and defaults are those that a constructor sets.
	Hyper    []string
	defaults []float64
	// State names the arrays of state, one number for each parameter.
	State []string
	// Counts says that the optimizer counts its updates, and corrects lists the hyperparameters β of which it takes 1 -
	// βᵗ.
	Counts   bool
	corrects []int
	// next returns the parameter and the state after one update, with their bounds. The bounds hold for every usual way
	// to write the formula, with and without fused multiply-adds, and for powers of β computed in float64.
	next func(r rounding.Pair, u update) (p rounding.Number, state []rounding.Number)
}

// update is what an update works on: numbers of the kernel's precision.
type update struct {
	// hyper and state are in the order of the rule's.
	hyper, state []float64
	// t is the number of this update, from 1, and corrections are 1 - βᵗ for what the rule corrects.
	t           uint64
	corrections []rounding.Number
	rate, p, g  float64
}

// gradient is g + w·p.
func (u update) gradient(r rounding.Pair, decay float64) rounding.Number {
	if decay == 0 {
		return rounding.Given(u.g)
	}
	return r.Sum(rounding.Given(u.g), r.Times(rounding.Given(decay), rounding.Given(u.p)))
}

// moved is p - step.
func (u update) moved(r rounding.Pair, step rounding.Number) rounding.Number {
	return r.Sum(rounding.Given(u.p), step.Negative())
}

// rules has every optimizer by the name it has in specs.
var rules = map[string]Rule{
	"sgd": {
		Hyper: []string{"WeightDecay"}, defaults: []float64{0},
		next: func(r rounding.Pair, u update) (rounding.Number, []rounding.Number) {
			return u.moved(r, r.Times(rounding.Given(u.rate), u.gradient(r, u.hyper[0]))), nil
		},
	},
	"momentum": {
		Hyper: []string{"Momentum", "Dampening", "WeightDecay"}, defaults: []float64{0.9, 0, 0},
		State: []string{"V"}, Counts: true,
		next: func(r rounding.Pair, u update) (rounding.Number, []rounding.Number) {
			v := u.gradient(r, u.hyper[2])
			if u.t > 1 {
				v = r.Sum(r.Times(rounding.Given(u.hyper[0]), rounding.Given(u.state[0])),
					r.Times(complement(r, u.hyper[1]), v))
			}
			return u.moved(r, r.Times(rounding.Given(u.rate), v)), []rounding.Number{v}
		},
	},
	"nesterov": {
		Hyper: []string{"Momentum", "WeightDecay"}, defaults: []float64{0.9, 0},
		State: []string{"V"}, Counts: true,
		next: func(r rounding.Pair, u update) (rounding.Number, []rounding.Number) {
			g := u.gradient(r, u.hyper[1])
			v := g
			if u.t > 1 {
				v = r.Sum(r.Times(rounding.Given(u.hyper[0]), rounding.Given(u.state[0])), g)
			}
			return u.moved(r, r.Times(rounding.Given(u.rate), r.Sum(g, r.Times(rounding.Given(u.hyper[0]), v)))),
				[]rounding.Number{v}
		},
	},
	"rmsprop": {
		Hyper: []string{"Alpha", "Eps", "WeightDecay", "Momentum"}, defaults: []float64{0.99, 1e-8, 0, 0},
		State: []string{"S", "V"}, Counts: true,
		next: func(r rounding.Pair, u update) (rounding.Number, []rounding.Number) {
			g := u.gradient(r, u.hyper[2])
			s := meanSquare(r, u.hyper[0], u.state[0], g)
			denominator := r.Sum(r.Root(s), rounding.Given(u.hyper[1]))
			if u.hyper[3] == 0 {
				return u.moved(r, quotient(r, rounding.Given(u.rate), g, denominator)),
					[]rounding.Number{s, rounding.Given(u.state[1])}
			}
			v := r.Sum(r.Times(rounding.Given(u.hyper[3]), rounding.Given(u.state[1])),
				quotient(r, rounding.Given(1), g, denominator))
			return u.moved(r, r.Times(rounding.Given(u.rate), v)), []rounding.Number{s, v}
		},
	},
	"adam": {
		Hyper: []string{"Beta1", "Beta2", "Eps", "WeightDecay"}, defaults: []float64{0.9, 0.999, 1e-8, 0},
		State: []string{"M", "V"}, Counts: true, corrects: []int{0, 1},
		next: func(r rounding.Pair, u update) (rounding.Number, []rounding.Number) {
			step, state := u.adam(r, u.gradient(r, u.hyper[3]))
			return u.moved(r, step), state
		},
	},
	"adamw": {
		Hyper: []string{"Beta1", "Beta2", "Eps", "WeightDecay"}, defaults: []float64{0.9, 0.999, 1e-8, 0.01},
		State: []string{"M", "V"}, Counts: true, corrects: []int{0, 1},
		next: func(r rounding.Pair, u update) (rounding.Number, []rounding.Number) {
			step, state := u.adam(r, rounding.Given(u.g))
			decay := r.Times(r.Times(rounding.Given(u.rate), rounding.Given(u.hyper[3])), rounding.Given(u.p))
			p := u.moved(r, r.Sum(decay, step))
			// 1 - η·w may be formed first, and p, decay and step be added in any order.
			return r.Rounded(p, rounding.Work{Roundings: 3}, math.Abs(u.p)+decay.Largest()+step.Largest()), state
		},
	},
}

// adam is what adam subtracts from p, for a gradient g, and its state.
func (u update) adam(r rounding.Pair, g rounding.Number) (step rounding.Number, state []rounding.Number) {
	beta1, beta2, eps := u.hyper[0], u.hyper[1], u.hyper[2]
	m := r.Sum(r.Times(rounding.Given(beta1), rounding.Given(u.state[0])), r.Times(complement(r, beta1), g))
	// m + (1 - β₁)·(g - m) is the same, with a difference that may be large.
	m = r.Rounded(m, rounding.Work{Roundings: 3}, math.Abs(u.state[0])+g.Largest())
	v := meanSquare(r, beta2, u.state[1], g)
	first, second := u.corrections[0], u.corrections[1]
	denominator := r.Sum(r.Over(r.Root(v), r.Root(second)), rounding.Given(eps))
	step = quotient(r, r.Over(rounding.Given(u.rate), first), m, denominator)
	// m may be divided by 1 - β₁ᵗ, and v by 1 - β₂ᵗ, before anything else is done with them.
	step = r.Unless(step, m.Largest()/first.Value, v.Largest()/second.Value)
	return r.Rounded(step, rounding.Work{Roundings: 3}, 0), []rounding.Number{m, v}
}

// complement is 1 - x.
func complement(r rounding.Pair, x float64) rounding.Number {
	return r.Sum(rounding.Given(1), rounding.Given(-x))
}

// meanSquare is β·s + (1 - β)·g².
func meanSquare(r rounding.Pair, beta, s float64, g rounding.Number) rounding.Number {
	next := r.Sum(r.Times(rounding.Given(beta), rounding.Given(s)), r.Times(complement(r, beta), r.Times(g, g)))
	return r.Unless(next, g.Largest()*g.Largest())
}

// quotient is rate·x/y, multiplied and divided in any order: the product may underflow before it is divided.
func quotient(r rounding.Pair, rate, x, y rounding.Number) rounding.Number {
	q := r.Over(r.Times(rate, x), y)
	least := y.Value - y.Bound
	if q.Bound += 2 * r.Kernel.Tiny * (1 + rate.Largest()) / least; !(least > 0) {
		q.Bound = math.Inf(1)
	}
	q = r.Unless(q, rate.Largest()*x.Largest(), x.Largest()/least, rate.Largest()/least)
	return r.Rounded(q, rounding.Work{Roundings: 2}, 0)
}

// correction is 1 - βᵗ. A kernel may take t factors in float64, and rounds what comes out.
func correction(r rounding.Pair, beta float64, t uint64) rounding.Number {
	power := power(beta, t)
	p, _ := power.Float64()
	c := 1.0
	if p > 0 { // else big would write out all the zeros of the difference
		c, _ = power.Sub(big.NewFloat(1), power).Float64()
	}
	slack := p
	if relative := r.Reference.Gamma(float64(t) + 2*r.Reference.ULPs); relative < 1 {
		slack = rounding.Up(relative*p, 2)
	}
	return r.Rounded(rounding.Number{Value: c, Bound: slack}, rounding.Work{Roundings: 2}, 0)
}

// power is βᵗ to 200 bits, by squaring.
func power(beta float64, t uint64) *big.Float {
	const precision = 200
	base, p := big.NewFloat(beta).SetPrec(precision), big.NewFloat(1).SetPrec(precision)
	for ; t > 0; t /= 2 {
		if t%2 == 1 {
			p.Mul(p, base)
		}
		base.Mul(base, base)
	}
	return p
}

// RuleOf returns the rule of an optimizer.
func RuleOf(name string) (Rule, error) {
	if r, ok := rules[name]; ok {
		return r, nil
	}
	names := make([]string, 0, len(rules))
	for n := range rules {
		names = append(names, n)
	}
	slices.Sort(names)
	return Rule{}, fmt.Errorf("no rule for the optimizer %q; there are %v", name, names)
}
