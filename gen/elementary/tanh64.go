package elementary

import (
	"fmt"
	"math"
	"math/big"
)

// The hyperbolic tangent, in float64: polynomials around the middles of quarters of binades, which are as wide as its
// changes allow, since it is the flatter the larger its argument. Beyond 20 it is 1 to 17 digits.
const (
	tanhRows, tanhTerms = 30, 14
	tanhStart, tanhEnd  = 1.0 / 8, 20
)

const tanh64Doc = "is the hyperbolic tangent of x, to 0.6 ULP: a polynomial in d, the distance of |x| from\n" +
	"the middle of a quarter of a binade, or for small x from 0. NaN is returned as it came."

// tanh64 adds d first where the derivative is near 1, and nothing where it is below a half: what is left then is so
// small that its roundings don't matter.
var tanh64 = elementary{tanh64Doc, func(b *body) {
	b.text(magnitude + quarterRow("Tanhs", 64, 50, math.Float64bits(tanhStart), tanhRows, 32) + fmt.Sprintf(`
		u := min(a, %#x) // |x|, up to a little less than 20
		middle := math.Float64frombits((u&^(1<<50-1) | 1<<49) &^ uint64((j-1)>>63)) // 0 in the first row
		d := math.Float64frombits(u) - middle
		d2 := d * d
		d4 := d2 * d2
		p := (c[4] + float64(d*c[5])) + float64(d2*(c[6]+float64(d*c[7])))
		q := (c[8] + float64(d*c[9])) + float64(d2*(c[10]+float64(d*c[11])))
		r := (c[12] + float64(d*c[13])) + float64(d2*(c[14]+float64(d*c[15])))
		step := float64(d * c[2])
		sum := c[0] + step
		rest := ((c[0] - sum) + step) + (c[1] + (float64(d*c[3]) + float64(d2*(p+float64(d4*(q+float64(d4*r)))))))
		h := math.Float64bits(sum+rest) | b&(1<<63)
		if a > 0x7ff<<52 {
			h = b
		}
		return math.Float64frombits(h)
	`, math.Float64bits(tanhEnd)-1))
}}

// tanhs are, for every row with the middle c, tanh c in two parts, 1 where the derivative there is nearer to 1 than to
// 0 and else 0, what the derivative is beyond that, and coefficients of (tanh(c+d) - tanh(c) - d·tanh′(c))/d².
func tanhs() [][]float64 {
	var rows [][]float64
	for j := range tanhRows {
		low, high := quarterEnds(tanhStart, j)
		c, widest := (low+high)/2, (high-low)/2
		if j == 0 {
			c, widest = 0, tanhStart
		}
		a := tanhSeries(c)
		first, _ := a[0].Float64()
		slope, _ := a[1].Float64()
		slope = math.Round(slope)
		row := floats([]*big.Float{a[0], number(0).Sub(a[0], number(first)), number(slope),
			number(0).Sub(a[1], number(slope))})
		rows = append(rows, append(row, economize(a[2:], tanhTerms-3, widest, false)...))
	}
	return rows
}

// tanhSeries are the coefficients of Taylor's series around c. They follow from tanh′ = 1 - tanh².
func tanhSeries(c float64) []*big.Float {
	e := exponential(number(2 * c))
	value := number(0).Quo(number(0).Sub(e, number(1)), number(0).Add(e, number(1)))
	a := []*big.Float{value}
	for n := range 44 {
		v := number(0)
		if n == 0 {
			v = number(1)
		}
		for i := range a {
			v.Sub(v, number(0).Mul(a[i], a[n-i]))
		}
		a = append(a, v.Quo(v, number(float64(n+1))))
	}
	return a
}
