package elementary

import (
	"math"
	"math/big"
)

// The error function: polynomials around the multiples of a step.

// erf32 has a row of coefficients for every eighth of the way from 0 to 3.875. Beyond 3.93 the nearest float32 is 1.
// Half an eighth from the middle of a row, its eight terms are good to 2⁻³⁵. The exponent of x is moved by a
// multiplication, which has subnormal arguments right as well: here there is none of which x is the value. The row
// around 0 begins with 0, so that the result is as good in proportion there.
var erf32 = elementary{"is the error function of x, to 0.502 ULP. NaN is returned as it came.", func(b *body) {
	b.text(magnitude + `
		// t = min(8|x|, 31.4), and k is the integer nearest to it: a series around k/8
		t := math.Float64frombits(uint64(min(a, 0x407b8000))<<29) * 0x1p899
		n := t + 0x1.8p52 // the low bits are k
		d := t - (n - 0x1.8p52)
		c := &@Erfs[math.Float64bits(n)&31]
		d2 := d * d
		v := (c[0] + float64(d*c[1])) + float64(d2*(c[2]+float64(d*c[3]))) + float64((d2*d2)*((c[4]+float64(d*c[5]))+float64(d2*(c[6]+float64(d*c[7])))))
		h := math.Float32bits(float32(v)) | b&(1<<31)
		if a > 0x7f800000 {
			h = b
		}
		return math.Float32frombits(h)
	`)
}}

const (
	erfRows32, erfTerms32 = 32, 8
	erfLimit32            = 3.9296875
)

const erf64Doc = "is the error function of x, to 0.65 ULP, and to 0.85 ULP for results below 2^-1000. NaN is " +
	"returned as it came."

// erf64 has a row for every quarter of the way to 6. The coefficient of d is near 1 where the function is small, so
// that d is added first.
var erf64 = elementary{erf64Doc, func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(min(a, 0x4018000000000000)) // |x|, up to 6
		n := 4*t + 0x1.8p52                                  // the low bits are the integer k nearest to 4|x|: a series around k/4
		d := t - 0.25*(n-0x1.8p52)
		c := &@Erfs[math.Float64bits(n)&31]
		d2 := d * d
		d4 := d2 * d2
		p := (c[3] + float64(d*c[4])) + float64(d2*(c[5]+float64(d*c[6])))
		q := (c[7] + float64(d*c[8])) + float64(d2*(c[9]+float64(d*c[10])))
		r := (c[11] + float64(d*c[12])) + float64(d2*c[13])
		sum := c[0] + d
		rest := ((c[0] - sum) + d) + (c[1] + (float64(d*c[2]) + float64(d2*(p+float64(d4*(q+float64(d4*r)))))))
		h := math.Float64bits(sum+rest) | b&(1<<63)
		if a > 0x7ff<<52 {
			h = b
		}
		return math.Float64frombits(h)
	`)
}}

const (
	erfRows64, erfTerms64 = 25, 13
	erfLimit64            = 6
)

// erfSeries are the coefficients of Taylor's series around 0, step, 2·step, …. The function and its first derivative at
// 0 are known; from erf″(x) = -2x·erf′(x) follow the others, and from the sums of the two series the function and its
// derivative a step further.
func erfSeries(rows int, step float64) [][]*big.Float {
	const terms = 100 // those left out are below 2⁻³⁰⁰ a quarter from the middle
	pi := arc(number(1))
	slope := pi.SetMantExp(pi, 2)
	slope.Quo(number(1), slope.Sqrt(slope))
	slope.SetMantExp(slope, 1) // 2/√π
	value := number(0)
	var all [][]*big.Float
	for j := range rows {
		a := []*big.Float{value, slope}
		for n := range terms {
			// (n+1)(n+2)·a[n+2] = -(2c(n+1)·a[n+1] + 2n·a[n])
			v := number(0).Mul(a[n+1], number(2*float64(j)*step*float64(n+1)))
			v.Add(v, number(0).Mul(a[n], number(float64(2*n))))
			a = append(a, v.Quo(v, number(float64(-(n+1)*(n+2)))))
		}
		all = append(all, a)
		value, slope = number(0), number(0)
		power := number(1) // step^(n-1)
		for n, v := range a {
			if n > 0 {
				slope.Add(slope, number(0).Mul(number(0).Mul(v, number(float64(n))), power))
				power.Mul(power, number(step))
			}
			value.Add(value, number(0).Mul(v, power))
		}
	}
	return all
}

// erfs32 are the coefficients in powers of 8x - j, rounded to multiples of 2⁻⁴⁴.
func erfs32() [][]float64 {
	var rows [][]float64
	for _, a := range erfSeries(erfRows32, 1.0/8) {
		var row []float64
		for n, v := range a[:erfTerms32] {
			c, _ := number(0).SetMantExp(v, -3*n).Float64()
			row = append(row, 0+math.RoundToEven(c*0x1p44)*0x1p-44) // no -0
		}
		rows = append(rows, row)
	}
	return rows
}

// erfs64 are the function at j/4 in two parts, its derivative less 1, and coefficients of (erf(j/4+d) - erf(j/4) -
// d·erf′(j/4))/d² for |d| ≤ 1/8.
func erfs64() [][]float64 {
	var rows [][]float64
	for _, a := range erfSeries(erfRows64, 1.0/4) {
		high, _ := a[0].Float64()
		row := floats([]*big.Float{a[0], number(0).Sub(a[0], number(high)), number(0).Sub(a[1], number(1))})
		rows = append(rows, append(row, economize(a[2:2+2*erfTerms64], erfTerms64-3, 1.0/8, false)...))
	}
	return rows
}
