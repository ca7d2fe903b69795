package elementary

import (
	"math/big"
	"strings"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
)

// The exponential and what is made of it, in float32. All reduce their argument alike, in exp32Reduction.

var exp32 = elementary{"is e to the x, to 0.51 ULP. NaN is returned as it came.", func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(uint64(min(a, 0x42dc0000))<<29 + 896<<52 | uint64(b>>31)<<63) // x, between -110 and 110
	` + exp32Reduction + `
		h := math.Float32bits(float32(scale * (1 + float64(r*q))))
		if a > 0x7f800000 {
			h = b
		}
		return math.Float32frombits(h)
	`)
}}

const expm132Doc = "is exp(x) - 1, to 0.502 ULP, formed without cancellation. Below 2^-24 it is x to half an ULP; " +
	"there,\nand for NaN, x is returned."

var expm132 = elementary{expm132Doc, func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(uint64(min(a, 0x42dc0000))<<29 + 896<<52 | uint64(b>>31)<<63) // x, between -110 and 110
	` + exp32Reduction + `
		h := math.Float32bits(float32(float64(scale*(r*q)) + (scale - 1)))
		if a-0x33800000 > 0x7f800000-0x33800000 {
			h = b
		}
		return math.Float32frombits(h)
	`)
}}

const sigmoid32Doc = "is 1/(1 + exp(-x)), to 0.51 ULP: with e = exp(-|x|) it is 1/(1 + e), and e/(1 + e) for\n" +
	"negative x. NaN is returned as it came."

var sigmoid32 = elementary{sigmoid32Doc, func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(uint64(min(a, 0x42dc0000))<<29 + 896<<52 | 1<<63) // -|x|, from -110 on
	` + exp32Reduction + `
		e := float64(scale * (1 + float64(r*q)))
		num := math.Float64bits(e)
		if int32(b) >= 0 {
			num = 0x3ff << 52
		}
		h := math.Float32bits(float32(math.Float64frombits(num) / (1 + e)))
		if a > 0x7f800000 {
			h = b
		}
		return math.Float32frombits(h)
	`)
}}

const tanh32Doc = "is the hyperbolic tangent of x, to 0.51 ULP: (e - 1)/(e + 1) with e = exp(2|x|), e - 1 formed\n" +
	"without cancellation. Below 2^-12 it is x to half an ULP; there, and for NaN, x is returned."

var tanh32 = elementary{tanh32Doc, func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(uint64(min(a, 0x41b00000))<<29 + 897<<52) // 2|x|, up to 44
	` + exp32Reduction + `
		e := float64(scale*(r*q)) + (scale - 1)
		h := math.Float32bits(float32(e/(e+2))) | b&(1<<31)
		if a-0x39800000 > 0x7f800000-0x39800000 {
			h = b
		}
		return math.Float32frombits(h)
	`)
}}

// magnitude are the bits of x and of |x|. What then widens a float32 |x| moves the exponent by an integer addition:
// the conversion instruction would wait for the last value of the register it writes to, and so chain one call to the
// next. Zero and subnormal x become about 2⁻¹²⁷, which every function that does so takes for zero or treats apart;
// infinities and NaN become the limit, or where there is none numbers from 2¹²⁸ on.
const magnitude = `
	b := math.Float$Wbits(x)
	a := b &^ (1 << $S)
`

// exp32Reduction writes exp(t) = scale·(1 + r·q), with the binary exponent and the table's share of t in scale. With 32
// entries |r| is at most 0.011 and four terms of the exponential series are good to 2⁻³³.
var exp32Reduction = exp32ReductionBy("k")

// reducing are the functions that reduce their argument so.
var reducing = []expr.Op{expr.OpExp, expr.OpExpm1, expr.OpSigmoid, expr.OpTanh}

// reduceSuffix ends the name of the function that has the reduction where several functions need it.
const reduceSuffix = "Reduce"

// reduction is that function. Its results have names for it to be so simple to the compiler that it becomes a part of
// those that call it.
func reduction(prefix string) (*code.Func, error) {
	b := &body{prefix: prefix, kind: code.Float32, block: &code.Block{}}
	b.text(strings.NewReplacer("r := ", "r = ", "scale := ", "scale = ", "q := ", "q = ").Replace(exp32Reduction) +
		"return scale, r, q")
	name, double := prefix+reduceSuffix, code.Of(code.Float64)
	return &code.Func{
		Name: name, Doc: name + " reduces exp(t) to scale·(1 + r·q).", Body: b.block,
		Params:  []code.Param{{Name: "t", Type: double}},
		Results: []code.Param{{Name: "scale", Type: double}, {Name: "r", Type: double}, {Name: "q", Type: double}},
	}, b.err
}

// exp32ReductionBy is that with another name for k.
func exp32ReductionBy(k string) string {
	return strings.ReplaceAll(`
	// exp(t) = 2^($k/32)·exp(r): $k is the integer nearest 32·t/log 2, exp(r) = 1 + r·q(r)
	n := float64(t*(32*math.Log2E)) + 0x1.8p52 // the low bits are $k
	r := t - float64((n-0x1.8p52)*(math.Ln2/32))
	$k := math.Float64bits(n)
	scale := math.Float64frombits(math.Float64bits(@Roots[$k&31]) + $k>>5<<52)
	q := (1 + float64(r*0.5)) + float64((1.0/6+float64(r*(1.0/24)))*(r*r))
`, "$k", k)
}

