package bound

import "math"

// number is what is known of one number: the exact one is from lo to hi, the computed one from clo to chi, and they are
// at most err apart.
type number struct{ lo, hi, clo, chi, err float64 }

// given is a number that is exact, in a range.
func given(lo, hi float64) number { return number{lo, hi, lo, hi, 0} }

// unknown is a number of which nothing is known.
func unknown() number {
	inf := math.Inf(1)
	return number{-inf, inf, -inf, inf, inf}
}

// known says whether anything is: what is unknown may be NaN.
func (x number) known() bool { return x.err <= math.MaxFloat64 }

// exact is the largest absolute value of the exact number, computed that of the computed one.
func (x number) exact() float64    { return max(math.Abs(x.lo), math.Abs(x.hi)) }
func (x number) computed() float64 { return max(math.Abs(x.clo), math.Abs(x.chi)) }

// bounded makes a number of its parts, the computed range being that before the last rounding, of at most round. It
// knows nothing of one that is not a number or overflows.
func (f format) bounded(x number, round float64) number {
	if !x.known() {
		return unknown()
	}
	x.lo, x.hi = outward(x.lo, x.hi)
	x.clo, x.chi = outward(x.clo-round, x.chi+round)
	x.err = (x.err + round) * slack
	// The two ranges bound the distance, and the distance bounds the computed range.
	x.err = min(x.err, max(x.chi-x.lo, x.hi-x.clo))
	x.clo, x.chi = max(x.clo, x.lo-x.err), min(x.chi, x.hi+x.err)
	if !(x.lo <= x.hi && x.clo <= x.chi && x.err >= 0) || x.computed() > f.max || x.exact() > math.MaxFloat64 {
		return unknown()
	}
	return x
}

// outward makes up for the rounding of a range's ends.
func outward(lo, hi float64) (float64, float64) {
	return lo - math.Abs(lo)*0x1p-51, hi + math.Abs(hi)*0x1p-51
}

func (f format) plus(x, y number) number {
	z := number{x.lo + y.lo, x.hi + y.hi, x.clo + y.clo, x.chi + y.chi, x.err + y.err}
	return f.bounded(z, f.half(z.computed()))
}

func (x number) negative() number { return number{-x.hi, -x.lo, -x.chi, -x.clo, x.err} }

func (f format) times(x, y number) number {
	if !x.known() || !y.known() {
		return unknown()
	}
	lo, hi := corners(x.lo, x.hi, y.lo, y.hi)
	clo, chi := corners(x.clo, x.chi, y.clo, y.chi)
	z := number{lo, hi, clo, chi, product(x.exact(), x.err, y.exact(), y.err)}
	if powerOfTwo(x) || powerOfTwo(y) {
		return f.bounded(z, min(f.half(z.computed()), f.tiny/2)) // it rounds subnormal numbers only
	}
	return f.bounded(z, f.half(z.computed()))
}

// product is the largest distance of x̂·ŷ from x·y, for |x| ≤ largest and so on; 0 times anything is 0.
func product(x, ex, y, ey float64) float64 { return zeroOr(x, ey) + zeroOr(ex, y) + zeroOr(ex, ey) }

func zeroOr(x, y float64) float64 {
	if x == 0 || y == 0 {
		return 0
	}
	return x * y
}

// powerOfTwo says whether a number is a known one, by which no product rounds.
func powerOfTwo(x number) bool {
	if x.lo != x.hi || x.err != 0 || x.lo == 0 {
		return false
	}
	m, _ := math.Frexp(math.Abs(x.lo))
	return m == 0.5
}

// square is x·x, which is not negative.
func (f format) square(x number) number {
	z := f.times(x, x)
	lo, clo := 0.0, 0.0
	if x.lo > 0 || x.hi < 0 {
		lo = min(x.lo*x.lo, x.hi*x.hi) * (1 - 0x1p-51)
	}
	z.lo, z.clo = max(z.lo, lo), max(z.clo, clo)
	return z
}

func (f format) over(x, y number) number {
	least := min(math.Abs(y.clo), math.Abs(y.chi)) // of the computed divisor
	if !x.known() || !y.known() || !(y.lo > 0 && y.clo > 0 || y.hi < 0 && y.chi < 0) {
		return unknown()
	}
	lo, hi := corners(x.lo, x.hi, 1/y.hi, 1/y.lo)
	clo, chi := corners(x.clo, x.chi, 1/y.chi, 1/y.clo)
	z := number{lo, hi, clo, chi, 0}
	z.err = (x.err + zeroOr(max(math.Abs(lo), math.Abs(hi)), y.err)) / least
	return f.bounded(z, f.half(z.computed()))
}

// corners is the range of a product.
func corners(a, b, c, d float64) (lo, hi float64) {
	p, q, r, s := zeroOr(a, c), zeroOr(a, d), zeroOr(b, c), zeroOr(b, d)
	return min(p, q, r, s), max(p, q, r, s)
}

func (x number) absolute() number {
	lo, hi := fold(x.lo, x.hi)
	clo, chi := fold(x.clo, x.chi)
	return number{lo, hi, clo, chi, x.err}
}

// fold is the range of |x|.
func fold(lo, hi float64) (float64, float64) {
	switch {
	case lo >= 0:
		return lo, hi
	case hi <= 0:
		return -hi, -lo
	}
	return 0, max(-lo, hi)
}

func larger(x, y number) number {
	return number{max(x.lo, y.lo), max(x.hi, y.hi), max(x.clo, y.clo), max(x.chi, y.chi), max(x.err, y.err)}
}

func smaller(x, y number) number { return larger(x.negative(), y.negative()).negative() }

// union is a number that may be any of two.
func union(x, y number) number {
	return number{min(x.lo, y.lo), max(x.hi, y.hi), min(x.clo, y.clo), max(x.chi, y.chi), max(x.err, y.err)}
}

// where is x if c > 0, else y. Where c may be computed on the other side of 0 than it is, one of them stands for the
// other, unless that is ruled out: apart.
func where(c, x, y number, apart bool) number {
	if !c.known() {
		return unknown()
	}
	first, second := c.hi > 0 && c.chi > 0, c.lo <= 0 && c.clo <= 0
	var z number
	switch {
	case first && second:
		z = union(x, y)
	case first:
		z = x
	case second:
		z = y
	default:
		return unknown()
	}
	if apart || c.err == 0 {
		return z
	}
	if c.hi > 0 && c.clo <= 0 && c.lo <= c.err { // x is right, y is taken
		z = union(z, mistaken(x, y))
	}
	if c.lo <= 0 && c.chi > 0 && c.hi >= -c.err {
		z = union(z, mistaken(y, x))
	}
	return z
}

// mistaken is the number right, for which that of wrong is computed.
func mistaken(right, wrong number) number {
	return number{right.lo, right.hi, wrong.clo, wrong.chi, max(wrong.chi-right.lo, right.hi-wrong.clo)}
}
