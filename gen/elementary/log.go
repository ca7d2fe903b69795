package elementary

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
)

// Logarithms. An argument is z·2^k with z from 0.707 to 1.414, for which a row of a table has c near 1/z and -log c, so
// that log x = k·log 2 - log c + log(1 + r) with r = c·z - 1. In the row around 1 c is 1, and k·log 2 - log c is 0
// there; elsewhere it is larger than r, so that nothing cancels.

const log32Doc = "is the natural logarithm of x, to 0.502 ULP. That of a negative number is NaN; NaN is returned as " +
	"it came."

var log32 = elementary{log32Doc, func(b *body) {
	log32Constants(b)
	b.text(`
		b := math.Float32bits(x)
		m := math.Float64bits(math.Float64frombits(uint64(b)<<29) * 0x1p896) // x, if subnormal too
	` + logReduction(logRows32) + log32Series + `
		special := b | uint32(int32(b)>>31)&0x7fc00000
		if b >= 0xff<<23 {
			h = special
		}
		if b<<1 == 0 {
			h = 0x1ff << 23
		}
		return math.Float32frombits(h)
	`)
}}

const log1p32Doc = "is log(1 + x), to 0.502 ULP. Below 2^-24 it is x to half an ULP; there, and for NaN, x is " +
	"returned. That\nof a number below -1 is NaN."

var log1p32 = elementary{log1p32Doc, func(b *body) {
	log32Constants(b)
	b.text(magnitude + `
		m := math.Float64bits(1 + math.Float64frombits(uint64(a)<<29+896<<52|uint64(b>>31)<<63)) // 1 + x
	` + logReduction(logRows32) + log32Series + `
		if a-0x33800000 >= 0xff<<23-0x33800000 {
			h = b
		}
		if b > 0x17f<<23 {
			h = b | 0x7fc00000
		}
		if b == 0x17f<<23 {
			h = 0x1ff << 23
		}
		return math.Float32frombits(h)
	`)
}}

// How many rows there are: |r| is at most half of the reciprocal. Rows for float32 have two columns and those for
// float64 three, -log c being in two parts.
const logRows32, logRows64 = 32, 64

// logReduction finds the row: from an argument with the bits m it writes k, as the float64 kd too, z and c. The
// conversion of an integer to a float64 is an addition to the bits of 1.5·2⁵², as the instruction for it may wait for
// another result.
func logReduction(rows int) string {
	shift := 52 - bits.TrailingZeros(uint(rows))
	return fmt.Sprintf(`
		// the argument is z·2^k, and log z is log(1 + r) - log c with r = c·z - 1
		above := m - %#x
		k := int64(above) >> 52
		kd := math.Float64frombits(0x4338<<48+uint64(k)) - 0x1.8p52
		z := math.Float64frombits(m - above&(0xfff<<52))
		c := &@Logs[above>>%d&%d]
	`, math.Float64bits(logFirst(rows)), shift, rows-1)
}

// log32Constants declares the coefficients of (log(1 + r) - r)/r², good to 2⁻³⁵ of r.
func log32Constants(b *body) { b.constants("l", economize(logSeries(), 3, 0.0161, false)...) }

// log32Series writes the bits of the logarithm.
const log32Series = `
	r := float64(z*c[0]) - 1
	r2 := r * r
	p := float64(r2*(l0+float64(r*l1))) + float64((r2*r2)*(l2+float64(r*l3)))
	h := math.Float32bits(float32((float64(kd*math.Ln2) + c[1]) + (r + p)))
`

// logSeries is that of (log(1 + r) - r)/r².
func logSeries() []*big.Float {
	return series(func(n int) *big.Float {
		if n%2 == 0 {
			return ratio(-1, n+2)
		}
		return ratio(1, n+2)
	})
}

// In float64 r is formed without a rounding, as the sum of rh and rl, and what sums lose is carried along.

const log64Doc = "is the natural logarithm of x, to 0.52 ULP. That of a negative number is NaN; NaN is returned as " +
	"it came."

