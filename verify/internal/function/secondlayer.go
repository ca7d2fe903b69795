package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// TangentBound is that of a pullback: the matrix is symmetric.
func (s softmax) TangentBound(r rounding.Pair, z, a, t rounding.Estimate) []float64 {
	return s.PullbackBound(r, z, a, t)
}

// Curvature is ȧ_i(δ_ij - a_j) - a_i ȧ_j with ȧ = Jac·t.
func (s softmax) Curvature(z, t *mat.VecDense) mat.Matrix {
	n := z.Len()
	a, dot := s.Value(z), mat.NewVecDense(n, nil)
	dot.MulVec(s.Jacobian(z), t)
	m := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			d := 0.0
			if i == j {
				d = 1
			}
			m.Set(i, j, dot.AtVec(i)*(d-a.AtVec(j))-a.AtVec(i)*dot.AtVec(j))
		}
	}
	return m
}

// SecondPullbackBound bounds ȧ_i(v_i - s) + a_i(v̇_i - ṡ), s = Σ a_j v_j and ṡ = Σ (ȧ_j v_j + a_j v̇_j), as
// PullbackBound does: by the product rule, and roundings on all terms, those of ȧ_i = a_i(ż_i - Σ a_j ż_j) among them.
func (softmax) SecondPullbackBound(r rounding.Pair, x rounding.Second) []float64 {
	a, dot, v, w := x.A, x.DotA, x.V, x.DotV
	n := float64(len(a.Value))
	var s, ds, sizeS, t, dt, sizeT, along float64
	for j := range a.Value {
		along += rounding.Times(a.Magnitude(j), x.DotZ.Magnitude(j))
	}
	rate := func(j int) float64 { return rounding.Times(a.Magnitude(j), x.DotZ.Magnitude(j)+along) + dot.Bound[j] }
	for j, aj := range a.Value {
		s += aj * v.Value[j]
		ds += rounding.Product(aj, a.Bound[j], v.Value[j], v.Bound[j])
		sizeS += rounding.Times(a.Magnitude(j), v.Magnitude(j))
		t += dot.Value[j]*v.Value[j] + aj*w.Value[j]
		dt += rounding.Product(dot.Value[j], dot.Bound[j], v.Value[j], v.Bound[j]) +
			rounding.Product(aj, a.Bound[j], w.Value[j], w.Bound[j])
		sizeT += rounding.Times(rate(j), v.Magnitude(j)) + rounding.Times(a.Magnitude(j), w.Magnitude(j))
	}
	loss, lost := r.Loss(rounding.Work{Roundings: 3*n + 8}), x.Lost(r, len(a.Value))
	bound := make([]float64, len(a.Value))
	for i, ai := range a.Value {
		terms := rounding.Times(rate(i), v.Magnitude(i)+sizeS) + rounding.Times(a.Magnitude(i), w.Magnitude(i)+sizeT)
		terms = rounding.Up(terms, 8*n+16)
		bound[i] = rounding.Up(rounding.Product(dot.Value[i], dot.Bound[i], v.Value[i]-s, v.Bound[i]+ds)+
			rounding.Product(ai, a.Bound[i], w.Value[i]-t, w.Bound[i]+dt), 8*n+16) + loss.Local(terms, terms) + lost
	}
	return bound
}

// TangentBound bounds Jac·t in the closed form t_i - Σ p_j t_j: every row subtracts the same sum. The matrix of the
// reference has 1 - p_i where that subtracts.
func (logSoftmax) TangentBound(r rounding.Pair, z, a, t rounding.Estimate) []float64 {
	p := probabilities(r, z, a)
	n := float64(len(p.Value))
	var off, kernel, reference float64
	for j, pj := range p.Value {
		off += rounding.Product(pj, p.Bound[j], t.Value[j], t.Bound[j])
		kernel += rounding.Times(p.Magnitude(j), t.Magnitude(j))
		reference += math.Abs(pj * t.Value[j])
	}
	loss := r.Loss(rounding.Work{Roundings: n + 3})
	bound := make([]float64, len(p.Value))
	for i := range bound {
		bound[i] = rounding.Up(t.Bound[i]+off, 4*n) + loss.Local(rounding.Up(t.Magnitude(i)+kernel, 4*n),
			rounding.Up(math.Abs(t.Value[i])+reference, 4*n)) + r.Underflow(rounding.Work{Roundings: n}, 1)
	}
	return bound
}

