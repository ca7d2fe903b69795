package verify

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// radialSigmoid is a = σ(r) z/r over the whole layer, r = |z| the Euclidean norm and σ the sigmoid. It jumps
// at 0, where by convention value and gradient are 0.
type radialSigmoid struct{}

func (radialSigmoid) value(z *mat.VecDense) *mat.VecDense {
	a := mat.NewVecDense(z.Len(), nil)
	r := floats.Norm(elements(z), 2)
	if r == 0 {
		return a
	}
	s := sigmoid(r)
	for i := range z.Len() {
		a.SetVec(i, s*(z.AtVec(i)/r))
	}
	return a
}

// jacobian is q·I + (σ'(r) - q)·u uᵀ with q = σ(r)/r and u = z/r: a stretch by σ' along z, by q across.
func (radialSigmoid) jacobian(z *mat.VecDense) *mat.Dense {
	n := z.Len()
	jac := mat.NewDense(n, n, nil)
	r := floats.Norm(elements(z), 2)
	if r == 0 {
		return jac
	}
	q := sigmoid(r) / r
	for i := range n {
		for j := range n {
			d := (sigmoidSlope(r) - q) * (z.AtVec(i) / r) * (z.AtVec(j) / r)
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
	// es and eq are the errors of s and q that come from the error of r alone.
	es, eq float64
	// origin says that z is exactly 0; reached, that it may be, and r has no least value.
	origin, reached bool
}

// ringOf bounds the norm: |r̂ - r| ≤ |e| by the triangle inequality, and 4 roundings for each element, what a
// chain of hypot takes; a sum of squares, scaled or in a wider format, takes fewer. σ and the quotient may
// use differently rounded r.
func ringOf(r rounding, z estimate) ring {
	n := float64(len(z.value))
	g := ring{r: floats.Norm(z.value, 2)}
	e := up(floats.Norm(z.bound, 2), 4*n+8)
	g.origin = g.r == 0 && e == 0
	e += r.local(work{roundings: 4 * n}, up(g.r+e, 1), g.r)
	low, high := math.Nextafter(g.r-e, math.Inf(-1)), math.Nextafter(g.r+e, math.Inf(1))
	g.reached = !(low > 0)
	if math.IsInf(e, 1) || math.IsNaN(e) {
		g.es, g.eq = math.Inf(1), math.Inf(1)
		return g
	}
	g.s = sigmoid(g.r)
	g.q = g.s / g.r
	// Differences of rounded numbers are off by their last places.
	slack := 4 * arithmetic64.count(work{elementary: 1}) * arithmetic64.u
	g.es = max(sigmoid(high)-g.s, g.s-sigmoid(max(low, 0))) + slack*g.s
	if !g.reached {
		g.eq = max(sigmoid(high)/low-g.q, g.q-sigmoid(low)/high) + slack*g.q
	}
	return g
}

// valueBound is the product rule on q·z, for an error of q and one of z; nor can two numbers of [-1, 1] on
// either side of the origin be further apart than 1 + |a|.
func (radialSigmoid) valueBound(r rounding, z estimate, a []float64) []float64 {
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
		case z.value[i] == 0 && z.bound[i] == 0:
			propagated = 0
		case !g.reached:
			propagated = min(propagated, product(g.q, g.eq, z.value[i], z.bound[i]))
		}
		bound[i] = propagated + r.local(work{roundings: 4, elementary: 1}, math.Abs(ai)+propagated, math.Abs(ai))
	}
	return bound
}

// pullbackBound bounds Jacᵀ·v in the closed form
//
//	q v + k (aᵀv) a,  k = (σ(r)(1 - σ(r)) - q)/σ(r)²
//
// by the product rule, factor by factor. With z instead of a, uᵀv u in place of aᵀv a/σ², the errors are
// no larger. Where z may be 0 there is no bound, since q has none.
func (radialSigmoid) pullbackBound(r rounding, z, a, v estimate) []float64 {
	g := ringOf(r, z)
	bound := make([]float64, len(v.value))
	if g.origin || floats.Norm(v.value, 1) == 0 && floats.Norm(v.bound, 1) == 0 {
		return bound
	}
	if g.reached || math.IsInf(g.eq, 1) {
		for i := range bound {
			bound[i] = math.Inf(1)
		}
		return bound
	}
	n := float64(len(v.value))
	eq := g.eq + r.local(work{roundings: 1, elementary: 1}, g.q+g.eq, g.q)
	es := g.es + r.local(work{elementary: 1}, 1, 1)
	slope := sigmoidSlope(g.r)
	eSlope := product(g.s, es, 1-g.s, es) + r.local(work{roundings: 2}, g.s+g.s*g.s+es, g.s+g.s*g.s)
	c, ec := slope-g.q, eSlope+eq
	ec += r.local(work{roundings: 1}, slope+g.q+ec, slope+g.q)
	// r ≥ 0, so the kernel's σ(r) is not below ½ either, but for its own rounding.
	least := max(g.s-es, 0.49)
	k := c / (g.s * g.s)
	ek := ec/(least*least) + math.Abs(c)*es*(g.s+least)/(g.s*g.s*least*least)
	ek = up(ek, 16) + r.local(work{roundings: 3}, math.Abs(k)+ek, math.Abs(k))

	var t, et, kernel, reference float64
	for j, aj := range a.value {
		t += aj * v.value[j]
		et += product(aj, a.bound[j], v.value[j], v.bound[j])
		kernel += a.magnitude(j) * v.magnitude(j)
		reference += math.Abs(aj * v.value[j])
	}
	ekt := product(k, ek, t, up(et, n))
	for i, ai := range a.value {
		bound[i] = up(product(g.q, eq, v.value[i], v.bound[i])+product(k*t, ekt, ai, a.bound[i]), 4) +
			r.local(work{roundings: n + 8},
				up((g.q+eq)*v.magnitude(i)+(math.Abs(k)+ek)*a.magnitude(i)*kernel, 2*n+8),
				up(g.q*math.Abs(v.value[i])+math.Abs(k*ai)*reference, 2*n+8))
	}
	return bound
}
