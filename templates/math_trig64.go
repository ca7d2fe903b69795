package templates

import (
	"math"
	"math/big"
)

// Sine and cosine, in float64. The argument is reduced as Payne and Hanek do, whatever its size: x/(2π) modulo 1 is the product of
// the bits of x and as many bits of 1/(2π) as matter for its exponent. No float64 but 0 is nearer than 2⁻⁶¹ to a multiple
// of π/2, so that the first 128 bits of the product, in integers, and what a float64 then adds leave 53 that tell how near.

var sin64 = elementary{"is the sine of x, to 0.53 ULP for x of any size. Below 2^-27 it is x to half an ULP, and x is\nreturned. The sine of an infinity is NaN.", func(b *Block, prefix string) {
	circleConstants(b)
	b.text(prefix, magnitude64+turn64+`
		c := &@Circle[turn>>58]
	`+circle64+`
		h ^= b & (1 << 63)
		if a < 0x3e4<<52 {
			h = b
		}
		if a >= 0x7ff<<52 {
			h = b | 0xfff<<51
		}
		return math.Float64frombits(h)
	`)
}}

var cos64 = elementary{"is the cosine of x, to 0.53 ULP for x of any size. That of an infinity is NaN.", func(b *Block, prefix string) {
	circleConstants(b)
	b.text(prefix, magnitude64+turn64+`
		c := &@Circle[(turn>>58+16)&63] // a quarter further than for the sine
	`+circle64+`
		if a < 0x3e4<<52 {
			h = 0x3ff << 52
		}
		if a >= 0x7ff<<52 {
			h = b | 0xfff<<51
		}
		return math.Float64frombits(h)
	`)
}}

// turn64 writes |x|/(2π) modulo 1 as turn·2⁻⁶⁴ + low·2⁻¹²⁸ + x2, with 2⁻⁷ added, so that the first six bits of turn are the
// nearest 64th of a turn. A row of the table serves eight exponents, for which m is shifted: it has at most 60 bits.
const turn64 = `
	// |x|/(2*pi) modulo 1: |x| = m*2^e, of 1/(2*pi) the 128 bits that matter, and x2 for what follows
	w := &@Turns[a>>55&255]
	m := (a&(1<<52-1) | 1<<52) << (a >> 52 & 7)
	// the upper 64 bits of m*w[1], from products of halves
	const half = 1<<32 - 1
	m0, m1, v0, v1 := m&half, m>>32, w[1]&half, w[1]>>32
	mid := m0*v1 + m0*v0>>32
	low := m * w[1]
	turn := m*w[0] + m1*v1 + mid>>32 + (m1*v0+mid&half)>>32 + 1<<57
`

// circle64 writes the bits of the sine of 2πk/64 + 2π(r + rl), where r + rl is what turn, low and x2 have beyond k/64. Bits
// become float64s by putting them under a power of two. With the sine s and 2π times the cosine c that the table has for k,
// it is s + c·r and less: c[2] has 27 bits, so that its product with the first 26 of r is exact.
const circle64 = `
	// what is beyond k, as a part of a turn, in units of 2^-39, 2^-90 and 2^-128: r + rl
	const f0, f1, f2 = 0x1.8p13, 0x1p-38, 0x1p-76
	x0 := math.Float64frombits(math.Float64bits(f0)|turn<<6>>31) - (f0 + 0x1p-7)
	x1 := math.Float64frombits(math.Float64bits(f1)|turn<<39>>13|low>>38) - f1
	x2 := math.Float64frombits(math.Float64bits(f2)|low<<26>>26) - f2
	x3 := float64(math.Float64frombits(a&(1<<52-1)|(0x3ff+a>>52&7)<<52) * math.Float64frombits(w[2]))
	r := x0 + x1
	rl := ((x0 - r) + x1) + (x2 + x3)
	// c[0]+c[1] = sin(2*pi*k/64), c[2]+c[3] = 2*pi*cos(2*pi*k/64); sin(2*pi*r) = 2*pi*r*(1 + r^2*p), cos(2*pi*r) = 1 + r^2*q
	r2 := r * r
	p := (p0 + float64(r2*p1)) + float64((r2*r2)*p2)
	q := (q0 + float64(r2*q1)) + float64((r2*r2)*(q2+float64(r2*q3)))
	rh := math.Float64frombits(math.Float64bits(r) &^ (1<<27 - 1))
	first := float64(c[2] * rh)
	sum := c[0] + first
	rest := ((c[0] - sum) + first) + (c[1] + (float64(c[2]*((r-rh)+rl)) + float64(c[3]*(r+rl))))
	rest += float64(float64((c[0]+c[1])*r2)*q) + float64(float64((c[2]+c[3])*(r*r2))*p)
	h := math.Float64bits(sum + rest)
`

