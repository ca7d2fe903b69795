package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// Bounds returns, for every number of a trace, a bound on how far the same number may be off as computed
// by a kernel of the given precision: with any order of summation, with or without fused multiply-adds,
// with σ' from z or from a, elementary functions accurate to ElementaryULPsFloat32 or -Float64. The
// trace's own rounding is included. A bound is +Inf where the kernel may overflow.
func (n *Network) Bounds(t *Trace, p spec.Precision) (*Gradient, error) {
	kernel, err := arithmeticOf(p)
	if err != nil {
		return nil, err
	}
	g, _ := n.estimates(t, newRounding(kernel))
	return g, nil
}

// intermediates are z_ℓ, a_ℓ and ∇z_ℓ of a trace with their bounds, for layer ℓ at index ℓ.
type intermediates struct{ z, a, d []estimate }

// estimates is Bounds, and the same for what comes in between.
func (n *Network) estimates(t *Trace, r rounding) (*Gradient, intermediates) {
	depth := len(n.layers)

	// Forward: the error of a_{ℓ-1} goes through W_ℓ, then through σ_ℓ.
	z, a := make([]estimate, depth+1), make([]estimate, depth+1)
	a[0] = exact(t.A[0])
	for l := 1; l <= depth; l++ {
		layer := n.layers[l-1]
		z[l] = estimate{elements(t.Z[l]), affineBound(r, layer.w, a[l-1], layer.b)}
		a[l] = estimate{elements(t.A[l]), layer.sigma.valueBound(r, z[l], elements(t.A[l]))}
	}
	g := newGradient(depth)
	g.Output = vector(a[depth].bound)
	g.Loss = n.lossBound(r, z[depth], a[depth], t.Target)

	// Backward: the error of ∇z_ℓ goes through W_ℓᵀ, then through Jac_{ℓ-1}ᵀ.
	deltas := make([]estimate, depth+1)
	d := estimate{elements(t.GradZ[depth]), n.gradZLBound(r, z[depth], a[depth], t)}
	for l := depth; l >= 1; l-- {
		deltas[l] = d
		layer := n.layers[l-1]
		rows, cols := layer.w.Dims()
		g.W[l-1] = mat.NewDense(rows, cols, outerBound(r, d, a[l-1]))
		if layer.b != nil {
			g.B[l-1] = vector(d.bound)
		}
		v := estimate{elements(t.GradA[l-1]), affineBound(r, layer.w.T(), d, nil)}
		if l == 1 {
			g.X = vector(v.bound)
			break
		}
		d = estimate{elements(t.GradZ[l-1]), n.layers[l-2].sigma.pullbackBound(r, z[l-1], a[l-1], v)}
	}
	return g, intermediates{z, a, deltas}
}

func (n *Network) lossBound(r rounding, z, a estimate, y *mat.VecDense) float64 {
	if n.fused != nil {
		return n.fused.lossBound(r, z, y)
	}
	return n.cost.valueBound(r, a, y)
}

// gradZLBound bounds the error of ∇z_L, equation (3.1).
func (n *Network) gradZLBound(r rounding, z, a estimate, t *Trace) []float64 {
	if n.fused != nil {
		return n.fused.deltaBound(r, z, a, t.Target)
	}
	v := estimate{elements(t.GradA[len(n.layers)]), n.cost.gradientBound(r, a, t.Target)}
	return n.last().sigma.pullbackBound(r, z, a, v)
}

// Step returns the parameters after one step of gradient descent, p - rate·g, in the layout of
// NewNetwork's params, and a bound for each on how far a kernel of the given precision may be off, in
// either order, rate·(d·a) or (rate·d)·a, with or without fused multiply-adds. bounds is what Bounds
// returned for the trace; rate is a number of the kernel's precision.
func (n *Network) Step(t *Trace, bounds *Gradient, p spec.Precision, rate float64) (
	params, bound []float64, err error,
) {
	kernel, err := arithmeticOf(p)
	if err != nil {
		return nil, nil, err
	}
	r := newRounding(kernel)
	update := func(p, g, e, largest float64) {
		// rate·d may underflow before it is multiplied by a.
		next, err := descend(r, p, g, e, math.Abs(g)+e, rate, r.kernel.tiny*largest)
		params, bound = append(params, next), append(bound, err)
	}
	for l, layer := range n.layers {
		w, g, e := layer.w.RawMatrix().Data, t.W[l].RawMatrix().Data, bounds.W[l].RawMatrix().Data
		largest := mat.Norm(t.A[l], math.Inf(1)) // of a_{ℓ-1}: slice index and layer differ by one
		for i := range w {
			update(w[i], g[i], e[i], 2*largest)
		}
		if layer.b == nil {
			continue
		}
		b, g, e := elements(layer.b), elements(t.B[l]), elements(bounds.B[l])
		for i := range b {
			update(b[i], g[i], e[i], 0)
		}
	}
	return params, bound, nil
}

// descend returns p - rate·g, and a bound on its error where g is off by at most e. size is the sum of the absolute
// values of which g was summed, and underflow what is lost to it if rate was multiplied in before.
func descend(r rounding, p, g, e, size, rate, underflow float64) (next, bound float64) {
	next = p - rate*g
	product := math.Abs(rate) * size
	bound = up(math.Abs(rate)*e, 1) + r.local(work{roundings: 2}, product, product)
	if product > 0 {
		bound += underflow
	}
	largest := math.Abs(next) + bound
	return next, bound + r.local(work{roundings: 1}, largest, largest)
}
