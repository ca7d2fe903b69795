package verifytest

import (
	"math"
	"math/big"
)

// precision is that of the arithmetic with which closed forms are compared, in bits: exp(-200) is 2^-289,
// so 1 + exp(-200) still keeps 300 bits of it.
const precision = 600

// Num is a number of that many bits, and Zero one to compute into.
func Num(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

func Zero() *big.Float { return new(big.Float).SetPrec(precision) }

// BigExp is exp(x): Taylor's series at x/2^k, squared k times.
func BigExp(x *big.Float) *big.Float {
	const halvings = 40
	small := Zero().SetMantExp(x, -halvings)
	sum, term := Num(1), Num(1)
	for i := 1; i < 60; i++ {
		term.Mul(term, small)
		term.Quo(term, Num(float64(i)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// BigLog is log(x), by Newton's (Halley's) iteration on exp from math.Log's value: each step triples the
// number of right digits.
func BigLog(x *big.Float) *big.Float {
	mantissa := Zero()
	exponent := x.MantExp(mantissa)
	m, _ := mantissa.Float64()
	y := Num(math.Log(m) + float64(exponent)*math.Ln2)
	for range 5 {
		e := BigExp(y)
		step := Zero().Quo(Zero().Sub(x, e), Zero().Add(x, e))
		y.Add(y, step.Mul(step, Num(2)))
	}
	return y
}