// Curvature has -ṗ_j in every row, ṗ being the tangent of softmax.
func (logSoftmax) Curvature(z, t *mat.VecDense) mat.Matrix {
	n := z.Len()
	dot := mat.NewVecDense(n, nil)
	dot.MulVec(softmax{}.Jacobian(z), t)
	m := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			m.Set(i, j, -dot.AtVec(j))
		}
	}
	return m
}

// SecondPullbackBound bounds v̇_i - p_i Σ v̇_j - ṗ_i Σ v_j, with ṗ_i = p_i ȧ_i, by the product rule, and roundings on
// all terms, those of ȧ_i = ż_i - Σ p_j ż_j among them.
func (logSoftmax) SecondPullbackBound(r rounding.Pair, x rounding.Second) []float64 {
	p := probabilities(r, x.Z, x.A)
	dot, v, w := x.DotA, x.V, x.DotV
	n := float64(len(p.Value))
	var along, s, ds, sizeS, t, dt, sizeT float64
	for j := range p.Value {
		along += rounding.Times(p.Magnitude(j), x.DotZ.Magnitude(j))
		s, ds, sizeS = s+v.Value[j], ds+v.Bound[j], sizeS+v.Magnitude(j)
		t, dt, sizeT = t+w.Value[j], dt+w.Bound[j], sizeT+w.Magnitude(j)
	}
	// The sums here are rounded, too.
	ds, dt = rounding.Up(ds+rounding.Float64.Gamma(n)*sizeS, n+2), rounding.Up(dt+rounding.Float64.Gamma(n)*sizeT, n+2)
	loss, lost := r.Loss(rounding.Work{Roundings: 3*n + 8}), x.Lost(r, len(p.Value))
	bound := make([]float64, len(p.Value))
	for i, pi := range p.Value {
		terms := w.Magnitude(i) + rounding.Times(p.Magnitude(i), sizeT) +
			rounding.Times(rounding.Times(p.Magnitude(i), x.DotZ.Magnitude(i)+along+dot.Bound[i]), sizeS)
		terms = rounding.Up(terms, 4*n+8)
		e := rounding.Product(pi, p.Bound[i], dot.Value[i], dot.Bound[i])
		bound[i] = rounding.Up(w.Bound[i]+rounding.Product(pi, p.Bound[i], t, dt)+
			rounding.Product(pi*dot.Value[i], e, s, ds), 8) + loss.Local(terms, terms) + lost
	}
	return bound
}

// TangentBound is that of the mean.
func (p averagePool) TangentBound(r rounding.Pair, _, _, t rounding.Estimate) []float64 {
	return p.ValueBound(r, t, make([]float64, len(t.Value)/p.size(len(t.Value))))
}

// Curvature is 0.
func (p averagePool) Curvature(z, _ *mat.VecDense) mat.Matrix {
	return mat.NewDense(z.Len()/p.size(z.Len()), z.Len(), nil)
}

// SecondPullbackBound is that of the pullback of v̇.
func (p averagePool) SecondPullbackBound(r rounding.Pair, s rounding.Second) []float64 {
	return p.PullbackBound(r, s.Z, s.A, s.DotV)
}

// TangentBound: the tangent of a window is that of one of its units as it is, of any candidate where the maximum is not
// decided.
func (p maxPool) TangentBound(_ rounding.Pair, z, _, t rounding.Estimate) []float64 {
	w := p.size(len(z.Value))
	bound := make([]float64, len(z.Value)/w)
	for g := range bound {
		list, decided := p.candidates(z, g)
		top := first(z.Value, g*w, g*w+w)
		bound[g] = t.Bound[top]
		if decided {
			continue
		}
		for _, i := range list {
			bound[g] = max(bound[g], rounding.Up(math.Abs(t.Value[i]-t.Value[top])+t.Bound[i], 2))
		}
	}
	return bound
}

// Curvature is 0, also where units tie.
func (p maxPool) Curvature(z, _ *mat.VecDense) mat.Matrix {
	return mat.NewDense(z.Len()/p.size(z.Len()), z.Len(), nil)
}

// SecondPullbackBound is that of the pullback of v̇.
func (p maxPool) SecondPullbackBound(r rounding.Pair, s rounding.Second) []float64 {
	return p.PullbackBound(r, s.Z, s.A, s.DotV)
}
