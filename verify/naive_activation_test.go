package verify

import (
	"math"
	"reflect"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// activate is σ as kernels compute it, in precision F.
func (e naive[F]) activate(l spec.Layer, z []F) []F {
	a := slices.Clone(z)
	switch l.Activation.Name {
	case "softmax":
		s := e.exponentials(a)
		for i := range a {
			a[i] /= s
		}
		return a
	case "log-softmax":
		s := elementary(math.Log, e.exponentials(a))
		for i := range a {
			a[i] = z[i] - (slices.Max(z) + s)
			if e.fromPost {
				a[i] = z[i] - slices.Max(z) - s
			}
		}
		return a
	case "radial-sigmoid":
		r := e.norm(z)
		for i := range a {
			a[i] = 0
			if r != 0 {
				a[i] = elementary(scalar.Sigmoid, r) * (z[i] / r) // in this order, because 1/r may overflow
			}
		}
		return a
	case "max-pool", "avg-pool":
		a = a[:l.Width()]
		for g := range a {
			cell := slices.Clone(z[g*l.Window() : (g+1)*l.Window()])
			if l.Activation.Name == "max-pool" {
				a[g] = slices.Max(cell)
			} else {
				a[g] = e.sum(cell) * (1 / F(l.Window()))
			}
		}
		return a
	}
	for i := range a {
		a[i] = naiveValue(l.Activation, z[i])
	}
	return a
}

// exponentials replaces every z by exp(z - max z) and returns the sum.
func (e naive[F]) exponentials(z []F) F {
	m := slices.Max(z)
	for i := range z {
		z[i] = elementary(math.Exp, z[i]-m)
	}
	return e.sum(slices.Clone(z))
}

// norm is |z|: with squares in float64 for float32, else a chain of hypot.
func (e naive[F]) norm(z []F) F {
	var wide float64
	var narrow F
	for _, v := range z {
		wide += float64(v) * float64(v)
		narrow = F(math.Hypot(float64(narrow), float64(v)))
	}
	if e.fromPost || reflect.TypeFor[F]().Kind() == reflect.Float64 {
		return narrow
	}
	return F(math.Sqrt(wide))
}

func parameter[F Float](f spec.Function, name string) F { return F(f.Param(spec.ActivationRole, name)) }

// naiveValue is the value of a pointwise activation.
func naiveValue[F Float](f spec.Function, z F) F {
	low := min(z, 0)
	switch f.Name {
	case "identity":
		return z
	case "sigmoid":
		return elementary(scalar.Sigmoid, z)
	case "tanh":
		return elementary(math.Tanh, z)
	case "relu":
		return max(z, 0)
	case "leaky-relu":
		return max(z, 0) + parameter[F](f, "slope")*low
	case "arctan":
		return elementary(math.Atan, z)
	case "softplus":
		return max(z, 0) + elementary(math.Log1p, elementary(math.Exp, -max(z, -z)))
	case "elu":
		return max(z, 0) + parameter[F](f, "alpha")*elementary(math.Expm1, low)
	case "selu":
		return function.SeluScale*max(z, 0) + function.SeluScale*function.SeluAlpha*elementary(math.Expm1, low)
	case "gelu":
		return z * (0.5 * (1 + elementary(math.Erf, z*(1/math.Sqrt2))))
	case "silu":
		return z * elementary(scalar.Sigmoid, z)
	case "softsign":
		return z / (1 + max(z, -z))
	case "hard-sigmoid":
		return min(max(z/6+0.5, 0), 1)
	case "hard-tanh":
		return min(max(z, -1), 1)
	}
	panic("the naive evaluator does not know " + f.Name)
}

// naiveSlope is σ' of a pointwise activation, from z or, where kernels do that, from a.
func naiveSlope[F Float](f spec.Function, z, a F, fromPost bool) F {
	size := max(z, -z)
	exponential := func(scale, alpha F) F {
		switch {
		case z > 0:
			return scale
		case fromPost:
			return a + scale*alpha
		}
		return scale * alpha * elementary(math.Exp, z)
	}
	switch f.Name {
	case "identity":
		return 1
	case "sigmoid":
		if fromPost {
			return a * (1 - a)
		}
		return elementary(scalar.Sigmoid, z) * elementary(scalar.Sigmoid, -z)
	case "tanh":
		if fromPost {
			return 1 - a*a
		}
		c := elementary(math.Cosh, z)
		return 1 / c / c
	case "relu":
		return F(scalar.Step(float64(z)))
	case "leaky-relu":
		if z > 0 {
			return 1
		}
		return parameter[F](f, "slope")
	case "arctan":
		return 1 / (1 + z*z)
	case "softplus":
		return elementary(scalar.Sigmoid, z)
	case "elu":
		return exponential(1, parameter[F](f, "alpha"))
	case "selu":
		return exponential(function.SeluScale, function.SeluAlpha)
	case "gelu":
		density := 0.3989422804014327 * elementary(math.Exp, -0.5*z*z)
		return 0.5*(1+elementary(math.Erf, z*(1/math.Sqrt2))) + z*density
	case "silu":
		s := elementary(scalar.Sigmoid, z)
		return s + z*s*(1-s)
	case "softsign":
		return 1 / ((1 + size) * (1 + size))
	case "hard-sigmoid":
		return F(scalar.Step(float64(3-size))) / 6
	case "hard-tanh":
		return F(scalar.Step(float64(1 - size)))
	}
	panic("the naive evaluator does not know " + f.Name)
}

// pullback is Jacᵀ·v in the closed forms that kernels have.
func (e naive[F]) pullback(l spec.Layer, z, a, v []F) []F {
	d := make([]F, len(z))
	switch l.Activation.Name {
	case "softmax":
		dot := e.dot(a, v)
		for i := range d {
			d[i] = a[i] * (v[i] - dot)
		}
	case "log-softmax":
		p := slices.Clone(z)
		s := e.exponentials(p)
		total := e.sum(slices.Clone(v))
		for i := range d {
			p[i] /= s
			if e.fromPost {
				p[i] = elementary(math.Exp, a[i])
			}
			d[i] = v[i] - p[i]*total
		}
	case "radial-sigmoid":
		r := e.norm(z)
		if r == 0 {
			break
		}
		s := elementary(scalar.Sigmoid, r)
		q := s / r
		k := (s*(1-s) - q) / (s * s) * e.dot(a, v)
		for i := range d {
			d[i] = q*v[i] + k*a[i]
			if !e.fromPost {
				d[i] = q*v[i] + (s*(1-s)-q)*(e.dot(z, v)/r)*(z[i]/r)
			}
		}
	case "max-pool":
		for g := range v {
			cell := z[g*l.Window() : (g+1)*l.Window()]
			top := slices.IndexFunc(cell, func(zi F) bool { return zi == a[g] || zi != zi })
			d[g*l.Window()+top] = v[g]
		}
	case "avg-pool":
		for i := range d {
			d[i] = v[i/l.Window()] / F(l.Window())
		}
	default:
		for i := range d {
			d[i] = v[i] * naiveSlope(l.Activation, z[i], a[i], e.fromPost)
		}
	}
	if e.twist != nil && e.twist.pullback != nil && e.twist.activation == l.Activation.Name {
		e.twist.pullback(z, a, v, d)
	}
	return d
}

// dot is u·v.
func (e naive[F]) dot(u, v []F) F {
	terms := make([]F, len(u))
	for i := range u {
		terms[i] = u[i] * v[i]
	}
	return e.sum(terms)
}
