package rounding

import "math"

// Second is what the derivative of a pullback Jacᵀ·v is made of: z, a = σ(z) and v, with their derivatives along one
// direction.
type Second struct{ Z, A, V, DotZ, DotA, DotV Estimate }

// Lost bounds what underflows come to in the computation of a derivative of a pullback over n units, in whatever order
// its factors are multiplied.
func (s Second) Lost(r Pair, n int) float64 {
	largest := func(e Estimate) (size float64) {
		for i := range e.Value {
			size = max(size, e.Magnitude(i))
		}
		return size
	}
	z, v, w := largest(s.DotZ), largest(s.V), largest(s.DotV)
	return r.Underflow(Work{Roundings: float64(n) + 8, Elementary: 2}, Up(1+z+v+w+Times(z, v), 5))
}

// Times is the product of two sizes: 0 where one is, though the other has no bound.
func Times(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}

// Diagonal bounds the error of the derivative of σ'(z) ⊙ v, which is σ'(z) ⊙ v̇ + σ″(z) ⊙ ż ⊙ v, by σ' and σ″ of unit i
// with their bounds: the product rule, and roundings on both terms.
func (s Second) Diagonal(
	r Pair, of func(i int) (slope, eSlope, bend, eBend float64),
) []float64 {
	bound := make([]float64, len(s.V.Value))
	loss, lost := r.Loss(Work{Roundings: 5}), s.Lost(r, 1)
	for i := range bound {
		slope, eSlope, bend, eBend := of(i)
		dot, v, along := s.DotV, s.V, s.DotZ
		first := Product(slope, eSlope, dot.Value[i], dot.Bound[i])
		e := Product(bend, eBend, along.Value[i], along.Bound[i])
		second := Product(bend*along.Value[i], e, v.Value[i], v.Bound[i])
		terms := Up(Times(math.Abs(slope)+eSlope, dot.Magnitude(i))+
			Times(Times(math.Abs(bend)+eBend, along.Magnitude(i)), v.Magnitude(i)), 8)
		bound[i] = Up(first+second, 8) + loss.Local(terms, terms)
		if bound[i] != 0 {
			bound[i] += lost
		}
	}
	return bound
}
