package elementary

// The sigmoid, in float64. Without a bound on the error it would be a quotient; here the quotient is formed in two
// parts, the second of what the first leaves, and its divisor from a shorter series than its numerator, so that the
// division begins early.

const sigmoid64Doc = "is 1/(1 + exp(-x)), to 0.8 ULP: with z = exp(-|x|) it is z/(1 + z) for negative x, and what " +
	"that lacks of 1\nfor others."

var sigmoid64 = elementary{sigmoid64Doc, func(b *body) {
	exp64Constants(b, 3)
	b.text(`
		b := math.Float64bits(x)
		a := b | 1<<63
		if a-0xc087500000000000 <= 0xfff<<52-0xc087500000000000 {
			a = 0xc087500000000000 // -746, but NaN stays
		}
		t := math.Float64frombits(a) // -|x|
	` + exp64Reduction + `
		parts := &@Splits[k&63]
		c0, h, hl := c[0], parts[0], parts[1]
		side := &@Sides[b>>63]
		y, scale := side[0], side[1]
		// exp(r) - 1 to its third power, and z = exp(t) and 1/(1 + z) by that; f = 2^(e+64), as 2^e may be no float64
		q := r + float64(r2*(e0+float64(r*e1)))
		f := math.Float64frombits(k>>6<<52 + (1023+64)<<52)
		g := f * 0x1p-64
		z := float64(c0 * g)
		inv := 1 / ((1 + z) + float64(z*q))
		// exp(t) = 2^e*(h + w)
		w := float64(c0*(q+float64((r2*r2)*(e2+float64(r*e3))))) + hl
		// (h + w)/(1 + z): a quotient v of 26 bits, whose product with h is exact, and what the remainder adds to it
		const round = 0x1.8p27
		v := (float64((h+w)*inv) + round) - round
		rest := ((h - v) - float64(v*(h*g))) + (w - float64(v*(w*g)))
		return (y + float64(v*f*scale)) + float64(rest*(inv*(f*scale)))
	`)
}}

// sides are 1 less or 0 more than the quotient.
func sides() [][]float64 { return [][]float64{{1, -0x1p-64}, {0, 0x1p-64}} }
