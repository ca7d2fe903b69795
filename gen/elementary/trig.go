package elementary

import (
	"math"
	"math/big"
)

// Sine and cosine, in float32. circle32 has what they share.

const sin32Doc = "is the sine of x, to 0.502 ULP for x of any size. Below 2^-12 it is x to half an ULP, and x is\n" +
	"returned. The sine of an infinity is NaN."

var sin32 = elementary{sin32Doc, func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(uint64(a)<<29 + 896<<52 | uint64(b>>31)<<63)
	` + reduce32 + `
		k := math.Float64bits(n)
	` + circle32 + `
		if a < 0x39800000 {
			h = b
		}
		if a >= 0x7f800000 {
			h = b | 0x7fc00000
		}
		return math.Float32frombits(h)
	`)
}}

const cos32Doc = "is the cosine of x, to 0.502 ULP for x of any size. That of an infinity is NaN."

var cos32 = elementary{cos32Doc, func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(uint64(a)<<29 + 896<<52)
	` + reduce32 + `
		k := math.Float64bits(n) + 16 // a quarter further than for the sine
	` + circle32 + `
		if a >= 0x7f800000 {
			h = b | 0x7fc00000
		}
		return math.Float32frombits(h)
	`)
}}

// circle is how many sines the table has. With 64 of them an angle is at most π/64 from one, and for float32 three
// terms of either series are good to 2⁻³⁵.
const circle = 64

// reduce32 writes how far round the circle t is, in parts of 64: the whole number in the low bits of n, and r. It
// reduces arguments of any size as Payne and Hanek do, with float64 products in place of integers: bits of 32/π whose
// product with every x of the exponent is a multiple of 64 are left out, and a product of 24 and 29 bits is exact. high
// is a multiple of 2⁻²³ below 2³⁸ and low one of 2⁻⁵² below 2⁹, so that their difference from the whole number k is
// exact too. What the third product leaves out, 2⁻⁷², is 2⁻⁴² of the smallest |r| from 2⁻¹² on.
const reduce32 = `
	// 32t/pi = k + r up to multiples of 64, k whole; high, low and their difference from k are exact
	c := &@Turns[a>>26&31]
	high := float64(t * c[0])
	low := float64(t * c[1])
	n := high + low + 0x1.8p52 // the low bits are k
	r := (high - (n - 0x1.8p52)) + low + float64(t*c[2])
`

// circle32 writes the bits of the sine of 2πk/64 + rπ/32.
const circle32 = `
	// the sine of the sum of 2*pi*k/64 and d
	d := r * (math.Pi / 32)
	d2 := d * d
	sin := d * (1 + float64(d2*(-1.0/6+float64(d2*(1.0/120)))))
	cos := 1 + float64(d2*(-1.0/2+float64(d2*(1.0/24))))
	h := math.Float32bits(float32(float64(@Sines[k&63]*cos) + float64(@Sines[(k+16)&63]*sin)))
`

// turns are the bits of 32/π for the 32 groups of eight exponents. The float32s of a group are multiples of u =
// 2^(8g-150), less than 2³²u, so that bits of 32/π from 64/u on tell nothing.
func turns() [][]float64 {
	const point = 280 // how many bits after the binary point are kept
	pi := arc(number(1))
	pi.SetMantExp(pi, 2)
	q := number(0).Quo(number(32), pi)
	bits, _ := q.SetMantExp(q, point).Int(nil)
	// piece has count bits of 32/π, of which the first stands for 2^top.
	piece := func(top, count int) float64 {
		lowest := top - count + 1
		v := new(big.Int).Rsh(bits, uint(point+lowest))
		v.And(v, new(big.Int).SetUint64(1<<count-1))
		return math.Ldexp(float64(v.Uint64()), lowest)
	}
	var rows [][]float64
	for g := range 32 {
		top := 5 - (8*g - 150)
		rows = append(rows, []float64{piece(top, 29), piece(top-29, 29), piece(top-58, 53)})
	}
	return rows
}

// sines are sin(2πj/64), rounded.
func sines() [][]float64 {
	var rows [][]float64
	for j := range circle {
		rows = append(rows, floats([]*big.Float{angle(j)}))
	}
	return rows
}

// angle is the sine of 2πj/64: the circle is halved with square roots, and gone round in these steps, from the nearest
// quarter.
func angle(j int) *big.Float {
	j %= circle
	switch {
	case j > circle/2:
		v := angle(j - circle/2)
		return v.Neg(v)
	case j > circle/4:
		return angle(circle/2 - j)
	case j == circle/4:
		return number(1)
	}
	cos := number(0)
	for n := 4; n < circle; n *= 2 {
		cos.Add(cos, number(1))
		cos.Sqrt(cos.SetMantExp(cos, -1))
	}
	sin := number(0).Mul(cos, cos)
	sin.Sqrt(sin.Sub(number(1), sin))
	x, y := number(1), number(0)
	for range j {
		x, y = number(0).Sub(number(0).Mul(x, cos), number(0).Mul(y, sin)),
			number(0).Add(number(0).Mul(x, sin), number(0).Mul(y, cos))
	}
	return y
}
