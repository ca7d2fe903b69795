package verify

import (
	"math"
	"math/big"
)

// precision is that of the arithmetic with which closed forms are compared, in bits: exp(-200) is 2^-289,
// so 1 + exp(-200) still keeps 300 bits of it.
const precision = 600

func num(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func zero() *big.Float { return new(big.Float).SetPrec(precision) }

// bigExp is exp(x): Taylor's series at x/2^k, squared k times.
func bigExp(x *big.Float) *big.Float {
	const halvings = 40
	small := zero().SetMantExp(x, -halvings)
	sum, term := num(1), num(1)
	for i := 1; i < 60; i++ {
		term.Mul(term, small)
		term.Quo(term, num(float64(i)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog is log(x), by Newton's (Halley's) iteration on exp from math.Log's value: each step triples the
// number of right digits.
func bigLog(x *big.Float) *big.Float {
	mantissa := zero()
	exponent := x.MantExp(mantissa)
	m, _ := mantissa.Float64()
	y := num(math.Log(m) + float64(exponent)*math.Ln2)
	for range 5 {
		e := bigExp(y)
		step := zero().Quo(zero().Sub(x, e), zero().Add(x, e))
		y.Add(y, step.Mul(step, num(2)))
	}
	return y
}
