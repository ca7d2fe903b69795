package templates

import (
	"fmt"
	"math"
	"math/big"

	"github.com/dave/jennifer/jen"
)

// The table of the error function has a row of coefficients for every eighth of the way from 0 to 3.875. Beyond 3.93 the nearest
// float32 is 1. Half an eighth from the middle of a row, its eight terms are good to 2⁻³⁵.
const (
	erfRows, erfTerms = 32, 8
	erfLimit          = 3.9296875
)

// erf32 writes
//
//	t := math.Float64frombits(uint64(min(a, 0x407b8000))<<29) * 0x1p899
//	n := t + 0x1.8p52
//	d := t - (n - 0x1.8p52)
//	c := &irisErfs[math.Float64bits(n)&31]
//	d2 := d * d
//	v := (c[0] + d*c[1]) + d2*(c[2]+d*c[3]) + (d2*d2)*((c[4]+d*c[5])+d2*(c[6]+d*c[7]))
//	h := math.Float32bits(float32(v)) | b&(1<<31)
//
// The exponent is moved by a multiplication, which has subnormal arguments right as well: here there is none of which x is
// the value. The row around 0 begins with 0, so that the result is as good in proportion there.
var erf32 = elementary{"is the error function of x, to 0.502 ULP. NaN is returned as it came.", func(b *Block, prefix string) {
	b.magnitude()
	b.Comment("t = min(8|x|, …), and k is the integer nearest to it: a series around k/8")
	b.Define("t", Value{jen.Qual("math", "Float64frombits").Call(
		jen.Uint64().Call(jen.Min(jen.Id("a"), jen.Id(fmt.Sprintf("%#x", math.Float32bits(erfLimit))))).Op("<<").Lit(29)).Op("*").Id("0x1p899")})
	b.Define("n", Value{jen.Id("t").Op("+").Id("0x1.8p52").Comment("// the low bits are k")})
	b.Define("d", Value{jen.Id("t - (n - 0x1.8p52)")})
	b.Define("c", Value{jen.Op("&").Id(prefix + "Erfs").Index(jen.Qual("math", "Float64bits").Call(jen.Id("n")).Op("&").Lit(erfRows - 1))})
	b.Define("d2", Mul(Name("d"), Name("d")))
	b.Define("v", Value{jen.Id("(c[0] + d*c[1]) + d2*(c[2]+d*c[3]) + (d2*d2)*((c[4]+d*c[5])+d2*(c[6]+d*c[7]))")})
	b.Define("h", signed(bits32(Name("v"))))
	b.choose("h", "a > 0x7f800000", "b")
	b.Return(unbits32("h"))
}}

// erfs are the coefficients of Taylor's series around j/8, in eighths, rounded to multiples of 2⁻⁴⁴. The function and its first
// derivative at 0 are known; from erf″(x) = -2x·erf′(x) follow the others, and from the sums of the two series the function
// and its derivative an eighth further.
func erfs() [][]float64 {
	const terms = 64 // those left out are below 2⁻³⁰⁰
	pi := arc(number(1))
	slope := pi.SetMantExp(pi, 2)
	slope.Quo(number(1), slope.Sqrt(slope))
	slope.SetMantExp(slope, 1-3) // 2/√π, for a step of an eighth
	value := number(0)
	var rows [][]float64
	for j := range erfRows {
		a := []*big.Float{value, slope}
		for n := range terms {
			// (n+1)(n+2)·a[n+2] = -(2j(n+1)·a[n+1] + 2n·a[n])/64
			v := number(0).Mul(a[n+1], number(float64(2*j*(n+1))))
			v.Add(v, number(0).Mul(a[n], number(float64(2*n))))
			a = append(a, v.Quo(v, number(float64(-64*(n+1)*(n+2)))))
		}
		var row []float64
		for _, v := range a[:erfTerms] {
			c, _ := v.Float64()
			row = append(row, 0+math.RoundToEven(c*0x1p44)*0x1p-44) // no -0
		}
		rows = append(rows, row)
		value, slope = number(0), number(0)
		for n, v := range a {
			value.Add(value, v)
			slope.Add(slope, number(0).Mul(v, number(float64(n))))
		}
	}
	return rows
}
