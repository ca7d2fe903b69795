package rounding

import "math"

// Number is a number of the reference with a bound on how far a kernel's may be off: running error analysis (Higham,
// section 3.3), for computations whose order is known.
type Number struct{ Value, Bound float64 }

// Given is a number that both sides have.
func Given(v float64) Number { return Number{Value: v} }

// Largest is the largest absolute value that the kernel's can have.
func (x Number) Largest() float64 { return math.Abs(x.Value) + x.Bound }

// Rounded adds what the given work does to a number whose computation goes through terms of absolute sum size, at least
// the number itself, in the kernel.
func (r Pair) Rounded(x Number, w Work, size float64) Number {
	size = max(size, x.Largest())
	x.Bound += r.Local(w, size, min(size, r.Reference.Max))
	return x
}

// Sum is x + y.
func (r Pair) Sum(x, y Number) Number {
	return r.Rounded(Number{x.Value + y.Value, Up(x.Bound+y.Bound, 1)}, Work{Roundings: 1}, 0)
}

// Negative is -x.
func (x Number) Negative() Number { return Number{-x.Value, x.Bound} }

// Times is x·y.
func (r Pair) Times(x, y Number) Number {
	z := Number{x.Value * y.Value, Product(x.Value, x.Bound, y.Value, y.Bound)}
	return r.Rounded(r.vanishing(z, x, y), Work{Roundings: 1}, 0)
}

// vanishing is a product or a quotient of numbers that are not 0, which may have become 0 in float64, and its bound
// with it. The four smallest numbers make up for what each of the roundings of the bound may have lost.
func (r Pair) vanishing(z Number, of ...Number) Number {
	for _, x := range of {
		if x.Largest() == 0 {
			return z
		}
	}
	z.Bound += 4 * r.Reference.Tiny
	return z
}

// Over is x/y. There is no bound where y may be 0.
func (r Pair) Over(x, y Number) Number {
	least := math.Abs(y.Value) - y.Bound
	if !(least > 0) {
		return Number{x.Value / y.Value, math.Inf(1)}
	}
	q := x.Value / y.Value
	z := Number{q, Up((x.Bound+math.Abs(q)*y.Bound)/least, 5)}
	return r.Rounded(r.vanishing(z, x), Work{Roundings: 1}, 0)
}

// Root is √x for x ≥ 0. For |x̂ - x| ≤ e both |√x̂ - √x| ≤ √e and, as √x̂ + √x ≥ √x, |√x̂ - √x| ≤ e/√x.
func (r Pair) Root(x Number) Number {
	s := math.Sqrt(x.Value)
	e := math.Sqrt(x.Bound)
	if s > 0 {
		e = min(e, x.Bound/s)
	}
	return r.Rounded(Number{s, Up(e, 2)}, Work{Roundings: 1}, 0)
}

// Unless takes the bound from a number if one of the sizes overflows in the kernel: computations that may go that way.
func (r Pair) Unless(x Number, sizes ...float64) Number {
	for _, s := range sizes {
		if !(s <= r.Kernel.Max) {
			x.Bound = math.Inf(1)
		}
	}
	return x
}