var log64 = elementary{log64Doc, func(b *body) {
	log64Constants(b)
	b.text(`
		b := math.Float64bits(x)
		small := (b>>52 - 1) >> 63                       // 1 where x is subnormal, and scaled
		m := b ^ (b^math.Float64bits(x*0x1p54))&(0-small)
	` + logReduction(logRows64) + log64Remainder + `
		r := rh + rl
		rest := (rh - r) + rl
		kd -= math.Float64frombits(0x4330<<48+54*small) - 0x1p52
	` + log64Series + `
		special := b | uint64(int64(b)>>63)&(0xfff<<51)
		if b >= 0x7ff<<52 {
			h = special
		}
		if b<<1 == 0 {
			h = 0xfff << 52
		}
		return math.Float64frombits(h)
	`)
}}

const log1p64Doc = "is log(1 + x), to 0.52 ULP: what 1 + x is rounded by is added to r. Below 2^-54 it is x to half " +
	"an ULP;\nthere, and for NaN, x is returned. That of a number below -1 is NaN."

var log1p64 = elementary{log1p64Doc, func(b *body) {
	log64Constants(b)
	b.text(magnitude + `
		y := 1 + x
		back := y - 1
		lost := (1 - (y - back)) + (x - back)
		m := math.Float64bits(y)
	` + logReduction(logRows64) + log64Remainder + `
		ra := rh + rl
		rb := float64(float64(lost*math.Float64frombits(uint64(max(1023-k, 0))<<52)) * c[0])
		r := ra + rb
		rest := ((ra - r) + rb) + ((rh - ra) + rl)
	` + log64Series + `
		if a-0x3c90000000000000 >= 0x7ff<<52-0x3c90000000000000 {
			h = b
		}
		if b > 0xbff<<52 {
			h = b | 0xfff<<51
		}
		if b == 0xbff<<52 {
			h = 0xfff << 52
		}
		return math.Float64frombits(h)
	`)
}}

// log64Constants declares log 2, first as a multiple of 2⁻⁴², whose products with k are exact, and the coefficients of
// (log(1 + r) - r)/r², good to 2⁻⁶³ of r.
func log64Constants(b *body) {
	b.constants("ln", pieces(logarithm(number(2)), 0x1p-42)...)
	b.constants("l", economize(logSeries(), 6, 0.0081, false)...)
}

// log64Remainder writes r as two parts. c has 13 bits: products with the upper 40 bits of z and with the lower 13 are
// exact.
const log64Remainder = `
	zh := math.Float64frombits(math.Float64bits(z) &^ (1<<13 - 1))
	rh := float64(zh*c[0]) - 1
	rl := float64((z - zh) * c[0])
`

// log64Series writes the bits of the logarithm. The products of k and of what is left of log 2 and log c are below
// 2⁻⁴².
const log64Series = `
	w := float64(kd*ln0) + c[1]
	sum := w + r
	rest += ((w - sum) + r) + (float64(kd*ln1) + c[2])
	r2 := r * r
	p := float64(r2*((l0+float64(r*l1))+float64(r2*(l2+float64(r*l3))))) + float64((r2*r2)*(r2*((l4+float64(r*l5))+float64(r2*l6))))
	h := math.Float64bits(sum + (rest + p))
`

// logFirst is the least z: the rows divide binades into as many parts, which are half as wide below 1 as above, and 1
// is in the middle of one.
func logFirst(rows int) float64 {
	w := 1 / float64(2*rows)
	return 1 - w/2 - w*math.Floor((1-w/2-math.Sqrt2/2)/w)
}

// logs are the c, the middles' reciprocals as multiples of 2⁻¹², and -log c: in one part or, with a first part that is
// a multiple of 2⁻⁴², in two.
func logs(rows int, units ...float64) [][]float64 {
	var table [][]float64
	next := func(z float64, n int) float64 { // the start of the interval that comes n after that of z
		return math.Float64frombits(math.Float64bits(z) + uint64(n)<<52/uint64(rows))
	}
	for j := range rows {
		first := next(logFirst(rows), j)
		middle := (first + next(first, 1)) / 2
		if first < 1 && next(first, 1) > 1 {
			middle = 1
		}
		c := math.Round(0x1p12/middle) * 0x1p-12
		v := logarithm(number(c))
		table = append(table, append([]float64{c}, pieces(v.Neg(v), units...)...))
	}
	return table
}
