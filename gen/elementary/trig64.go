package elementary

import (
	"math"
	"math/big"
)

// Sine and cosine, in float64. The argument is reduced as Payne and Hanek do, whatever its size: where on a circle of
// 64 parts it lies is the product of the bits of x and as many bits of 32/π as matter for its exponent. No float64 but
// 0 is nearer than 2⁻⁵⁷ parts to a quarter of the circle, so that 112 bits after the point tell how near.
//
// What bounds the speed is how many floating-point registers are renamed in flight, not how many instructions there
// are. So the first bits of the product are formed in integers, which are free beside the rest, and all tables are read
// before a number next becomes bits or the other way round: loads further down aren't folded into the operations that
// want them.

const sin64Doc = "is the sine of x, to 0.8 ULP for x of any size. Below 2^-31 it is x to half an ULP, and x is\n" +
	"returned. The sine of an infinity is NaN."

var sin64 = elementary{sin64Doc, func(b *body) {
	b.text(`
		const start = 1 << 57
	` + turn64 + `
		s := float64(x*v[4]) - c[0] // for small x it is x, and t is 0
	` + circle64 + `
		return s - t
	`)
}}

var cos64 = elementary{"is the cosine of x, to 0.8 ULP for x of any size. That of an infinity is NaN.", func(b *body) {
	b.text(`
		const start = 1<<57 + 3<<62 // three quarters further than for the sine, whose opposite is in the table
	` + turn64 + `
		s := c[0]
	` + circle64 + `
		return t + s
	`)
}}

// turn64 writes how far round the circle x is: the nearest part as the row c, and what remains in turn, t2, t3 and t4.
// With x = ±m·2^j units, a row of the tables serves the sixteen j. It has 1/(2π) of a unit in the numbers of partsOf:
// the first is multiplied by m, in integers and so modulo a turn, and the second by the first 26 bits of m, of which
// the product is a multiple of 2⁻⁵⁸ turns too. All else is float64: products of numbers of 27 and 26 bits, and sums of
// two of them, which are exact, but for the last.
const turn64 = `
	// x/(2*pi), modulo 1 and in units of 2^-64, is turn, and the rest in 64ths t2 + t3 + t4; xh has 26 bits and xl 27
	a := math.Float64bits(x)
	xh := math.Float64frombits(a &^ (1<<27 - 1))
	xl := x - xh
	g := a >> 56 & 127
	w := &@Turns[g]
	v := &@Rests[g]
	m := a&(1<<52-1) | 1<<52
	j := a >> 52 & 15
	sign := uint64(int64(a) >> 63)
	turn := ((m<<j)^sign-sign)*w[0] + ((m>>27<<j)^sign-sign)*w[1]
	c := &@Circle[(turn+start)>>58]
	t2 := float64(xl*v[0]) + float64(xh*v[1])
	t3 := float64(xl*v[1]) + float64(xh*v[2])
	t4 := float64(xl*v[2]) + float64(x*v[3])
	c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 := c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10]
`

// circle64 writes t, what the sine of c's part of the circle exceeds that of x by. Its first term is the product of 26
// and 27 bits, exact, since for small sines it is nearly all; rl, which is as large as 2⁻¹⁸ of r where x is nearest to
// a multiple of π, is in the second.
const circle64 = `
	// x is r + rl beyond the part, in 64ths of a turn times 2^64
	e := float64(int64(turn << 6))
	u := t2 + t3
	r := e + u
	rl := ((e - r) + u) + (((t2 - u) + t3) + t4)
	rh := math.Float64frombits(math.Float64bits(r) &^ (1<<27 - 1))
	r2 := r * r
	r4 := r2 * r2
	p := ((c1 + float64(rh*c3)) + float64(r2*(c5+float64(r*c6)))) + float64(r4*((c7+float64(r*c8))+float64(r2*(c9+float64(r*c10)))))
	t := float64(rh*c2) + (p + float64(((r-rh)+rl)*c4))
`

// widestPart is the largest |r|: half a part, and what t2 adds.
const widestPart = 0.5 + 0x1p-11

// circleTable has, for every part of the circle, Taylor's series of the opposite of the sine around it, in parts and
// units of 2⁻⁶⁴: the first coefficient in two numbers, the second as one of 27 bits and another, and the third to the
// eighth so that the polynomial is good to 2⁻⁵⁷.
func circleTable() [][]float64 {
	part := arc(number(1))
	part.SetMantExp(part, -3) // π/32
	var rows [][]float64
	for k := range circle {
		// the derivatives are the sines of what lies one, two and three quarters further
		power := number(1)
		var a []*big.Float
		for n := range seriesTerms {
			v := number(0).Mul(power, angle(k+(n%4+2)*circle/4))
			a = append(a, v.Quo(v, factorial(n)))
			power = number(0).Mul(power, part)
		}
		a = economized(a, 7, widestPart, false)
		row := pieces(a[0], math.Ldexp(1, a[0].MantExp(nil)-53))
		row = append(row, pieces(a[1], 0x1p-30)...)
		row = append(row, floats(a[1:2])...)
		row = append(row, floats(a[2:])...)
		for i := 2; i < len(row); i++ {
			row[i] = math.Ldexp(row[i], -64*max(1, i-3))
		}
		rows = append(rows, row)
	}
	return rows
}

// firstTurn is the first group of sixteen exponents whose rows are read: that of 2⁻³¹. Smaller x are their sines.
const firstTurn = 62

// partsOf are, for the group g of exponents, of which the numbers are multiples of 2^u less than 2^(u+69), the bits of
// 2^u/(2π) after the point: a multiple of 2⁻⁵⁸, three more of 27 bits each, and what follows them.
func partsOf(g int) (u int, parts []*big.Int, rest *big.Float) {
	const bits = 16*128 + 300
	wide := func() *big.Float { return new(big.Float).SetPrec(bits) }
	u = 16*g - 1075
	rest = wide().SetFloat64(0.5)
	rest.Quo(rest, machin(bits))
	rest.SetMantExp(rest, u)
	for _, unit := range []int{0, 58, 58 + 26, 58 + 2*26, 58 + 3*26} {
		near := wide().SetMantExp(rest, unit)
		near.Add(near, wide().SetFloat64(math.Copysign(0.5, float64(near.Sign()))))
		n, _ := near.Int(nil)
		parts = append(parts, n)
		rest.Sub(rest, near.SetMantExp(near.SetInt(n), -unit))
	}
	return u, parts[1:], rest // without whole turns
}

// turnRows has the first two parts for every group, in units of 2⁻⁶⁴ and 2⁻⁹¹ turns.
func turnRows() [][]uint64 {
	var rows [][]uint64
	for g := firstTurn; g < 128; g++ {
		_, parts, _ := partsOf(g)
		rows = append(rows, []uint64{uint64(parts[0].Int64()) << 6, uint64(parts[1].Int64()) << 7})
	}
	return rows
}

// restRows has all but the first part for every group, for products with x in units of 2⁻⁶⁴ parts of the circle, and 1
// where x is small.
func restRows() [][]float64 {
	var rows [][]float64
	for g := range 128 {
		if g < firstTurn {
			rows = append(rows, []float64{0, 0, 0, 0, 1})
			continue
		}
		u, parts, rest := partsOf(g)
		var row []float64
		for i, n := range parts[1:] {
			v, _ := n.Float64()
			row = append(row, math.Ldexp(v, 6+64-u-58-26*(i+1)))
		}
		last, _ := rest.SetMantExp(rest, 6+64-u).Float64()
		rows = append(rows, append(row, last, 0))
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
