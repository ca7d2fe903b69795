package verify

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// naive evaluates networks in precision F, element by element with slices, in one of several orders of
// summation and ways to write σ': the kernels the bounds must hold for.
type naive[F Float] struct {
	// sum adds up products in some order.
	sum func(terms []F) F
	// fromPost computes σ' from a, else from z.
	fromPost bool
	// rateFirst multiplies the rate into d, else into d·a.
	rateFirst bool
}

// naives returns evaluators of all sorts.
func naives[F Float]() map[string]naive[F] {
	return map[string]naive[F]{
		"ascending, σ' from a": {sum: ascending[F], fromPost: true},
		"descending, from z":   {sum: func(t []F) F { slices.Reverse(t); return ascending(t) }, rateFirst: true},
		"pairwise":             {sum: pairwise[F], fromPost: true, rateFirst: true},
		"shuffled": {sum: func(t []F) F {
			rng := rand.New(rand.NewPCG(1, uint64(len(t))))
			rng.Shuffle(len(t), func(i, j int) { t[i], t[j] = t[j], t[i] })
			return ascending(t)
		}},
		"in four lanes": {sum: func(t []F) F {
			var lanes [4]F
			for i, v := range t {
				lanes[i%4] += v
			}
			return ascending(lanes[:])
		}, fromPost: true},
		"largest first": {sum: func(t []F) F {
			slices.SortFunc(t, func(a, b F) int { return int(math.Copysign(1, math.Abs(float64(b))-math.Abs(float64(a)))) })
			return ascending(t)
		}},
	}
}

func ascending[F Float](t []F) (s F) {
	for _, v := range t {
		s += v
	}
	return s
}

func pairwise[F Float](t []F) F {
	if len(t) == 1 {
		return t[0]
	}
	return pairwise(t[:len(t)/2]) + pairwise(t[len(t)/2:])
}

func elementary[F Float](f func(float64) float64, v F) F { return F(f(float64(v))) }

// results are the numbers of one evaluation, parameters flat.
type results[F Float] struct {
	output, grad, x, step []F
	loss                  F
}

func (e naive[F]) run(n spec.Network, s sample) (r results[F]) {
	params := make([]F, len(s.params))
	narrowed(params, s.params)
	x, y := make([]F, len(s.x)), make([]F, len(s.y))
	narrowed(x, s.x)
	narrowed(y, s.y)

	depth := n.Depth()
	a, z, start := make([][]F, depth+1), make([][]F, depth+1), make([]int, depth+1)
	a[0] = x
	at := 0
	for l := 1; l <= depth; l++ {
		rows, cols := n.Width(l), n.Width(l-1)
		start[l] = at
		for i := range rows {
			var terms []F
			for j := range cols {
				terms = append(terms, params[at+i*cols+j]*a[l-1][j])
			}
			if !n.Layers[l-1].NoBias {
				terms = append(terms, params[at+rows*cols+i])
			}
			z[l] = append(z[l], e.sum(terms))
		}
		at += rows * cols
		if !n.Layers[l-1].NoBias {
			at += rows
		}
		a[l] = e.activate(n.Layers[l-1].Activation.Name, z[l])
	}

	last, cost := n.Layers[depth-1].Activation.Name, n.Cost.Name
	r.output, r.loss = a[depth], e.loss(last, cost, z[depth], a[depth], y)
	d := e.delta(last, cost, z[depth], a[depth], y)
	r.grad, r.step = make([]F, len(params)), slices.Clone(params)
	rate := F(s.rate)
	for l := depth; l >= 1; l-- {
		rows, cols := n.Width(l), n.Width(l-1)
		v := make([]F, cols)
		for j := range cols {
			var terms []F
			for i := range rows {
				k := start[l] + i*cols + j
				terms = append(terms, params[k]*d[i])
				r.grad[k] = d[i] * a[l-1][j]
				if e.rateFirst {
					r.step[k] -= rate * d[i] * a[l-1][j]
				} else {
					r.step[k] -= rate * r.grad[k]
				}
			}
			v[j] = e.sum(terms)
		}
		if !n.Layers[l-1].NoBias {
			for i := range rows {
				r.grad[start[l]+rows*cols+i] = d[i]
				r.step[start[l]+rows*cols+i] -= rate * d[i]
			}
		}
		if l > 1 {
			d = e.pullback(n.Layers[l-2].Activation.Name, z[l-1], a[l-1], v)
		} else {
			r.x = v
		}
	}
	return r
}

