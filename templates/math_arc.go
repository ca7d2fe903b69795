package templates

import (
	"fmt"
	"math"
	"math/big"

	"github.com/dave/jennifer/jen"
)

// The table of inverse tangents has an entry for |x| < 1/16, one for every quarter of a binade from there to 12, and
// one for what is beyond. An argument is then within 1/12 of its entry, as angles go, and four terms of the series are
// good to 2⁻³⁵.
const (
	arcCount   = 32
	arcQuarter = 21                         // how many bits of a float32 there are below those that tell the quarter
	arcFirst   = 0x3d800000>>arcQuarter - 1 // what comes before the quarter that begins at 1/16
)

// atan32 writes
//
//	j := int32(a>>21) - 0x1eb
//	j &^= j >> 31
//	j -= (j - 31) &^ ((j - 31) >> 31)
//	c := &irisArcs[j&31]
//	s := (t - c[0]) / (1 + t*c[0])
//	s2 := s * s
//	q := 1 + s2*(-1.0/3+s2*(1.0/5+s2*(-1.0/7)))
//	h := math.Float32bits(float32(c[1]+s*q)) | b&(1<<31)
//
// The index is kept within bounds by arithmetic: where a comparison decides on an address, the compiler prefers a jump.
var atan32 = elementary{"is the inverse tangent of x, to 0.502 ULP: it is atan(c) + atan(s) with c near |x| and\ns = (|x| - c)/(1 + c*|x|). Below 2^-12 it is x to half an ULP; there, and for NaN, x is returned.", func(b *Block, prefix string) {
	b.magnitude()
	b.widen(unlimited, 896, "")
	b.Comment("the entry of |x|'s quarter of a binade, of the first or of the last")
	b.Define("j", Value{jen.Int32().Call(jen.Id("a").Op(">>").Lit(arcQuarter)).Op("-").Id(fmt.Sprintf("%#x", arcFirst))})
	b.raw(jen.Id("j").Op("&^=").Id("j").Op(">>").Lit(31))
	last := jen.Parens(jen.Id("j").Op("-").Lit(arcCount - 1))
	b.raw(jen.Id("j").Op("-=").Add(last).Op("&^").Parens(last.Clone().Op(">>").Lit(31)))
	b.Define("c", Value{jen.Op("&").Id(prefix + "Arcs").Index(jen.Id("j").Op("&").Lit(arcCount - 1))})
	b.Define("s", Value{jen.Id("(t - c[0]) / (1 + t*c[0])")})
	b.Define("s2", Mul(Name("s"), Name("s")))
	b.Define("q", Value{jen.Id("1 + s2*(-1.0/3+s2*(1.0/5+s2*(-1.0/7)))")})
	b.Define("h", signed(bits32(Value{jen.Id("c[1] + s*q")})))
	b.choose("h", "a-0x39800000 > 0x7f800000-0x39800000", "b")
	b.Return(unbits32("h"))
}}

// arcs are the c and their inverse tangents. Infinity is 2⁶⁰⁰, of which products with an argument are finite, and
// against which any argument is nothing.
func arcs() [][]float64 {
	rows := [][]float64{{0, 0}}
	for j := 1; j < arcCount; j++ {
		c := float64(math.Float32frombits(uint32(arcFirst+j)<<arcQuarter + 1<<(arcQuarter-1)))
		if j == arcCount-1 {
			c = 0x1p600
		}
		angle, _ := arc(number(c)).Float64()
		rows = append(rows, []float64{c, angle})
	}
	return rows
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

// precision is that of the arithmetic in which tables are computed, in bits. The table that asks for most has 32/π to
// 2⁻²⁰³.
const precision = 320

func number(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }
