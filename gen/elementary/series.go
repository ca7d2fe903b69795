package elementary

import "math/big"

// Coefficients of polynomials and entries of tables are computed here from power series, in arithmetic of precision
// bits. So nobody has to trust digits copied from elsewhere, and every machine emits the same.

// precision is that of the arithmetic in which coefficients and tables are computed, in bits. The table that asks for
// most has 1/(2π) to 2⁻¹¹⁵⁰, with arithmetic of its own.
const precision = 320

func number(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }

// ratio is n/d.
func ratio(n, d int) *big.Float {
	return number(float64(n)).Quo(number(float64(n)), number(float64(d)))
}

// economize returns the polynomial of a degree that is nearest to a power series over [-h, h], or over [0, h] if half
// is set, but for a few percent of the error: from the last term down to the degree it takes off the multiple of the
// Chebyshev polynomial of the interval that has that term, which is of all polynomials with it the one that is least.
// (Lanczos, Applied Analysis, 1956, calls this economization; the result is within a few percent of the minimax
// polynomial.) What it leaves out is at most the sum of the multiples.
func economize(series []*big.Float, degree int, h float64, half bool) []float64 {
	return floats(economized(series, degree, h, half))
}

// economized is economize before its coefficients are rounded.
func economized(series []*big.Float, degree int, h float64, half bool) []*big.Float {
	a := make([]*big.Float, len(series))
	for i, v := range series {
		a[i] = number(0).Set(v)
	}
	for n := len(a) - 1; n > degree; n-- {
		t := chebyshev(n, h, half)
		factor := number(0).Quo(a[n], t[n])
		for i := range t {
			a[i].Sub(a[i], number(0).Mul(factor, t[i]))
		}
	}
	return a[:degree+1]
}

// chebyshev are the coefficients of T_n(x/h), or for half an interval of T_n(2x/h - 1), which is T_2n(√(x/h)).
func chebyshev(n int, h float64, half bool) []*big.Float {
	steps, stride := n, 1
	if half {
		steps, stride = 2*n, 2
	}
	t0, t1 := []*big.Float{number(1)}, []*big.Float{number(0), number(1)}
	for range steps - 1 { // T_{m+1} = 2x·T_m - T_{m-1}
		t2 := make([]*big.Float, len(t1)+1)
		t2[0] = number(0)
		for i, v := range t1 {
			t2[i+1] = number(0).Add(v, v)
		}
		for i, v := range t0 {
			t2[i].Sub(t2[i], v)
		}
		t0, t1 = t1, t2
	}
	if steps == 0 {
		t1 = t0
	}
	var out []*big.Float
	power := number(1)
	for i := 0; i < len(t1); i += stride {
		out = append(out, number(0).Quo(t1[i], power))
		power.Mul(power, number(h))
	}
	return out
}

// floats rounds numbers to float64, without a negative zero, which a literal can't say.
func floats(a []*big.Float) []float64 {
	var vs []float64
	for _, v := range a {
		f, _ := v.Float64()
		vs = append(vs, 0+f)
	}
	return vs
}

// pieces splits a number into float64s: all but the last are multiples of the units given, one each, and the last is
// what remains.
func pieces(v *big.Float, units ...float64) []float64 {
	rest := number(0).Set(v)
	var vs []float64
	for _, unit := range units {
		q := number(0).Quo(rest, number(unit))
		half := number(0.5)
		if q.Sign() < 0 {
			half.Neg(half)
		}
		n, _ := q.Add(q, half).Int(nil)
		piece := number(0).SetInt(n)
		piece.Mul(piece, number(unit))
		rest.Sub(rest, piece)
		f, _ := piece.Float64()
		vs = append(vs, 0+f)
	}
	f, _ := rest.Float64()
	return append(vs, 0+f)
}

// seriesTerms is how many terms of a power series are economized: what comes after is below 2⁻¹⁰⁰ wherever they are
// used.
const seriesTerms = 24

// series are the terms a(0), a(1), …
func series(a func(n int) *big.Float) []*big.Float {
	var vs []*big.Float
	for n := range seriesTerms {
		vs = append(vs, a(n))
	}
	return vs
}

// factorial is n!.
func factorial(n int) *big.Float { return number(0).SetInt(new(big.Int).MulRange(1, int64(n))) }

// logarithm is log x for x > 0, by 2·atanh s with s = (m - 1)/(m + 1), x = m·2ᵏ and m near 1.
func logarithm(x *big.Float) *big.Float {
	m := number(0)
	k := x.MantExp(m)
	sum := func(m *big.Float) *big.Float {
		s := number(0).Quo(number(0).Sub(m, number(1)), number(0).Add(m, number(1)))
		sum, square := number(0), number(0).Mul(s, s)
		for n := precision | 1; n > 0; n -= 2 { // |s| ≤ 1/3, so that each term has 3 bits less than the one before it
			sum.Mul(sum, square)
			sum.Add(sum, ratio(1, n))
		}
		sum.Mul(sum, s)
		return sum.Add(sum, sum)
	}
	v := sum(m)
	return v.Add(v, number(0).Mul(sum(number(2)), number(float64(k))))
}

// exponential is exp x: Taylor's series at x/2⁴⁰, squared 40 times, which costs some 45 bits.
func exponential(x *big.Float) *big.Float {
	const halvings = 40
	small := number(0).SetMantExp(x, -halvings)
	sum := number(1)
	for n := 12; n > 0; n-- {
		sum.Mul(sum, small)
		sum.Quo(sum, number(float64(n)))
		sum.Add(sum, number(1))
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}
