package verify

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
)

// fusedWith says which closed form a network ends with: softmax or sigmoid, empty for none.
func fusedWith(n spec.Network) string {
	last := n.Layers[n.Depth()-1].Activation.Name
	if function.FusedOf(last, n.Cost.Name) == nil {
		return ""
	}
	return last
}

// mean says which costs are means over the outputs.
func mean(cost string) bool {
	return slices.Contains([]string{"mse", "mae", "huber", "log-cosh"}, cost)
}

// loss is the cost as kernels compute it, in precision F.
func (e naive[F]) loss(n spec.Network, z, a, y []F) F {
	terms := make([]F, len(y))
	logSum := F(0)
	if fusedWith(n) == "softmax" {
		logSum = slices.Max(z) + elementary(math.Log, e.exponentials(slices.Clone(z)))
	}
	for i := range y {
		switch fusedWith(n) {
		case "softmax":
			terms[i] = y[i] * (logSum - z[i])
		case "sigmoid":
			soft := elementary(math.Log1p, elementary(math.Exp, -max(z[i], -z[i])))
			terms[i] = max(z[i], 0) - z[i]*y[i] + soft
			if n.Cost.Name == "cross-entropy" {
				terms[i] = y[i] * (max(-z[i], 0) + soft)
			}
		default:
			terms[i] = naiveTerm(n.Cost, a[i], y[i])
		}
	}
	s := e.sum(terms)
	if mean(n.Cost.Name) {
		s /= F(len(y))
	}
	return s
}

// naiveTerm is the term of one output.
func naiveTerm[F Float](cost spec.Function, a, y F) F {
	d := a - y
	size := max(d, -d)
	delta := F(cost.Param(spec.CostRole, "delta"))
	switch cost.Name {
	case "mse", "squared-error":
		return d * d
	case "half-squared-error":
		return 0.5 * d * d
	case "mae":
		return size
	case "huber":
		c := min(max(d, -delta), delta)
		if size > 2*delta { // the two ways to write it
			return delta * (size - 0.5*delta)
		}
		return c * (d - 0.5*c)
	case "log-cosh":
		return size + elementary(math.Log1p, elementary(math.Exp, -2*size)) - math.Ln2
	case "cross-entropy":
		return -y * elementary(function.LogFloored, a)
	case "binary-cross-entropy":
		return -(y*elementary(function.LogFloored, a) + (1-y)*elementary(function.LogFloored, 1-a))
	}
	panic("the naive evaluator does not know " + cost.Name)
}

// naiveTermSlope is its derivative.
func naiveTermSlope[F Float](cost spec.Function, a, y F) F {
	d := a - y
	delta := F(cost.Param(spec.CostRole, "delta"))
	switch cost.Name {
	case "mse", "squared-error":
		return 2 * d
	case "half-squared-error":
		return d
	case "mae":
		return F(scalar.Step(float64(d)) - scalar.Step(float64(-d)))
	case "huber":
		return min(max(d, -delta), delta)
	case "log-cosh":
		return elementary(math.Tanh, d)
	case "cross-entropy":
		return -y * elementary(function.ReciprocalFloored, a)
	case "binary-cross-entropy":
		return -y*elementary(function.ReciprocalFloored, a) + (1-y)*elementary(function.ReciprocalFloored, 1-a)
	}
	panic("the naive evaluator does not know " + cost.Name)
}

// delta is ∇z_L.
func (e naive[F]) delta(n spec.Network, z, a, y []F) []F {
	g := make([]F, len(y))
	for i := range y {
		switch {
		case fusedWith(n) == "sigmoid" && n.Cost.Name == "cross-entropy":
			g[i] = -y[i] * (1 - a[i])
		case fusedWith(n) != "":
			g[i] = a[i] - y[i]
		case mean(n.Cost.Name):
			g[i] = 1 / F(len(y)) * naiveTermSlope(n.Cost, a[i], y[i])
		default:
			g[i] = naiveTermSlope(n.Cost, a[i], y[i])
		}
	}
	if e.twist != nil && e.twist.slope != nil {
		e.twist.slope(a, y, g)
	}
	if fusedWith(n) != "" {
		return g
	}
	return e.pullback(n.Layers[n.Depth()-1], z, a, g)
}
