package verify

import "math"

// number is a number of the reference with a bound on how far a kernel's may be off: running error analysis (Higham,
// section 3.3), for computations whose order is known.
type number struct{ value, bound float64 }

// given is a number that both sides have.
func given(v float64) number { return number{value: v} }

// largest is the largest absolute value that the kernel's can have.
func (x number) largest() float64 { return math.Abs(x.value) + x.bound }

// rounded adds what the given work does to a number whose computation goes through terms of absolute sum size, at least
// the number itself, in the kernel.
func (r rounding) rounded(x number, w work, size float64) number {
	size = max(size, x.largest())
	x.bound += r.local(w, size, min(size, r.reference.max))
	return x
}

// sum is x + y.
func (r rounding) sum(x, y number) number {
	return r.rounded(number{x.value + y.value, up(x.bound+y.bound, 1)}, work{roundings: 1}, 0)
}

// negative is -x.
func (x number) negative() number { return number{-x.value, x.bound} }

// times is x·y.
func (r rounding) times(x, y number) number {
	z := number{x.value * y.value, product(x.value, x.bound, y.value, y.bound)}
	return r.rounded(r.vanishing(z, x, y), work{roundings: 1}, 0)
}

// vanishing is a product or a quotient of numbers that are not 0, which may have become 0 in float64, and its bound
// with it. The four smallest numbers make up for what each of the roundings of the bound may have lost.
func (r rounding) vanishing(z number, of ...number) number {
	for _, x := range of {
		if x.largest() == 0 {
			return z
		}
	}
	z.bound += 4 * r.reference.tiny
	return z
}

// over is x/y. There is no bound where y may be 0.
func (r rounding) over(x, y number) number {
	least := math.Abs(y.value) - y.bound
	if !(least > 0) {
		return number{x.value / y.value, math.Inf(1)}
	}
	q := x.value / y.value
	z := number{q, up((x.bound+math.Abs(q)*y.bound)/least, 5)}
	return r.rounded(r.vanishing(z, x), work{roundings: 1}, 0)
}

// root is √x for x ≥ 0. For |x̂ - x| ≤ e both |√x̂ - √x| ≤ √e and, as √x̂ + √x ≥ √x, |√x̂ - √x| ≤ e/√x.
func (r rounding) root(x number) number {
	s := math.Sqrt(x.value)
	e := math.Sqrt(x.bound)
	if s > 0 {
		e = min(e, x.bound/s)
	}
	return r.rounded(number{s, up(e, 2)}, work{roundings: 1}, 0)
}

// unless takes the bound from a number if one of the sizes overflows in the kernel: computations that may go that way.
func (r rounding) unless(x number, sizes ...float64) number {
	for _, s := range sizes {
		if !(s <= r.kernel.max) {
			x.bound = math.Inf(1)
		}
	}
	return x
}
