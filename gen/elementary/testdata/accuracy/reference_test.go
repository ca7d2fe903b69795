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

// bigExpm1 is exp(x) - 1, by its series near 0.
func bigExpm1(x *big.Float) *big.Float {
	if v, _ := x.Float64(); math.Abs(v) < 0x1p-30 {
		// x + x²/2 + … + x⁶/720, good to x⁶ ≤ 2^-180.
		sum := num(1)
		for n := 6; n > 1; n-- {
			sum.Mul(sum, x)
			sum.Quo(sum, num(float64(n)))
			sum.Add(sum, num(1))
		}
		return sum.Mul(sum, x)
	}
	return zero().Sub(bigExp(x), num(1))
}

// bigPi is π by Machin's formula, 16·atan(1/5) - 4·atan(1/239), as a whole number of 2^-piBits: float64s have up to
// 1024 bits before the point, and precision is wanted after as many zeros as the nearest to a multiple of π leaves.
const piBits = 1024 + precision + 80

var bigPi = func() *big.Int {
	pi := new(big.Int)
	for _, term := range []struct{ factor, x int64 }{{16, 5}, {-4, 239}} {
		power := new(big.Int).Lsh(big.NewInt(term.factor), piBits)
		power.Quo(power, big.NewInt(term.x))
		for k := int64(1); power.Sign() != 0; k += 2 {
			pi.Add(pi, new(big.Int).Quo(power, big.NewInt(k)))
			power.Quo(power, big.NewInt(-term.x*term.x))
		}
	}
	return pi
}()

// bigTurn is the nearest quarter of the circle to x, from 0 to 3, and the angle from there to x.
func bigTurn(x *big.Float) (quarter int, rest *big.Float) {
	half := new(big.Float).SetPrec(piBits + 1024).SetInt(bigPi)
	half.SetMantExp(half, -piBits-1)
	q := new(big.Float).SetPrec(piBits+1024).Quo(x, half)
	n, _ := q.Add(q, num(math.Copysign(0.5, float64(x.Sign())))).Int(nil)
	product := new(big.Float).SetPrec(piBits + 1024).SetInt(n)
	product.Mul(product, half)
	rest = zero().Sub(x, product)
	return int(n.And(n, big.NewInt(3)).Int64()), rest
}

// nearQuarters are the float64s that are nearest to multiples of π/2, of every exponent: the denominators below 2^53 of
// the convergents of 2^e/(π/2), times 2^e.
func nearQuarters() (xs []float64) {
	const bits = 1400
	half := new(big.Float).SetPrec(bits).SetInt(bigPi)
	half.SetMantExp(half, -piBits-1)
	for e := -52; e <= 1023-52; e++ {
		ratio := new(big.Float).SetPrec(bits).SetMantExp(new(big.Float).SetPrec(bits).Quo(new(big.Float).SetPrec(bits).SetInt64(1), half), e)
		q0, q1 := uint64(0), uint64(1)
		for {
			whole, _ := ratio.Int(nil)
			ratio.Sub(ratio, new(big.Float).SetPrec(bits).SetInt(whole))
			ratio.Quo(new(big.Float).SetPrec(bits).SetInt64(1), ratio)
			a, _ := ratio.Int(nil)
			if a.BitLen() > 53 || a.Uint64() > (1<<53-q0)/q1 {
				break
			}
			q0, q1 = q1, a.Uint64()*q1+q0
			if q1 >= 1<<40 {
				xs = append(xs, math.Ldexp(float64(q1), e))
			}
		}
	}
	return xs
}

// bigSin is the sine of x: Taylor's series of sine or cosine at no more than π/4.
func bigSin(x *big.Float) *big.Float {
	quarter, rest := bigTurn(x)
	return bigWave(quarter, rest)
}

// bigCos is the sine a quarter of the circle further.
func bigCos(x *big.Float) *big.Float {
	quarter, rest := bigTurn(x)
	return bigWave(quarter+1, rest)
}

func bigWave(quarter int, x *big.Float) *big.Float {
	first, term := 1, zero().Set(x)
	if quarter%2 == 1 {
		first, term = 0, num(1)
	}
	sum, square := zero(), zero().Mul(x, x)
	for n := first; n < 50; n += 2 {
		sum.Add(sum, term)
		term.Mul(term, square)
		term.Quo(term, num(float64(-(n+1)*(n+2))))
	}
	if quarter&2 != 0 {
		sum.Neg(sum)
	}
	return sum
}

// bigErf is the error function, exp(-x²)·2/√π·(x + 2x³/3 + 4x⁵/(3·5) + …), all of one sign, for |x| ≤ 6.
func bigErf(x *big.Float) *big.Float {
	sum, term, square := zero(), zero().Set(x), zero().Mul(x, x)
	square.Add(square, square)
	for n := 0; n < 300; n++ {
		sum.Add(sum, term)
		term.Mul(term, square)
		term.Quo(term, num(float64(2*n+3)))
		if term.MantExp(nil) < sum.MantExp(nil)-precision {
			break
		}
	}
	root := zero().SetInt(bigPi)
	root.Sqrt(root.SetMantExp(root, -piBits))
	sum.Quo(sum.Add(sum, sum), root)
	return sum.Mul(sum, bigExp(zero().Neg(zero().Mul(x, x))))
}

// bigSigmoid is 1/(1 + exp(-x)).
func bigSigmoid(x *big.Float) *big.Float {
	e := bigExp(zero().Neg(x))
	return zero().Quo(num(1), e.Add(e, num(1)))
}
