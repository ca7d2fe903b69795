package accuracy

import (
	"math"
	"math/big"
)

// precision is that of the reference arithmetic, in bits.
const precision = 200

func num(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func zero() *big.Float { return new(big.Float).SetPrec(precision) }

// bigLn2 is log 2 = 2·atanh(1/3).
var bigLn2 = func() *big.Float { v := bigAtanh(zero().Quo(num(1), num(3))); return v.Add(v, v) }()

// terms is how many terms of a series in s² the reference sums: s² ≤ 1/9 leaves out less than 2^-200.
const terms = 64

// odd are the reciprocals of 1, 3, 5, …
var odd = func() (vs [terms]*big.Float) {
	for k := range vs {
		vs[k] = zero().Quo(num(1), num(float64(2*k+1)))
	}
	return vs
}()

// bigAtanh is Σ s^(2k+1)/(2k+1), for |s| ≤ 1/3.
func bigAtanh(s *big.Float) *big.Float {
	sum, square := zero(), zero().Mul(s, s)
	for k := terms - 1; k >= 0; k-- {
		sum.Mul(sum, square)
		sum.Add(sum, odd[k])
	}
	return sum.Mul(sum, s)
}

// bigAtan is the inverse tangent: halved by atan(x) = 2·atan(x/(1 + √(1 + x²))) until its argument is below 1/3, then
// Σ (-1)^k s^(2k+1)/(2k+1).
func bigAtan(x *big.Float) *big.Float {
	s, doublings := zero().Set(x), 0
	for zero().Abs(s).Cmp(num(1.0/3)) > 0 {
		root := zero().Sqrt(zero().Add(num(1), zero().Mul(s, s)))
		s.Quo(s, root.Add(root, num(1)))
		doublings++
	}
	sum, square := zero(), zero().Mul(s, s)
	square.Neg(square)
	for k := terms - 1; k >= 0; k-- {
		sum.Mul(sum, square)
		sum.Add(sum, odd[k])
	}
	sum.Mul(sum, s)
	return sum.SetMantExp(sum, doublings)
}

// bigExp is exp(x) = 2^k·exp(r) with |r| ≤ log 2/2: Taylor's series at r/2^16, squared 16 times.
func bigExp(x *big.Float) *big.Float {
	v, _ := x.Float64()
	k := math.Round(v / math.Ln2)
	r := zero().Sub(x, zero().Mul(num(k), bigLn2))
	const halvings = 16
	r.SetMantExp(r, -halvings)
	sum, term := num(1), num(1)
	for i := 1; i < 14; i++ {
		term.Mul(term, r)
		term.Quo(term, num(float64(i)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum.SetMantExp(sum, int(k))
}

// bigLog is log(x) for x > 0: k·log 2 + 2·atanh((m - 1)/(m + 1)) with x = m·2^k and m near 1.
func bigLog(x *big.Float) *big.Float {
	m := zero()
	k := x.MantExp(m)
	if m.Cmp(num(math.Sqrt2/2)) < 0 {
		m.Add(m, m)
		k--
	}
	v := bigAtanh(zero().Quo(zero().Sub(m, num(1)), zero().Add(m, num(1))))
	return v.Add(zero().Add(v, v), zero().Mul(num(float64(k)), bigLn2))
}

// bigLog1p is log(1 + x) for x > -1, near 0 without forming the sum.
func bigLog1p(x *big.Float) *big.Float {
	if v, _ := x.Float64(); math.Abs(v) > 0.5 {
		return bigLog(new(big.Float).SetPrec(precision+100).Add(num(1), x))
	}
	v := bigAtanh(zero().Quo(x, zero().Add(num(2), x)))
	return v.Add(v, v)
}

// bigTanh is (exp(2x) - 1)/(exp(2x) + 1), by its series near 0.
func bigTanh(x *big.Float) *big.Float {
	if v, _ := x.Float64(); math.Abs(v) < 0x1p-30 {
		// x - x³/3 + 2x⁵/15, good to x⁶ ≤ 2^-180.
		square := zero().Mul(x, x)
		inner := zero().Sub(zero().Quo(zero().Mul(num(2), square), num(15)), zero().Quo(num(1), num(3)))
		return inner.Mul(x, inner.Add(num(1), inner.Mul(inner, square)))
	}
	e := bigExp(zero().Add(x, x))
	return zero().Quo(zero().Sub(e, num(1)), zero().Add(e, num(1)))
}

// bigSigmoid is 1/(1 + exp(-x)).
func bigSigmoid(x *big.Float) *big.Float {
	e := bigExp(zero().Neg(x))
	return zero().Quo(num(1), e.Add(e, num(1)))
}
