package verify

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
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
	// twist, if not nil, spoils what activate, pullback, cost and its gradient gave: a mistake for the bounds to find.
	twist *twist[F]
}

// twist is a mistake: each function that is not nil changes its last argument. value and pullback are those of layers
// with one activation.
type twist[F Float] struct {
	activation string
	value      func(z, a []F)
	pullback   func(z, a, v, d []F)
	slope      func(a, y, g []F)
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
			slices.SortFunc(t, func(a, b F) int {
				return int(math.Copysign(1, math.Abs(float64(b))-math.Abs(float64(a))))
			})
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
	// z, a and d are z_ℓ, a_ℓ and ∇z_ℓ, for layer ℓ at index ℓ.
	z, a, d [][]F
}

func (e naive[F]) run(n spec.Network, s trial.Sample) (r results[F]) {
	params := make([]F, len(s.Params))
	memory.Narrow(params, s.Params)
	x, y := make([]F, len(s.X)), make([]F, len(s.Y))
	memory.Narrow(x, s.X)
	memory.Narrow(y, s.Y)

	depth := n.Depth()
	a, z, start := make([][]F, depth+1), make([][]F, depth+1), make([]int, depth+1)
	a[0] = x
	at := 0
	for l := 1; l <= depth; l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
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
		a[l] = e.activate(n.Layers[l-1], z[l])
		if e.twist != nil && e.twist.value != nil && e.twist.activation == n.Layers[l-1].Activation.Name {
			e.twist.value(z[l], a[l])
		}
	}

	r.output, r.loss = a[depth], e.loss(n, z[depth], a[depth], y)
	d := e.delta(n, z[depth], a[depth], y)
	r.z, r.a, r.d = z, a, make([][]F, depth+1)
	r.grad, r.step = make([]F, len(params)), slices.Clone(params)
	rate := F(s.Rate)
	for l := depth; l >= 1; l-- {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		r.d[l] = d
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
			d = e.pullback(n.Layers[l-2], z[l-1], a[l-1], v)
		} else {
			r.x = v
		}
	}
	return r
}
