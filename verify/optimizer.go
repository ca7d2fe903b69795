package verify

import (
	"fmt"
	"math"
	"math/big"
	"slices"
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
type rule struct {
	// hyper names the hyperparameters, and defaults are those that a constructor sets.
	hyper    []string
	defaults []float64
	// state names the arrays of state, one number for each parameter.
	state []string
	// counts says that the optimizer counts its updates, and corrects lists the hyperparameters β of which it takes 1 -
	// βᵗ.
	counts   bool
	corrects []int
	// next returns the parameter and the state after one update, with their bounds. The bounds hold for every usual way
	// to write the formula, with and without fused multiply-adds, and for powers of β computed in float64.
	next func(r rounding, u update) (p number, state []number)
}

// update is what an update works on: numbers of the kernel's precision.
type update struct {
	// hyper and state are in the order of the rule's.
	hyper, state []float64
	// t is the number of this update, from 1, and corrections are 1 - βᵗ for what the rule corrects.
	t           uint64
	corrections []number
	rate, p, g  float64
}

// gradient is g + w·p.
func (u update) gradient(r rounding, decay float64) number {
	if decay == 0 {
		return given(u.g)
	}
	return r.sum(given(u.g), r.times(given(decay), given(u.p)))
}

// moved is p - step.
func (u update) moved(r rounding, step number) number { return r.sum(given(u.p), step.negative()) }

// rules has every optimizer by the name it has in specs.
var rules = map[string]rule{
	"sgd": {
		hyper: []string{"WeightDecay"}, defaults: []float64{0},
		next: func(r rounding, u update) (number, []number) {
			return u.moved(r, r.times(given(u.rate), u.gradient(r, u.hyper[0]))), nil
		},
	},
	"momentum": {
		hyper: []string{"Momentum", "Dampening", "WeightDecay"}, defaults: []float64{0.9, 0, 0},
		state: []string{"V"}, counts: true,
		next: func(r rounding, u update) (number, []number) {
			v := u.gradient(r, u.hyper[2])
			if u.t > 1 {
				v = r.sum(r.times(given(u.hyper[0]), given(u.state[0])), r.times(complement(r, u.hyper[1]), v))
			}
			return u.moved(r, r.times(given(u.rate), v)), []number{v}
		},
	},
	"nesterov": {
		hyper: []string{"Momentum", "WeightDecay"}, defaults: []float64{0.9, 0},
		state: []string{"V"}, counts: true,
		next: func(r rounding, u update) (number, []number) {
			g := u.gradient(r, u.hyper[1])
			v := g
			if u.t > 1 {
				v = r.sum(r.times(given(u.hyper[0]), given(u.state[0])), g)
			}
			return u.moved(r, r.times(given(u.rate), r.sum(g, r.times(given(u.hyper[0]), v)))), []number{v}
		},
	},
	"rmsprop": {
		hyper: []string{"Alpha", "Eps", "WeightDecay", "Momentum"}, defaults: []float64{0.99, 1e-8, 0, 0},
		state: []string{"S", "V"}, counts: true,
		next: func(r rounding, u update) (number, []number) {
			g := u.gradient(r, u.hyper[2])
			s := meanSquare(r, u.hyper[0], u.state[0], g)
			denominator := r.sum(r.root(s), given(u.hyper[1]))
			if u.hyper[3] == 0 {
				return u.moved(r, scaledQuotient(r, given(u.rate), g, denominator)), []number{s, given(u.state[1])}
			}
			v := r.sum(r.times(given(u.hyper[3]), given(u.state[1])), scaledQuotient(r, given(1), g, denominator))
			return u.moved(r, r.times(given(u.rate), v)), []number{s, v}
		},
	},
	"adam": {
		hyper: []string{"Beta1", "Beta2", "Eps", "WeightDecay"}, defaults: []float64{0.9, 0.999, 1e-8, 0},
		state: []string{"M", "V"}, counts: true, corrects: []int{0, 1},
		next: func(r rounding, u update) (number, []number) {
			step, state := u.adam(r, u.gradient(r, u.hyper[3]))
			return u.moved(r, step), state
		},
	},
	"adamw": {
		hyper: []string{"Beta1", "Beta2", "Eps", "WeightDecay"}, defaults: []float64{0.9, 0.999, 1e-8, 0.01},
		state: []string{"M", "V"}, counts: true, corrects: []int{0, 1},
		next: func(r rounding, u update) (number, []number) {
			step, state := u.adam(r, given(u.g))
			decay := r.times(r.times(given(u.rate), given(u.hyper[3])), given(u.p))
			p := u.moved(r, r.sum(decay, step))
			// 1 - η·w may be formed first, and p, decay and step be added in any order.
			return r.rounded(p, work{roundings: 3}, math.Abs(u.p)+decay.largest()+step.largest()), state
		},
	},
}

// adam is what adam subtracts from p, for a gradient g, and its state.
func (u update) adam(r rounding, g number) (step number, state []number) {
	beta1, beta2, eps := u.hyper[0], u.hyper[1], u.hyper[2]
	m := r.sum(r.times(given(beta1), given(u.state[0])), r.times(complement(r, beta1), g))
	// m + (1 - β₁)·(g - m) is the same, with a difference that may be large.
	m = r.rounded(m, work{roundings: 3}, math.Abs(u.state[0])+g.largest())
	v := meanSquare(r, beta2, u.state[1], g)
	first, second := u.corrections[0], u.corrections[1]
	denominator := r.sum(r.over(r.root(v), r.root(second)), given(eps))
	step = scaledQuotient(r, r.over(given(u.rate), first), m, denominator)
	// m may be divided by 1 - β₁ᵗ, and v by 1 - β₂ᵗ, before anything else is done with them.
	step = r.unless(step, m.largest()/first.value, v.largest()/second.value)
	return r.rounded(step, work{roundings: 3}, 0), []number{m, v}
}

// complement is 1 - x.
func complement(r rounding, x float64) number { return r.sum(given(1), given(-x)) }

// meanSquare is β·s + (1 - β)·g².
func meanSquare(r rounding, beta, s float64, g number) number {
	next := r.sum(r.times(given(beta), given(s)), r.times(complement(r, beta), r.times(g, g)))
	return r.unless(next, g.largest()*g.largest())
}

// scaledQuotient is rate·x/y, multiplied and divided in any order: the product may underflow before it is divided.
func scaledQuotient(r rounding, rate, x, y number) number {
	q := r.over(r.times(rate, x), y)
	least := y.value - y.bound
	if q.bound += 2 * r.kernel.tiny * (1 + rate.largest()) / least; !(least > 0) {
		q.bound = math.Inf(1)
	}
	q = r.unless(q, rate.largest()*x.largest(), x.largest()/least, rate.largest()/least)
	return r.rounded(q, work{roundings: 2}, 0)
}

// correction is 1 - βᵗ. A kernel may take t factors in float64, and rounds what comes out.
func correction(r rounding, beta float64, t uint64) number {
	power := power(beta, t)
	p, _ := power.Float64()
	c := 1.0
	if p > 0 { // else big would write out all the zeros of the difference
		c, _ = power.Sub(big.NewFloat(1), power).Float64()
	}
	slack := p
	if relative := r.reference.gamma(float64(t) + 2*r.reference.ulps); relative < 1 {
		slack = up(relative*p, 2)
	}
	return r.rounded(number{c, slack}, work{roundings: 2}, 0)
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

// ruleOf returns the rule of an optimizer.
func ruleOf(name string) (rule, error) {
	if r, ok := rules[name]; ok {
		return r, nil
	}
	names := make([]string, 0, len(rules))
	for n := range rules {
		names = append(names, n)
	}
	slices.Sort(names)
	return rule{}, fmt.Errorf("no rule for the optimizer %q; there are %v", name, names)
}