// circleConstants declares the coefficients of (sin(2πr)/(2πr) - 1)/r² and (cos(2πr) - 1)/r² in powers of r², good to 2⁻⁵⁸ and 2⁻⁷¹
// of 1 in what they are part of.
func circleConstants(b *Block) {
	const widest = 0x1.02p-14 // of r²: |r| is at most 2⁻⁷ and a little
	tau := arc(number(1))
	tau.SetMantExp(tau, 3)
	square := number(0).Mul(tau, tau)
	square.Neg(square)
	alternating := func(first int) []*big.Float { // (-1)ⁿ⁺¹(2π)²ⁿ⁺²/(2n+first)!
		power := number(1)
		return series(func(n int) *big.Float {
			power = number(0).Mul(power, square)
			return number(0).Quo(power, factorial(2*n+first))
		})
	}
	b.constants("p", economize(alternating(3), 2, widest, true)...)
	b.constants("q", economize(alternating(2), 3, widest, true)...)
}

// circleTable has, for every 64th of a turn, its sine as a multiple of 2⁻²⁷ and the rest, and 2π times its cosine as a multiple
// of 2⁻²⁴ and the rest.
func circleTable() [][]float64 {
	tau := arc(number(1))
	tau.SetMantExp(tau, 3)
	var rows [][]float64
	for j := range circle {
		sin, cos := angle(j), angle(j+circle/4)
		rows = append(rows, append(pieces(sin, 0x1p-27), pieces(cos.Mul(cos, tau), 0x1p-24)...))
	}
	return rows
}

// turnFirst is the first row that is read: the group of exponents of 2⁻²⁷.
const turnFirst = 0x3e4 / 8

// turnRows are, from turnFirst on, for groups of eight exponents the 128 bits of 1/(2π) of which the product with m << (0 … 7) has a
// part below 1, and as the bits of a float64 what follows them, for a product with m as well.
func turnRows() [][]uint64 {
	const groups, bits = 256, 8*256 + 300
	q := new(big.Float).SetPrec(bits).SetFloat64(0.5)
	q.Quo(q, machin(bits))
	var rows [][]uint64
	for g := turnFirst; g < groups; g++ {
		// |x| = m·2^(8g-1023-52) with m of 53 to 60 bits: all of 1/(2π) from 2^(1075-8g) on makes whole turns.
		rest := new(big.Float).SetPrec(bits).SetMantExp(q, 8*g-1075)
		whole, _ := rest.Int(nil)
		rest.Sub(rest, new(big.Float).SetPrec(bits).SetInt(whole))
		var row []uint64
		for range 2 {
			word, _ := rest.SetMantExp(rest, 64).Int(nil)
			rest.Sub(rest, new(big.Float).SetPrec(bits).SetInt(word))
			row = append(row, word.Uint64())
		}
		last, _ := rest.SetMantExp(rest, 52-128).Float64()
		rows = append(rows, append(row, math.Float64bits(last)))
	}
	return rows
}

// machin is π to so many bits, by Machin's formula 16·atan(1/5) - 4·atan(1/239) in whole numbers.
func machin(bits uint) *big.Float {
	pi := new(big.Int)
	for _, term := range []struct{ factor, x int64 }{{16, 5}, {-4, 239}} {
		power := new(big.Int).Lsh(big.NewInt(term.factor), bits+32)
		power.Quo(power, big.NewInt(term.x))
		for k := int64(1); power.Sign() != 0; k += 2 {
			pi.Add(pi, new(big.Int).Quo(power, big.NewInt(k)))
			power.Quo(power, big.NewInt(-term.x*term.x))
		}
	}
	v := new(big.Float).SetPrec(bits).SetInt(pi)
	return v.SetMantExp(v, -int(bits+32))
}
