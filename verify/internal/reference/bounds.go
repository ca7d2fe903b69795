package reference

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// Bounds returns, for every number of a trace, a bound on how far the same number may be off as computed
// by a kernel of the given precision: with any order of summation, with or without fused multiply-adds,
// with σ' from z or from a, elementary functions accurate to rounding.ULPsFloat32 or -Float64. The
// trace's own rounding is included. A bound is +Inf where the kernel may overflow.
func (n *Network) Bounds(t *Trace, p spec.Precision) (*Gradient, error) {
	kernel, err := rounding.FormatOf(p)
	if err != nil {
		return nil, err
	}
	g, _ := n.Estimates(t, rounding.PairOf(kernel))
	return g, nil
}

// Intermediates are z_ℓ, a_ℓ and ∇z_ℓ of a trace with their bounds, for layer ℓ at index ℓ.
type Intermediates struct{ Z, A, D []rounding.Estimate }

// Estimates is Bounds, and the same for what comes in between.
func (n *Network) Estimates(t *Trace, r rounding.Pair) (*Gradient, Intermediates) {
	depth := len(n.layers)

	// Forward: the error of a_{ℓ-1} goes through W_ℓ, then through σ_ℓ.
	z, a := make([]rounding.Estimate, depth+1), make([]rounding.Estimate, depth+1)
	a[0] = rounding.Exact(t.A[0])
	for l := 1; l <= depth; l++ {
		layer := n.layers[l-1]
		z[l] = rounding.Estimate{
			Value: linear.Elements(t.Z[l]), Bound: rounding.AffineBound(r, layer.w, a[l-1], layer.b),
		}
		a[l] = rounding.Estimate{
			Value: linear.Elements(t.A[l]), Bound: layer.sigma.ValueBound(r, z[l], linear.Elements(t.A[l])),
		}
	}
	g := newGradient(depth)
	g.Output = linear.Vector(a[depth].Bound)
	g.Loss = n.lossBound(r, z[depth], a[depth], t.Target)

	// Backward: the error of ∇z_ℓ goes through W_ℓᵀ, then through Jac_{ℓ-1}ᵀ.
	deltas := make([]rounding.Estimate, depth+1)
	d := rounding.Estimate{Value: linear.Elements(t.GradZ[depth]), Bound: n.gradZLBound(r, z[depth], a[depth], t)}
	for l := depth; l >= 1; l-- {
		deltas[l] = d
		layer := n.layers[l-1]
		rows, cols := layer.w.Dims()
		g.W[l-1] = mat.NewDense(rows, cols, rounding.OuterBound(r, d, a[l-1]))
		if layer.b != nil {
			g.B[l-1] = linear.Vector(d.Bound)
		}
		v := rounding.Estimate{
			Value: linear.Elements(t.GradA[l-1]), Bound: rounding.AffineBound(r, layer.w.T(), d, nil),
		}
		if l == 1 {
			g.X = linear.Vector(v.Bound)
			break
		}
		d = rounding.Estimate{
			Value: linear.Elements(t.GradZ[l-1]), Bound: n.pulledBound(r, l-1, z[l-1], a[l-1], v, d),
		}
	}
	return g, Intermediates{z, a, deltas}
}

// pulledBound bounds Jac_lᵀ·v where v is W_{l+1}ᵀ·d. A kernel may multiply slopes into W before it multiplies by d:
// then slopes below 1 make what underflows in products no smaller, and elements of d above 1 make it larger.
func (n *Network) pulledBound(r rounding.Pair, l int, z, a, v, d rounding.Estimate) []float64 {
	bound := n.layers[l-1].sigma.PullbackBound(r, z, a, v)
	largest := 1.0
	for i := range d.Value {
		largest = max(largest, d.Magnitude(i))
	}
	lost := r.Underflow(rounding.Work{Roundings: 2 * float64(len(d.Value))}, largest)
	for i := range bound {
		if bound[i] != 0 {
			bound[i] += lost
		}
	}
	return bound
}

func (n *Network) lossBound(r rounding.Pair, z, a rounding.Estimate, y *mat.VecDense) float64 {
	if n.fused != nil {
		return n.fused.LossBound(r, z, y)
	}
	return n.cost.ValueBound(r, a, y)
}

// gradZLBound bounds the error of ∇z_L, equation (3.1).
func (n *Network) gradZLBound(r rounding.Pair, z, a rounding.Estimate, t *Trace) []float64 {
	if n.fused != nil {
		return n.fused.DeltaBound(r, z, a, t.Target)
	}
	v := rounding.Estimate{Value: linear.Elements(t.GradA[len(n.layers)]), Bound: n.cost.GradientBound(r, a, t.Target)}
	return n.last().sigma.PullbackBound(r, z, a, v)
}

// Step returns the parameters after one step of gradient descent, p - rate·g, in the layout of
// New's params, and a bound for each on how far a kernel of the given precision may be off, in
// either order, rate·(d·a) or (rate·d)·a, with or without fused multiply-adds. bounds is what Bounds
// returned for the trace; rate is a number of the kernel's precision.
func (n *Network) Step(t *Trace, bounds *Gradient, p spec.Precision, rate float64) (
	params, bound []float64, err error,
) {
	kernel, err := rounding.FormatOf(p)
	if err != nil {
		return nil, nil, err
	}
	r := rounding.PairOf(kernel)
	d := descentOf(r)
	update := func(p, g, e, largest float64) {
		// rate·d may underflow before it is multiplied by a.
		next, err := d.of(p, g, e, math.Abs(g)+e, rate, r.Kernel.Tiny*largest)
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
		b, g, e := linear.Elements(layer.b), linear.Elements(t.B[l]), linear.Elements(bounds.B[l])
		for i := range b {
			update(b[i], g[i], e[i], 0)
		}
	}
	return params, bound, nil
}

// descent is what the roundings of a step do: those of rate·g, and the last one.
type descent struct{ product, difference rounding.Loss }

func descentOf(r rounding.Pair) *descent {
	return &descent{r.Loss(rounding.Work{Roundings: 2}), r.Loss(rounding.Work{Roundings: 1})}
}

// of returns p - rate·g, and a bound on its error where g is off by at most e. size is the sum of the absolute
// values of which g was summed, and underflow what is lost to it if rate was multiplied in before.
func (d *descent) of(p, g, e, size, rate, underflow float64) (next, bound float64) {
	next = p - rate*g
	product := math.Abs(rate) * size
	bound = rounding.Up(math.Abs(rate)*e, 1) + d.product.Local(product, product)
	if product > 0 {
		bound += underflow
	}
	largest := math.Abs(next) + bound
	return next, bound + d.difference.Local(largest, largest)
}
