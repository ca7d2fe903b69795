package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// radialSigmoid is a = σ(r) z/r over the whole layer, r = |z| the Euclidean norm and σ the sigmoid. It jumps
// at 0, where by convention value and gradient are 0.
type radialSigmoid struct{}

func (radialSigmoid) Value(z *mat.VecDense) *mat.VecDense {
	a := mat.NewVecDense(z.Len(), nil)
	r := floats.Norm(linear.Elements(z), 2)
	if r == 0 {
		return a
	}
	s := scalar.Sigmoid(r)
	for i := range z.Len() {
		a.SetVec(i, s*(z.AtVec(i)/r))
	}
	return a
}

// Jacobian is q·I + (σ'(r) - q)·u uᵀ with q = σ(r)/r and u = z/r: a stretch by σ' along z, by q across.
func (radialSigmoid) Jacobian(z *mat.VecDense) mat.Matrix {
	n := z.Len()
	jac := mat.NewDense(n, n, nil)
	r := floats.Norm(linear.Elements(z), 2)
	if r == 0 {
		return jac
	}
	q := scalar.Sigmoid(r) / r
	for i := range n {
		for j := range n {
			d := (scalar.SigmoidSlope(r) - q) * (z.AtVec(i) / r) * (z.AtVec(j) / r)
			if i == j {
				d += q
			}
			jac.Set(i, j, d)
		}
	}
	return jac
}

// ring says where a kernel's r can lie, and how far its σ(r) and q = σ(r)/r can be off for that.
type ring struct {
	r, s, q float64
	// er is the error of r, of a kernel that computes it on its own.
	er float64
	// es and eq are the errors of s and q that come from the error of r alone.
	es, eq float64
	// origin says that z is exactly 0; reached, that it may be, and r has no least value.
	origin, reached bool
}

// ringOf bounds the norm: |r̂ - r| ≤ |e| by the triangle inequality, and 4 roundings for each element, what a
// chain of hypot takes; a sum of squares, scaled or in a wider format, takes fewer. σ and the quotient may
// use differently rounded r.
func ringOf(r rounding.Pair, z rounding.Estimate) ring {
	n := float64(len(z.Value))
	g := ring{r: floats.Norm(z.Value, 2)}
	e := rounding.Up(floats.Norm(z.Bound, 2), 4*n+8)
	g.origin = g.r == 0 && e == 0
	e += r.Local(rounding.Work{Roundings: 4 * n}, rounding.Up(g.r+e, 1), g.r)
	g.er = e
	low, high := math.Nextafter(g.r-e, math.Inf(-1)), math.Nextafter(g.r+e, math.Inf(1))
	g.reached = !(low > 0)
	if math.IsInf(e, 1) || math.IsNaN(e) {
		g.es, g.eq = math.Inf(1), math.Inf(1)
		return g
	}
	g.s = scalar.Sigmoid(g.r)
	g.q = g.s / g.r
	// Differences of rounded numbers are off by their last places.
	slack := 4 * rounding.Float64.Count(rounding.Work{Elementary: 1}) * rounding.Float64.U
	g.es = max(scalar.Sigmoid(high)-g.s, g.s-scalar.Sigmoid(max(low, 0))) + slack*g.s
	if !g.reached {
		g.eq = max(scalar.Sigmoid(high)/low-g.q, g.q-scalar.Sigmoid(low)/high) + slack*g.q
	}
	return g
}

// ValueBound is the product rule on q·z, for an error of q and one of z; nor can two numbers of [-1, 1] on
// either side of the origin be further apart than 1 + |a|.
func (radialSigmoid) ValueBound(r rounding.Pair, z rounding.Estimate, a []float64) []float64 {
	g := ringOf(r, z)
	bound := make([]float64, len(a))
	if g.origin {
		return bound
	}
	for i, ai := range a {
		propagated := 1 + math.Abs(ai)
		switch {
		case math.IsInf(g.eq, 1):
			propagated = g.eq // z may overflow
		case z.Value[i] == 0 && z.Bound[i] == 0:
			propagated = 0
		case !g.reached:
			propagated = min(propagated, rounding.Product(g.q, g.eq, z.Value[i], z.Bound[i]))
		}
		bound[i] = propagated + r.Local(rounding.Work{Roundings: 4, Elementary: 1}, math.Abs(ai)+propagated,
			math.Abs(ai))
	}
	return bound
}

// PullbackBound bounds Jacᵀ·v in the closed form
//
//	q v + k (aᵀv) a,  k = (σ(r)(1 - σ(r)) - q)/σ(r)²
//
// by the product rule, factor by factor. With z instead of a, uᵀv u in place of aᵀv a/σ², the errors are
// no larger. Where z may be 0 there is no bound, since q has none.
func (radialSigmoid) PullbackBound(r rounding.Pair, z, a, v rounding.Estimate) []float64 {
	g := ringOf(r, z)
	bound := make([]float64, len(v.Value))
	if g.origin || floats.Norm(v.Value, 1) == 0 && floats.Norm(v.Bound, 1) == 0 {
		return bound
	}
	if g.reached || math.IsInf(g.eq, 1) {
		for i := range bound {
			bound[i] = math.Inf(1)
		}
		return bound
	}
	n := float64(len(v.Value))
	eq := g.eq + r.Local(rounding.Work{Roundings: 1, Elementary: 1}, g.q+g.eq, g.q)
	es := g.es + r.Local(rounding.Work{Elementary: 1}, 1, 1)
	slope := scalar.SigmoidSlope(g.r)
	eSlope := rounding.Product(g.s, es, 1-g.s, es) + r.Local(rounding.Work{Roundings: 2}, g.s+g.s*g.s+es, g.s+g.s*g.s)
	c, ec := slope-g.q, eSlope+eq
	ec += r.Local(rounding.Work{Roundings: 1}, slope+g.q+ec, slope+g.q)
	// r ≥ 0, so the kernel's σ(r) is not below ½ either, but for its own rounding.
	least := max(g.s-es, 0.49)
	k := c / (g.s * g.s)
	ek := ec/(least*least) + math.Abs(c)*es*(g.s+least)/(g.s*g.s*least*least)
	ek = rounding.Up(ek, 16) + r.Local(rounding.Work{Roundings: 3}, math.Abs(k)+ek, math.Abs(k))

	var t, et, kernel, reference float64
	for j, aj := range a.Value {
		t += aj * v.Value[j]
		et += rounding.Product(aj, a.Bound[j], v.Value[j], v.Bound[j])
		kernel += a.Magnitude(j) * v.Magnitude(j)
		reference += math.Abs(aj * v.Value[j])
	}
	ekt := rounding.Product(k, ek, t, rounding.Up(et, n))
	for i, ai := range a.Value {
		bound[i] = rounding.Up(rounding.Product(g.q, eq, v.Value[i], v.Bound[i])+
			rounding.Product(k*t, ekt, ai, a.Bound[i]), 4) +
			r.Local(rounding.Work{Roundings: n + 8},
				rounding.Up((g.q+eq)*v.Magnitude(i)+(math.Abs(k)+ek)*a.Magnitude(i)*kernel, 2*n+8),
				rounding.Up(g.q*math.Abs(v.Value[i])+math.Abs(k*ai)*reference, 2*n+8))
	}
	return bound
}
