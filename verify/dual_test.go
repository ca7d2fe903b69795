package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
)

// dual is a number with its derivative in one direction: v + d·ε, ε² = 0. Computing with them gives directional
// derivatives that share nothing with formulas for them.
type dual struct{ v, d float64 }

func constant(v float64) dual { return dual{v, 0} }

func (x dual) add(y dual) dual { return dual{x.v + y.v, x.d + y.d} }
func (x dual) sub(y dual) dual { return dual{x.v - y.v, x.d - y.d} }
func (x dual) mul(y dual) dual { return dual{x.v * y.v, x.d*y.v + x.v*y.d} }
func (x dual) div(y dual) dual { return dual{x.v / y.v, (x.d*y.v - x.v*y.d) / (y.v * y.v)} }

func (x dual) exp() dual  { e := math.Exp(x.v); return dual{e, e * x.d} }
func (x dual) log() dual  { return dual{math.Log(x.v), x.d / x.v} }
func (x dual) sqrt() dual { s := math.Sqrt(x.v); return dual{s, x.d / (2 * s)} }
func (x dual) atan() dual { return dual{math.Atan(x.v), x.d / (1 + x.v*x.v)} }
func (x dual) erf() dual {
	return dual{math.Erf(x.v), 2 / math.Sqrt(math.Pi) * math.Exp(-x.v*x.v) * x.d}
}
func (x dual) scale(c float64) dual { return dual{c * x.v, c * x.d} }

func (x dual) max(y dual) dual {
	if x.v > y.v {
		return x
	}
	return y
}

func (x dual) min(y dual) dual { return x.scale(-1).max(y.scale(-1)).scale(-1) }

// sigmoid is by its definition, 1/(1 + exp(-x)).
func (x dual) sigmoid() dual { return constant(1).div(constant(1).add(x.scale(-1).exp())) }

// dualPointwise has the pointwise activations by their definitions, as the catalogue has them.
var dualPointwise = map[string]func(f spec.Function, z dual) dual{
	"identity": func(_ spec.Function, z dual) dual { return z },
	"sigmoid":  func(_ spec.Function, z dual) dual { return z.sigmoid() },
	"relu":     func(_ spec.Function, z dual) dual { return z.max(constant(0)) },
	"leaky-relu": func(f spec.Function, z dual) dual {
		if z.v > 0 {
			return z
		}
		return z.scale(f.Param(spec.ActivationRole, "slope"))
	},
	"tanh": func(_ spec.Function, z dual) dual {
		e := z.scale(2).exp()
		return e.sub(constant(1)).div(e.add(constant(1)))
	},
	"arctan":   func(_ spec.Function, z dual) dual { return z.atan() },
	"softplus": func(_ spec.Function, z dual) dual { return z.exp().add(constant(1)).log() },
	"elu": func(f spec.Function, z dual) dual {
		if z.v > 0 {
			return z
		}
		return z.exp().sub(constant(1)).scale(f.Param(spec.ActivationRole, "alpha"))
	},
	"selu": func(_ spec.Function, z dual) dual {
		if z.v > 0 {
			return z.scale(1.0507009873554805)
		}
		return z.exp().sub(constant(1)).scale(1.0507009873554805 * 1.6732632423543772)
	},
	"gelu": func(_ spec.Function, z dual) dual {
		return z.mul(constant(1).add(z.scale(1 / math.Sqrt2).erf())).scale(0.5)
	},
	"silu": func(_ spec.Function, z dual) dual { return z.div(constant(1).add(z.scale(-1).exp())) },
	"softsign": func(_ spec.Function, z dual) dual {
		return z.div(constant(1).add(z.max(z.scale(-1))))
	},
	"hard-sigmoid": func(_ spec.Function, z dual) dual {
		return z.scale(1. / 6).add(constant(0.5)).max(constant(0)).min(constant(1))
	},
	"hard-tanh": func(_ spec.Function, z dual) dual { return z.max(constant(-1)).min(constant(1)) },
}

// dualVector has those of a whole layer; a window of 0 is the whole of z.
var dualVector = map[string]func(f spec.Function, z []dual) []dual{
	"softmax": func(_ spec.Function, z []dual) (a []dual) {
		for _, zi := range z {
			a = append(a, zi.exp().div(dualSum(z, dual.exp)))
		}
		return a
	},
	"log-softmax": func(_ spec.Function, z []dual) (a []dual) {
		for _, zi := range z {
			a = append(a, zi.sub(dualSum(z, dual.exp).log()))
		}
		return a
	},
	"radial-sigmoid": func(_ spec.Function, z []dual) (a []dual) {
		r := dualSum(z, func(x dual) dual { return x.mul(x) }).sqrt()
		for _, zi := range z {
			a = append(a, zi.div(r).mul(r.sigmoid()))
		}
		return a
	},
	"max-pool": func(f spec.Function, z []dual) []dual {
		return dualPool(f, z, func(cell []dual) dual {
			m := cell[0]
			for _, zi := range cell[1:] {
				m = zi.max(m) // of equal ones, the first
			}
			return m
		})
	},
	"avg-pool": func(f spec.Function, z []dual) []dual {
		return dualPool(f, z, func(cell []dual) dual {
			return dualSum(cell, func(x dual) dual { return x }).scale(1 / float64(len(cell)))
		})
	},
}

func dualSum(z []dual, f func(dual) dual) (s dual) {
	for _, x := range z {
		s = s.add(f(x))
	}
	return s
}

func dualPool(f spec.Function, z []dual, pool func([]dual) dual) (a []dual) {
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
func dualActivate(f spec.Function, z []dual) (a []dual, ok bool) {
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
