package function

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
)

// tangent is a dual number, a number with its derivative in one direction: v + d·ε, ε² = 0. Computing with them gives
// directional derivatives that share nothing with formulas for them.
type tangent struct{ v, d float64 }

func constant(v float64) tangent { return tangent{v, 0} }

func (x tangent) add(y tangent) tangent { return tangent{x.v + y.v, x.d + y.d} }
func (x tangent) sub(y tangent) tangent { return tangent{x.v - y.v, x.d - y.d} }
func (x tangent) mul(y tangent) tangent { return tangent{x.v * y.v, x.d*y.v + x.v*y.d} }
func (x tangent) div(y tangent) tangent { return tangent{x.v / y.v, (x.d*y.v - x.v*y.d) / (y.v * y.v)} }

func (x tangent) exp() tangent  { e := math.Exp(x.v); return tangent{e, e * x.d} }
func (x tangent) log() tangent  { return tangent{math.Log(x.v), x.d / x.v} }
func (x tangent) sqrt() tangent { s := math.Sqrt(x.v); return tangent{s, x.d / (2 * s)} }
func (x tangent) atan() tangent { return tangent{math.Atan(x.v), x.d / (1 + x.v*x.v)} }
func (x tangent) erf() tangent {
	return tangent{math.Erf(x.v), 2 / math.Sqrt(math.Pi) * math.Exp(-x.v*x.v) * x.d}
}
func (x tangent) scale(c float64) tangent { return tangent{c * x.v, c * x.d} }

func (x tangent) max(y tangent) tangent {
	if x.v > y.v {
		return x
	}
	return y
}

func (x tangent) min(y tangent) tangent { return x.scale(-1).max(y.scale(-1)).scale(-1) }

// sigmoid is by its definition, 1/(1 + exp(-x)).
func (x tangent) sigmoid() tangent { return constant(1).div(constant(1).add(x.scale(-1).exp())) }

// dualPointwise has the pointwise activations by their definitions, as the catalogue has them.
var dualPointwise = map[string]func(f spec.Function, z tangent) tangent{
	"identity": func(_ spec.Function, z tangent) tangent { return z },
	"sigmoid":  func(_ spec.Function, z tangent) tangent { return z.sigmoid() },
	"relu":     func(_ spec.Function, z tangent) tangent { return z.max(constant(0)) },
	"leaky-relu": func(f spec.Function, z tangent) tangent {
		if z.v > 0 {
			return z
		}
		return z.scale(f.Param(spec.ActivationRole, "slope"))
	},
	"tanh": func(_ spec.Function, z tangent) tangent {
		e := z.scale(2).exp()
		return e.sub(constant(1)).div(e.add(constant(1)))
	},
	"arctan":   func(_ spec.Function, z tangent) tangent { return z.atan() },
	"softplus": func(_ spec.Function, z tangent) tangent { return z.exp().add(constant(1)).log() },
	"elu": func(f spec.Function, z tangent) tangent {
		if z.v > 0 {
			return z
		}
		return z.exp().sub(constant(1)).scale(f.Param(spec.ActivationRole, "alpha"))
	},
	"selu": func(_ spec.Function, z tangent) tangent {
		if z.v > 0 {
			return z.scale(1.0507009873554805)
		}
		return z.exp().sub(constant(1)).scale(1.0507009873554805 * 1.6732632423543772)
	},
	"gelu": func(_ spec.Function, z tangent) tangent {
		return z.mul(constant(1).add(z.scale(1 / math.Sqrt2).erf())).scale(0.5)
	},
	"silu": func(_ spec.Function, z tangent) tangent { return z.div(constant(1).add(z.scale(-1).exp())) },
	"softsign": func(_ spec.Function, z tangent) tangent {
		return z.div(constant(1).add(z.max(z.scale(-1))))
	},
	"hard-sigmoid": func(_ spec.Function, z tangent) tangent {
		return z.scale(1. / 6).add(constant(0.5)).max(constant(0)).min(constant(1))
	},
	"hard-tanh": func(_ spec.Function, z tangent) tangent { return z.max(constant(-1)).min(constant(1)) },
}

// dualVector has those of a whole layer; a window of 0 is the whole of z.
var dualVector = map[string]func(f spec.Function, z []tangent) []tangent{
	"softmax": func(_ spec.Function, z []tangent) (a []tangent) {
		for _, zi := range z {
			a = append(a, zi.exp().div(dualSum(z, tangent.exp)))
		}
		return a
	},
	"log-softmax": func(_ spec.Function, z []tangent) (a []tangent) {
		for _, zi := range z {
			a = append(a, zi.sub(dualSum(z, tangent.exp).log()))
		}
		return a
	},
	"radial-sigmoid": func(_ spec.Function, z []tangent) (a []tangent) {
		r := dualSum(z, func(x tangent) tangent { return x.mul(x) }).sqrt()
		for _, zi := range z {
			a = append(a, zi.div(r).mul(r.sigmoid()))
		}
		return a
	},
	"max-pool": func(f spec.Function, z []tangent) []tangent {
		return dualPool(f, z, func(cell []tangent) tangent {
			m := cell[0]
			for _, zi := range cell[1:] {
				m = zi.max(m) // of equal ones, the first
			}
			return m
		})
	},
	"avg-pool": func(f spec.Function, z []tangent) []tangent {
		return dualPool(f, z, func(cell []tangent) tangent {
			return dualSum(cell, func(x tangent) tangent { return x }).scale(1 / float64(len(cell)))
		})
	},
}

func dualSum(z []tangent, f func(tangent) tangent) (s tangent) {
	for _, x := range z {
		s = s.add(f(x))
	}
	return s
}

func dualPool(f spec.Function, z []tangent, pool func([]tangent) tangent) (a []tangent) {
	w := int(f.Params[spec.Window])
	if w == 0 {
		w = len(z)
	}
	for ; len(z) > 0; z = z[w:] {
		a = append(a, pool(z[:w]))
	}
	return a
}

// dualActivate is σ on dual numbers; ok is false for a function they do not know.
func dualActivate(f spec.Function, z []tangent) (a []tangent, ok bool) {
	if vector, found := dualVector[f.Name]; found {
		return vector(f, z), true
	}
	pointwise, ok := dualPointwise[f.Name]
	for _, zi := range z {
		if ok {
			a = append(a, pointwise(f, zi))
		}
	}
	return a, ok
}
