package bound

import "math"

// terms are the terms of a sum: n of at most each in absolute value, and at most total together; first, if not 0, is
// the largest absolute value of one more, the bias.
type terms struct {
	n           int
	each, total float64
	first       float64
}

// adding bounds the rounding error of adding the terms up, over every order: every binary tree with the terms as
// leaves.
//
// The additions of a tree, ordered by how many terms they cover, cover at most 2, 3, …, n each: of n terms at most n-k
// additions cover more than k, for the lowest of these covers k+1 terms and each of the others brings in one term at
// least. So the largest error is that of one addition after another, the k-th of at most k+1 terms: half an ulp of
// (k+1)·each. Rounding makes partial sums larger than their terms; the error found so far is added to each.
func (f format) adding(t terms) float64 {
	n := t.n
	if t.first > 0 {
		n++
	}
	var e float64
	for k := 2; k <= n; k++ {
		covered := float64(k) * t.each
		if t.first > 0 {
			covered = float64(k-1)*t.each + t.first
			covered = max(covered, float64(k)*t.each) // or without the bias
		}
		e += f.half(min(covered, t.total+t.first) + e)
		if math.IsInf(e, 1) {
			break
		}
	}
	return e * slack
}

// multiplying bounds the error of rounding every term, before it is added; fused multiply-adds have less.
func (f format) multiplying(t terms) float64 {
	if t.each == 0 {
		return 0
	}
	// Each is rounded relatively, so that the sum of the errors has the bound of the sum besides.
	return min(float64(t.n)*f.half(t.each), f.u*t.total+float64(t.n)*f.tiny/2) * slack
}
