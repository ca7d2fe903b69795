package bound

import "math"

// vector is what is known of a buffer: of each of its n elements, and of all together. total is the largest sum of
// their absolute values, totalErr that of the absolute errors; n times those of one element, or less.
type vector struct {
	n int
	number
	total, totalErr float64
}

// all is a vector of elements of which nothing is known together.
func all(n int, x number) vector {
	return vector{n, x, zeroOr(float64(n), x.exact()), zeroOr(float64(n), x.err)}
}

// with is the vector with better bounds on the sums.
func (v vector) with(total, totalErr float64) vector {
	v.total, v.totalErr = min(v.total, total*slack), min(v.totalErr, totalErr*slack)
	return v
}

// dot is W·v + b, or Wᵀ·v without b: every element the sum of v.n products.
func (f format) dot(w, b Interval, v vector) number {
	if !v.known() {
		return unknown()
	}
	m := w.magnitude()
	each := zeroOr(m, v.computed())
	t := terms{
		n: v.n, each: each * (1 + 2*f.u), total: zeroOr(m, v.total+v.totalErr) * (1 + 2*f.u), first: b.magnitude(),
	}
	lo, hi := corners(w.Lo, w.Hi, v.lo, v.hi)
	clo, chi := corners(w.Lo, w.Hi, v.clo, v.chi)
	n, most, computed := float64(v.n), zeroOr(m, v.total), zeroOr(m, v.total+v.totalErr)
	z := number{
		max(n*lo, -most) + b.Lo, min(n*hi, most) + b.Hi,
		max(n*clo, -computed) + b.Lo, min(n*chi, computed) + b.Hi,
		zeroOr(m, v.totalErr),
	}
	return f.bounded(z, f.multiplying(t)+f.adding(t))
}

// summed is the sum of n numbers, all within x, that are products or not.
func (f format) summed(n int, x number) number {
	if !x.known() {
		return unknown()
	}
	k := float64(n)
	z := number{k * x.lo, k * x.hi, k * x.clo, k * x.chi, k * x.err}
	return f.bounded(z, f.adding(terms{n: n, each: x.computed(), total: math.Inf(1)}))
}

// scaled is v times an element's own factor, of which g is known: v ⊙ g.
func (f format) scaled(v vector, g number) vector {
	z := f.times(v.number, g)
	if !z.known() {
		return all(v.n, z)
	}
	m := v.total + v.totalErr
	totalErr := zeroOr(v.totalErr, g.computed()) + zeroOr(v.total, g.err) + f.u*zeroOr(m, g.computed()) +
		float64(v.n)*f.tiny
	return all(v.n, z).with(zeroOr(v.total, g.exact()), totalErr)
}