func (e naive[F]) activate(name string, z []F) []F {
	a := slices.Clone(z)
	switch name {
	case "softmax":
		m := slices.Max(z)
		for i := range a {
			a[i] = elementary(math.Exp, z[i]-m)
		}
		s := e.sum(slices.Clone(a))
		for i := range a {
			a[i] /= s
		}
	case "sigmoid":
		for i := range a {
			a[i] = elementary(sigmoid, z[i])
		}
	case "tanh":
		for i := range a {
			a[i] = elementary(math.Tanh, z[i])
		}
	case "relu":
		for i := range a {
			a[i] = max(z[i], 0)
		}
	case "identity":
	default:
		for i := range a {
			a[i] = smooth[F](name, z[i])
		}
	}
	return a
}

// smooth is the value of the other pointwise activations.
func smooth[F Float](name string, z F) F {
	switch name {
	case "arctan":
		return elementary(math.Atan, z)
	case "softplus":
		return max(z, 0) + elementary(math.Log1p, elementary(math.Exp, -max(z, -z)))
	case "silu":
		return z * elementary(sigmoid, z)
	case "softsign":
		return z / (1 + max(z, -z))
	case "hard-sigmoid":
		return min(max(z/6+0.5, 0), 1)
	case "hard-tanh":
		return min(max(z, -1), 1)
	}
	panic("the naive evaluator does not know " + name)
}

// smoothSlope is their derivative.
func smoothSlope[F Float](name string, z F) F {
	size := max(z, -z)
	switch name {
	case "arctan":
		return 1 / (1 + z*z)
	case "softplus":
		return elementary(sigmoid, z)
	case "silu":
		s := elementary(sigmoid, z)
		return s + z*s*(1-s)
	case "softsign":
		return 1 / ((1 + size) * (1 + size))
	case "hard-sigmoid":
		return F(step(float64(3-size))) / 6
	case "hard-tanh":
		return F(step(float64(1 - size)))
	}
	panic("the naive evaluator does not know " + name)
}

func (e naive[F]) pullback(name string, z, a, v []F) []F {
	d := slices.Clone(v)
	var dot F
	if name == "softmax" {
		var terms []F
		for j := range v {
			terms = append(terms, a[j]*v[j])
		}
		dot = e.sum(terms)
	}
	for i := range d {
		switch name {
		case "softmax":
			d[i] = a[i] * (v[i] - dot)
		case "sigmoid":
			d[i] *= a[i] * (1 - a[i])
			if !e.fromPost {
				d[i] = v[i] * (elementary(sigmoid, z[i]) * elementary(sigmoid, -z[i]))
			}
		case "tanh":
			d[i] *= 1 - a[i]*a[i]
			if !e.fromPost {
				c := elementary(math.Cosh, z[i])
				d[i] = v[i] / (c * c)
			}
		case "relu":
			if z[i] <= 0 {
				d[i] = 0
			}
		case "identity":
		default:
			d[i] *= smoothSlope(name, z[i])
		}
	}
	return d
}

func (e naive[F]) loss(last, cost string, z, a, y []F) F {
	terms := make([]F, len(y))
	logSum := F(0)
	if last == "softmax" && cost == "cross-entropy" {
		m := slices.Max(z)
		for i := range z {
			terms[i] = elementary(math.Exp, z[i]-m)
		}
		logSum = m + elementary(math.Log, e.sum(slices.Clone(terms)))
	}
	for i := range y {
		soft := elementary(math.Log1p, elementary(math.Exp, -max(z[i], -z[i])))
		switch {
		case cost == "mse" || cost == "squared-error":
			terms[i] = (a[i] - y[i]) * (a[i] - y[i])
		case last == "softmax" && cost == "cross-entropy":
			terms[i] = y[i] * (logSum - z[i])
		case last == "sigmoid" && cost == "cross-entropy":
			terms[i] = y[i] * (max(-z[i], 0) + soft)
		case last == "sigmoid":
			terms[i] = max(z[i], 0) - z[i]*y[i] + soft
		default: // binary cross-entropy after softmax
			terms[i] = -(y[i]*elementary(logFloored, a[i]) + (1-y[i])*elementary(logFloored, 1-a[i]))
		}
	}
	s := e.sum(terms)
	if cost == "mse" {
		s /= F(len(y))
	}
	return s
}

func (e naive[F]) delta(last, cost string, z, a, y []F) []F {
	g := make([]F, len(y))
	for i := range y {
		switch {
		case cost == "mse":
			g[i] = 2 / F(len(y)) * (a[i] - y[i])
		case cost == "squared-error":
			g[i] = 2 * (a[i] - y[i])
		case last == "sigmoid" && cost == "cross-entropy":
			g[i] = -y[i] * (1 - a[i])
		case last == "softmax" && cost == "binary-cross-entropy":
			g[i] = -y[i]*elementary(reciprocalFloored, a[i]) + (1-y[i])*elementary(reciprocalFloored, 1-a[i])
		default: // the closed forms
			g[i] = a[i] - y[i]
		}
	}
	if fusedOf(last, cost) != nil {
		return g
	}
	return e.pullback(last, z, a, g)
}
