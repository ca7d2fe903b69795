package elementary

import (
	"math"
	"math/big"
)

// The inverse tangent. A table has numbers c and their inverse tangents: 0 for |x| < 1/16, one for every quarter of a
// binade from there to 12, and one for what is beyond. Then atan |x| = atan c + atan s with s = (|x| - c)/(1 + c·|x|),
// which is at most 1/12.
const (
	arcCount = 32
	arcStart = 1.0 / 16
)

const atan32Doc = "is the inverse tangent of x, to 0.502 ULP: it is atan(c) + atan(s) with c near |x| and\n" +
	"s = (|x| - c)/(1 + c*|x|). Below 2^-12 it is x to half an ULP; there, and for NaN, x is returned."

// atan32 has four terms of the series, which are good to 2⁻³⁵.
var atan32 = elementary{atan32Doc, func(b *body) {
	b.text(magnitude + `
		t := math.Float64frombits(uint64(a)<<29 + 896<<52)
	` + quarterRow("Arcs", 32, 21, uint64(math.Float32bits(arcStart)), arcCount, arcCount) + `
		s := (t - c[0]) / (1 + float64(t*c[0]))
		s2 := s * s
		q := 1 + float64(s2*(-1.0/3+float64(s2*(1.0/5+float64(s2*(-1.0/7))))))
		h := math.Float32bits(float32(c[1]+float64(s*q))) | b&(1<<31)
		if a-0x39800000 > 0x7f800000-0x39800000 {
			h = b
		}
		return math.Float32frombits(h)
	`)
}}

const atan64Doc = "is the inverse tangent of x, to 0.75 ULP: it is atan(c) + atan(s) with c near |x| and\n" +
	"s = (|x| - c)/(1 + c*|x|). NaN is returned as it came."

// atan64 has the inverse tangent of c in two parts, and s as the quotient rounded: where c is not 0, s is at most an
// eighth of the result, so that what s lacks is a quarter of an ULP.
var atan64 = elementary{atan64Doc, func(b *body) {
	b.constants("t", economize(arcSeries(), 5, 1.0/144, true)...)
	b.text(magnitude + `
		t := math.Float64frombits(min(a, 0x43b0000000000000)) // |x|, up to 2^60
	` + quarterRow("Arcs", 64, 50, math.Float64bits(arcStart), arcCount, arcCount) + `
		s := (t - c[0]) / (1 + float64(t*c[0]))
		s2 := s * s
		s4 := s2 * s2
		p := (t0 + float64(s2*t1)) + float64(s4*((t2+float64(s2*t3))+float64(s4*(t4+float64(s2*t5)))))
		sum := c[1] + s
		rest := ((c[1] - sum) + s) + (float64(float64(s*s2)*p) + c[2])
		h := math.Float64bits(sum+rest) | b&(1<<63)
		if a > 0x7ff<<52 {
			h = b
		}
		return math.Float64frombits(h)
	`)
}}

// arcSeries is that of (atan(s) - s)/s³, in powers of s².
func arcSeries() []*big.Float {
	return series(func(n int) *big.Float {
		if n%2 == 0 {
			return ratio(-1, 2*n+3)
		}
		return ratio(1, 2*n+3)
	})
}

// arcTable has the c and their inverse tangents, in as many parts. Infinity is 2⁶⁰⁰, of which products with an argument
// are finite, and against which any argument is nothing.
func arcTable(parts int) [][]float64 {
	var rows [][]float64
	for j := range arcCount {
		row := []float64{arcCenter(j)}
		rest := arc(number(row[0]))
		for range parts {
			v, _ := rest.Float64()
			rest.Sub(rest, number(v))
			row = append(row, 0+v)
		}
		rows = append(rows, row)
	}
	return rows
}

// arcEnds are the least argument of a row and that of the next.
func arcEnds(j int) (low, high float64) {
	low, high = quarterEnds(arcStart, j)
	if j == arcCount-1 {
		high = math.Inf(1)
	}
	return low, high
}

// arcCenter is the c of a row.
func arcCenter(j int) float64 {
	low, high := arcEnds(j)
	switch j {
	case 0:
		return 0
	case arcCount - 1:
		return 0x1p600
	}
	return (low + high) / 2
}

// arc is the inverse tangent of x ≥ 0: halved by atan x = 2·atan(x/(1 + √(1 + x²))) until its argument is at most 1/16,
// then x - x³/3 + x⁵/5 - …
func arc(x *big.Float) *big.Float {
	s, halvings := number(0).Set(x), 0
	for s.Cmp(number(1.0/16)) > 0 {
		root := number(0).Mul(s, s)
		root.Sqrt(root.Add(root, number(1)))
		s.Quo(s, root.Add(root, number(1)))
		halvings++
	}
	sum, square := number(0), number(0).Mul(s, s)
	for k := precision/4 + 1; k > 0; k -= 2 { // each term has 8 bits less than the one before it
		term := number(0).Quo(number(1), number(float64(k)))
		sum.Sub(term, sum.Mul(sum, square))
	}
	return sum.SetMantExp(sum.Mul(sum, s), halvings)
}