// roots are the powers 2^(j/count), each as a float64 and what it lacks.
func roots(count int) [][]float64 {
	var rows [][]float64
	for _, power := range rootPowers(count) {
		high, _ := power.Float64()
		low, _ := number(0).Sub(power, number(high)).Float64()
		rows = append(rows, []float64{high, 0 + low})
	}
	return rows
}

// splitRoots are the powers 2^(j/64), each as a number of 26 bits and the rest.
func splitRoots() [][]float64 {
	var rows [][]float64
	for _, power := range rootPowers(64) {
		rows = append(rows, pieces(power, 0x1p-25))
	}
	return rows
}

// rootPowers are the powers 2^(j/count), computed with square roots only.
func rootPowers(count int) []*big.Float {
	step := number(2)
	for n := count; n > 1; n /= 2 {
		step.Sqrt(step)
	}
	powers := []*big.Float{number(1)}
	for len(powers) < count {
		powers = append(powers, number(0).Mul(powers[len(powers)-1], step))
	}
	return powers
}

// The same in float64. Where a sum is not exact, what it lost is carried along: to float64s that are added at the end.

const exp64Doc = "is e to the x, to 0.55 ULP, and to 0.8 ULP where the result is subnormal. NaN is returned as it came."

var exp64 = elementary{exp64Doc, func(b *body) {
	exp64Constants(b, 3)
	b.text(magnitude + `
		t := math.Float64frombits(min(a, 0x4087500000000000) | b&(1<<63)) // x, between -746 and 746
	` + exp64Reduction + exp64Terms + `
		w := float64(c[0]*(r+p)) + c[1]
		e := int64(k<<13) >> 19
		// in two factors, as 2^e may be no float64
		h := math.Float64bits((c[0] + w) * math.Float64frombits(uint64(1023+e>>1)<<52) * math.Float64frombits(uint64(1023+(e-e>>1))<<52))
		if a > 0x7ff<<52 {
			h = b
		}
		return math.Float64frombits(h)
	`)
}}

const expm164Doc = "is exp(x) - 1, to 0.62 ULP, formed without cancellation. Below 2^-54 it is x to half an ULP; " +
	"there,\nand for NaN, x is returned."

var expm164 = elementary{expm164Doc, func(b *body) {
	exp64Constants(b, 4)
	b.text(magnitude + `
		limit := uint64(0x4086300000000000) // 710
		if b>>63 != 0 {
			limit = 0x4044000000000000 // 40
		}
		t := math.Float64frombits(min(a, limit) | b&(1<<63))
	` + exp64Reduction + `
		e := int64(k<<13) >> 19
		over := uint64(e>>10) &^ uint64(e>>63) // 1 where 2^e is no float64
		s := math.Float64frombits((uint64(1023+e) - over) << 52)
		s1, sl := float64(c[0]*s), float64(c[1]*s)
		m := s1 - 1
		back := m - s1
		lost := (s1 - (m - back)) - (1 + back)
		// s1*(1 + r + p) - 1, s1*r being r + m*r: so the sum of m and r has the digits, whichever of them cancel
		sum := m + r
		rest := ((m - sum) + r) + lost + sl + float64(m*r)
		p := (float64(r2*(e0+float64(r*e1))) + ((rh - r) - rl)) + float64((r2*r2)*((e2+float64(r*e3))+float64(r2*e4)))
		rest += float64(s1 * p)
		h := math.Float64bits((sum + rest) * math.Float64frombits((1023+over)<<52))
		if a-0x3c90000000000000 > 0x7ff<<52-0x3c90000000000000 {
			h = b
		}
		return math.Float64frombits(h)
	`)
}}

// exp64Constants declares log 2/64, first as a multiple of 2⁻⁴² whose products with k are exact, and the coefficients
// of (exp(r) - 1 - r)/r². Up to the third power of r they are good to 2⁻⁵⁷ of exp(r), up to the fourth to 2⁻⁶¹ of
// exp(r) - 1.
func exp64Constants(b *body, degree int) {
	step := logarithm(number(2))
	step.SetMantExp(step, -6)
	b.constants("step", pieces(step, 0x1p-42)...)
	b.constants("e", economize(series(func(n int) *big.Float {
		return number(0).Quo(number(1), factorial(n+2))
	}), degree, 0.00542, false)...)
}

// exp64Reduction writes exp(t) = 2^e·(c[0] + c[1])·exp(r) with |r| ≤ log 2/128; e is what is in k above its low six
// bits.
const exp64Reduction = `
	// exp(t) = 2^(k/64)·exp(r): k is the integer nearest 64·t/log 2
	n := float64(t*(64*math.Log2E)) + 0x1.8p52 // the low bits are k
	kd := n - 0x1.8p52
	rh := t - float64(kd*step0)
	rl := float64(kd * step1)
	r := rh - rl
	r2 := r * r
	k := math.Float64bits(n)
	c := &@Roots[k&63]
`

// exp64Terms writes p = exp(r) - 1 - r.
const exp64Terms = `
	p := float64(r2*(e0+float64(r*e1))) + float64((r2*r2)*(e2+float64(r*e3)))
`
