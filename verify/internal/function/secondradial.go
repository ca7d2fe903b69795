package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// TangentBound is that of a pullback: the matrix is symmetric.
func (s radialSigmoid) TangentBound(r rounding.Pair, z, a, t rounding.Estimate) []float64 {
	return s.PullbackBound(r, z, a, t)
}

// Curvature is the derivative of q·I + c·u uᵀ, c = σ' - q, along t:
//
//	ṙ = uᵀt,  u̇ = (t - ṙu)/r,  q̇ = (σ' - q)ṙ/r
//	q̇·I + (σ″ṙ - q̇)·u uᵀ + c·(u̇ uᵀ + u u̇ᵀ)
//
// and 0 at the origin.
func (radialSigmoid) Curvature(z, t *mat.VecDense) mat.Matrix {
	n := z.Len()
	m := mat.NewDense(n, n, nil)
	r := floats.Norm(linear.Elements(z), 2)
	if r == 0 {
		return m
	}
	u, dot := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	for i := range n {
		u.SetVec(i, z.AtVec(i)/r) // 1/r may overflow
	}
	rate := mat.Dot(u, t)
	for i := range n {
		dot.SetVec(i, (t.AtVec(i)-rate*u.AtVec(i))/r)
	}
	q, slope := scalar.Sigmoid(r)/r, scalar.SigmoidSlope(r)
	c := slope - q
	dotQ := c * rate / r
	dotC := sigmoidBend.At(r)*rate - dotQ
	for i := range n {
		for j := range n {
			d := dotC*u.AtVec(i)*u.AtVec(j) + c*(dot.AtVec(i)*u.AtVec(j)+u.AtVec(i)*dot.AtVec(j))
			if i == j {
				d += dotQ
			}
			m.Set(i, j, d)
		}
	}
	return m
}

// SecondPullbackBound bounds the derivative of the closed form q v + k (aᵀv) a, k = c/σ², c = σ' - q, by the product
// rule:
//
//	q̇ v + q v̇ + k̇ (aᵀv) a + k (ȧᵀv + aᵀv̇) a + k (aᵀv) ȧ
//	q̇ = cṙ/r,  k̇ = ((σ″ - c/r)/σ² - 2cσ'/σ³)ṙ,  ṙ = zᵀż/r
//
// and roundings on all terms, those of the matrix of the reference among them. Where z may be 0 there is no bound.
func (radialSigmoid) SecondPullbackBound(r rounding.Pair, x rounding.Second) []float64 {
	g := ringOf(r, x.Z)
	n := float64(len(x.V.Value))
	bound := make([]float64, len(x.V.Value))
	if g.origin {
		return bound
	}
	if g.reached || math.IsInf(g.eq, 1) {
		for i := range bound {
			bound[i] = math.Inf(1)
		}
		return bound
	}
	type number = rounding.Number
	once := rounding.Work{Roundings: 2, Elementary: 1}
	radius := r.Rounded(number{Value: g.r, Bound: g.er}, once, 0)
	q, s := r.Rounded(number{Value: g.q, Bound: g.eq}, once, 0), r.Rounded(number{Value: g.s, Bound: g.es}, once, 0)
	rest := r.Sum(rounding.Given(1), s.Negative())
	slope := r.Times(s, rest)
	bend := r.Times(slope, r.Sum(rest, s.Negative()))
	c := r.Sum(slope, q.Negative())
	square := r.Times(s, s)
	k := r.Over(c, square)
	dotQ := r.Over(c, radius)
	dotK := r.Sum(r.Over(r.Sum(bend, dotQ.Negative()), square),
		r.Times(rounding.Given(-2), r.Over(r.Times(c, slope), r.Times(square, s))))

	// dot is Σ x_j y_j over pairs of vectors, with its bound and the sum of the sizes of its terms.
	dot := func(pairs ...[2]rounding.Estimate) (v number, terms float64) {
		for _, p := range pairs {
			for j, xj := range p[0].Value {
				v.Value += xj * p[1].Value[j]
				v.Bound += rounding.Product(xj, p[0].Bound[j], p[1].Value[j], p[1].Bound[j])
				terms += rounding.Times(p[0].Magnitude(j), p[1].Magnitude(j))
			}
		}
		v.Bound = rounding.Up(v.Bound, 2*n)
		return r.Rounded(v, rounding.Work{Roundings: 2*n + 2}, rounding.Up(terms, 4*n)), terms
	}
	along, sizeAlong := dot([2]rounding.Estimate{x.Z, x.DotZ})
	rate := r.Over(along, radius)
	inner, sizeInner := dot([2]rounding.Estimate{x.A, x.V})
	dotInner, sizeDot := dot([2]rounding.Estimate{x.DotA, x.V}, [2]rounding.Estimate{x.A, x.DotV})
	dotQ, dotK = r.Times(dotQ, rate), r.Times(dotK, rate)

	// Sizes for the roundings of the sum, and of the matrix of the reference: u̇ is at most |ż|/r + ṙ/r.
	sizeRate := sizeAlong / g.r
	sizeV, sizeW := 0.0, 0.0
	for j := range x.V.Value {
		sizeV += x.V.Magnitude(j)
		sizeW += x.DotV.Magnitude(j)
	}
	loss, lost := r.Loss(rounding.Work{Roundings: 3*n + 40, Elementary: 4}), x.Lost(r, len(bound))
	for i := range bound {
		elements := func(e rounding.Estimate) number { return number{Value: e.Value[i], Bound: e.Bound[i]} }
		sum := number{}
		for _, term := range []number{
			r.Times(dotQ, elements(x.V)), r.Times(q, elements(x.DotV)),
			r.Times(r.Times(dotK, inner), elements(x.A)), r.Times(r.Times(k, dotInner), elements(x.A)),
			r.Times(r.Times(k, inner), elements(x.DotA)),
		} {
			sum.Bound += term.Bound
		}
		u := x.Z.Magnitude(i) / g.r
		turn := (x.DotZ.Magnitude(i) + sizeRate*u) / g.r
		terms := rounding.Times(dotQ.Largest()+sizeRate*(bend.Largest()+c.Largest()/g.r), x.V.Magnitude(i)+u*sizeV) +
			rounding.Times(q.Largest()+slope.Largest(), x.DotV.Magnitude(i)+u*sizeW+turn*sizeV+u*sizeRate/g.r*sizeV) +
			rounding.Times(q.Largest()+slope.Largest(), u*sizeOverRadius(x, g.r)) +
			rounding.Times(dotK.Largest()*sizeInner+k.Largest()*sizeDot, x.A.Magnitude(i)) +
			rounding.Times(k.Largest()*sizeInner, x.DotA.Magnitude(i))
		terms = rounding.Up(terms, 4*n+32)
		bound[i] = rounding.Up(sum.Bound, 8) + loss.Local(terms, terms) + lost
		if math.IsNaN(bound[i]) {
			bound[i] = math.Inf(1)
		}
	}
	return bound
}

// sizeOverRadius is Σ |ż_j||v_j|/r.
func sizeOverRadius(x rounding.Second, radius float64) (sum float64) {
	for j := range x.V.Value {
		sum += rounding.Times(x.DotZ.Magnitude(j), x.V.Magnitude(j))
	}
	return sum / radius
}
