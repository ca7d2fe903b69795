package functions

import (
	"math"
	"math/bits"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// The functions of e^x of this file compute float32 numbers in float32 alone, with roots of 2 from tables: e^x is
// 2^n·(1 + s), 2^n being a power of two times a root and s little more than r = x - n·log 2, |r| ≤ log(2)/32 or half of
// that, so that two coefficients do. What rounding takes is carried along where it would be more than a quarter of an
// ULP.

// rootCount is how many roots of 2 there are: as many as two registers hold. Where more would not help every other one
// is used.
const rootCount = tableLength

// rootsHigh is 2^(i/32), and rootsLow what rounding took from it, or nearly nothing, which unlike 0 has an exponent.
var rootsHigh = [rootCount]float64{
	1, 0x1.059b0ep0, 0x1.0b5586p0, 0x1.11301ep0, 0x1.172b84p0, 0x1.1d4874p0, 0x1.2387a6p0, 0x1.29e9ep0,
	0x1.306fep0, 0x1.371a74p0, 0x1.3dea64p0, 0x1.44e086p0, 0x1.4bfdaep0, 0x1.5342b6p0, 0x1.5ab07ep0, 0x1.6247ecp0,
	0x1.6a09e6p0, 0x1.71f75ep0, 0x1.7a1148p0, 0x1.82589ap0, 0x1.8ace54p0, 0x1.93737cp0, 0x1.9c4918p0, 0x1.a5503cp0,
	0x1.ae89fap0, 0x1.b7f77p0, 0x1.c199bep0, 0x1.cb720ep0, 0x1.d5818ep0, 0x1.dfc974p0, 0x1.ea4afap0, 0x1.f50766p0,
}

var rootsLow = [rootCount]float64{
	0x1p-60, -0x1.9d4f52p-25, 0x1.9f3122p-25, -0x1.fdb496p-25,
	-0x1.c15742p-27, -0x1.d2e8cap-25, 0x1.ceac48p-25, -0x1.5c0424p-25,
	0x1.4636e2p-25, -0x1.18aac6p-25, 0x1.824684p-25, 0x1.8624b4p-30,
	-0x1.593abcp-25, -0x1.2c561p-25, -0x1.5bd5ecp-27, -0x1.f8b55p-25,
	0x1.9fcef4p-26, 0x1.1d8beep-25, -0x1.829fdp-25, -0x1.accc7cp-26,
	0x1.15506ep-27, -0x1.e64744p-25, 0x1.51f848p-27, -0x1.b83b54p-25,
	-0x1.a94b14p-26, -0x1.a09438p-25, -0x1.3d56b2p-27, -0x1.8837ccp-27,
	-0x1.822dbcp-27, -0x1.908c94p-25, 0x1.52486cp-27, -0x1.246ebp-26,
}

// rootTable is what is made of so many of the roots, as float32.
func rootTable(n int, of func(high, low float64) float64) []uint32 {
	table := make([]uint32, n)
	for i := range table {
		k := i * rootCount / n
		table[i] = math.Float32bits(float32(of(rootsHigh[k], rootsLow[k])))
	}
	return table
}

// What is made of them: themselves, what rounding took from them, and which part of them that is.

func rootHigh(high, _ float64) float64   { return high }
func rootLow(_, low float64) float64     { return low }
func rootLost(high, low float64) float64 { return low / high }

// ln2Near is the float32 next to log 2. Multiples n·ln2Near with 13 bits are subtracted from x exactly.
const ln2Near = 0x1.62e43p-1

// squared are the coefficients of (e^r - 1 - r)/r², for |r| ≤ log(2)/32 to 2^-29 and for half of that to 2^-33, beside
// 1.
var squared = map[int][2]float64{
	rootCount / 2: {0.5000162720680237, 0.1666666716337204},
	rootCount:     {0.5000040488719574, 0.1666666716337204},
}

// nearRoot takes x·sign as n·log 2 + r, n being a multiple of 1/roots, which is in the low bits of t as well. It
// returns sign·r.
func (b *Code) nearRoot(x *vec.Value, sign float64, roots int) (r, n, t *vec.Value) {
	magic := b.Number(b.format().magic / float64(roots))
	t = b.madd(x, b.Number(sign*math.Log2E), magic)
	n = b.less(t, magic)
	return b.nmadd(n, b.Number(sign*ln2Near), x), n, t
}

// expTable is e^x for x that is not above the bound of the format, or NaN. Where it is 0 it is made so at the end,
// which waits for nothing.
func (b *Code) expTable(x *vec.Value) *vec.Value {
	const roots = rootCount / 2
	inRange := b.Compare(vec.NotLess, x, b.Number(b.format().least))
	r, n, t := b.nearRoot(x, 1, roots)
	rest := b.nmadd(n, b.Number(math.Ln2-ln2Near), b.permuted(rootTable(roots, rootLost), t))
	c := squared[roots]
	s := b.madd(b.product(r, r), b.madd(r, b.Number(c[1]), b.Number(c[0])), b.sum(r, rest))
	high := b.permuted(rootTable(roots, rootHigh), t)
	return b.ScaleWhere(inRange, b.madd(high, s, high), n)
}

// sigmoidScale keeps e^|x| within the range of float32, and what rounding takes from it.
const sigmoidScale = 0x1p-64

// scaledRoots is a table of roots times sigmoidScale, less what k = roots·n + i adds to the mantissa when it is added
// with a shift of rootShift, so that 2^n alone is multiplied with.
func scaledRoots(roots int, of func(high, low float64) float64) []uint32 {
	table := rootTable(roots, func(high, low float64) float64 { return of(high, low) * sigmoidScale })
	for i := range table {
		table[i] -= uint32(i) << rootShift(roots)
	}
	return table
}

// rootShift is how far the exponent of a float32 lies above the bits that say which of so many roots is meant.
func rootShift(roots int) int { return 24 - bits.Len(uint(roots)) }

// raised is 2^n·sigmoidScale times what is made of the roots, where t is as nearRoot returns it.
func (b *Code) raised(t *vec.Value, roots int, of func(high, low float64) float64) *vec.Value {
	return b.integer(vec.Add, b.permuted(scaledRoots(roots, of), t), b.Shift(vec.ShiftLeft, t, rootShift(roots)))
}

// sigmoidTable is 1/(1 + e^-x). Below 0 it is 1/(1 + E) with E = e^|x|; above it that is what it lacks of 1.
//
// E stays a sum of two numbers, of which the second is less than a fortieth: a reciprocal of both and 1 that is right
// to 14 bits is mended by what its product with each of them leaves of 1. Multiplications are what a core has least
// room for, so the last one also takes the result from 1, or from nothing.
func (b *Code) sigmoidTable(x *vec.Value) *vec.Value {
	if b.Updating {
		return b.sigmoidSoon(x)
	}
	const roots = rootCount / 2
	one, scale, half := b.Number(1), b.Number(sigmoidScale), b.Number(0.5)
	r, n, t := b.nearRoot(b.smaller(b.Number(104), b.Magnitude(x)), 1, roots)
	c := squared[roots]
	s := b.madd(b.product(r, r), b.madd(r, b.Number(c[1]), b.Number(c[0])), b.nmadd(n, b.Number(math.Ln2-ln2Near), r))
	high := b.raised(t, roots, rootHigh)
	rest := b.madd(high, s, b.raised(t, roots, rootLow))
	inverse := b.reciprocal(b.sum(b.sum(high, scale), rest))
	left := b.nmadd(inverse, rest, b.nmadd(inverse, scale, b.nmadd(inverse, high, one)))
	y := b.madd(left, inverse, inverse)
	return b.madd(b.signOf(b.Number(-sigmoidScale), x), y, b.sum(half, b.signOf(half, x)))
}

// sigmoidSoon is sigmoidTable for functions that wait for the result of the call before, with twice the instructions.
// The reciprocal is begun from 1 + r + r² ≈ 1 + r + c, which is known long before e^r; what is out of range is put in
// the place of the results when they are known, and not of x.
func (b *Code) sigmoidSoon(x *vec.Value) *vec.Value {
	const (
		roots = rootCount
		least = -104 // the result is 0, and 1 at most
		most  = 40
		above = math.Ln2 * math.Ln2 / (16 * roots * roots) // half of the largest r²/2
	)
	one, scale := b.Number(1), b.Number(sigmoidScale)
	r, n, t := b.nearRoot(x, -1, roots) // -r
	high := b.raised(t, roots, rootHigh)
	inverse := b.reciprocal(b.madd(high, b.nmadd(n, b.Number(ln2Near), b.less(b.Number(1+above), x)), scale))
	c := squared[roots]
	rest := b.less(b.nmadd(n, b.Number(math.Ln2-ln2Near), b.permuted(rootTable(roots, rootLost), t)), r)
	s := b.madd(b.product(r, r), b.nmadd(r, b.Number(c[1]), b.Number(c[0])), rest)
	den := b.sum(high, scale)
	lost := b.less(b.smaller(high, scale), b.less(den, b.larger(high, scale)))
	left := b.nmadd(inverse, b.madd(high, s, lost), b.nmadd(inverse, den, one))

	inRange := b.Compare(vec.Equal, x, b.larger(b.Number(least), b.smaller(b.Number(most), x)))
	return b.Where(inRange, vec.Mul, b.larger(b.zeros(), b.smaller(one, x)), b.madd(left, inverse, inverse), scale)
}

// reciprocal is 1/x to 14 bits.
func (b *Code) reciprocal(x *vec.Value) *vec.Value {
	return b.apply(vec.Reciprocal, x)
}
