package functions

import "github.com/backpropgen/backpropgen/gen/vec"

// tanhPieces are intervals of |x| and for each of them a point c within, tanh(c), and the coefficients of (tanh(x) -
// tanh(c))/(x - c) as a polynomial in x - c. The points are chosen so that tanh(c), and where it matters the first
// coefficient too, is a float32 but for some hundredths of an ULP. In the first interval the coefficients are those of
// tanh(x)/x - 1. The largest error is 0.16 ULP.
//
// The intervals are the eighths of octaves of |x| + 1: from 0 to 1 they are 1/8 long, up to 3 twice that, and so on;
// beyond 9 tanh is 1.
var tanhPieces = [...][7]float64{
	{0, 0, 0, 0x1.b59782p-26, -0x1.555704p-2, 0x1.eca8bap-13, 0x1.0c5b28p-3},
	{0x1.7b1efep-3, 0x1.76d956p-3, 0x1.eed902p-1, -0x1.6a4ab6p-3, -0x1.28bd16p-2, 0x1.ca44p-4, 0x1.888caep-4},
	{0x1.4756ap-2, 0x1.3ca04cp-2, 0x1.cf0c7cp-1, -0x1.1e5a9p-2, -0x1.b84fcp-3, 0x1.46478ap-3, 0x1.5ca1eap-5},
	{0x1.c55568p-2, 0x1.a9de4ep-2, 0x1.a77184p-1, -0x1.6035a8p-2, -0x1.0fa60ap-3, 0x1.5b8fc6p-3, -0x1.394f96p-8},
	{0x1.23167ep-1, 0x1.074fa8p-1, 0x1.78959ep-1, -0x1.835714p-2, -0x1.9ef276p-5, 0x1.37d5b8p-3, -0x1.4781b4p-5},
	{0x1.5d21eep-1, 0x1.2f7d4ep-1, 0x1.4c1b12p-1, -0x1.89b652p-2, 0x1.7e984cp-7, 0x1.eefea8p-4, -0x1.cc54a2p-5},
	{0x1.a00e84p-1, 0x1.5790fap-1, 0x1.197518p-1, -0x1.79bb9p-2, 0x1.07526cp-4, 0x1.482e2ep-4, -0x1.0118d4p-4},
	{0x1.dc7922p-1, 0x1.7635c4p-1, 0x1.dcfedcp-2, -0x1.5ca046p-2, 0x1.7f38ap-4, 0x1.722594p-5, -0x1.b81dcp-5},
	{0x1.1eba4p0, 0x1.9d7b04p-1, 0x1.6429dap-2, -0x1.1fa178p-2, 0x1.c63d32p-4, 0x1.1d4208p-8, -0x1.07814ap-5},
	{0x1.603f62p0, 0x1.c29542p-1, 0x1.cddddap-3, -0x1.9676d2p-3, 0x1.97805ep-4, -0x1.5bbfd2p-6, -0x1.3466e2p-7},
	{0x1.a360a2p0, 0x1.dabc86p-1, 0x1.1f42aap-3, -0x1.0a5a98p-3, 0x1.2e6eb8p-4, -0x1.9a5528p-6, 0x1.a6e256p-10},
	{0x1.de5eep0, 0x1.e82d4p-1, 0x1.744ddp-4, -0x1.62fb12p-4, 0x1.acb91p-5, -0x1.581838p-6, 0x1.2e70c4p-8},
	{0x1.0f3476p1, 0x1.f16bep-1, 0x1.cbdfb6p-5, -0x1.bec724p-5, 0x1.18c2ep-5, -0x1.f010c4p-7, 0x1.2aceep-8},
	{0x1.30d0bcp1, 0x1.f753bp-1, 0x1.133038p-5, -0x1.0e86a2p-5, 0x1.5c6ec6p-6, -0x1.44ec04p-7, 0x1.baa59p-9},
	{0x1.502f96p1, 0x1.faab86p-1, 0x1.5357f6p-6, -0x1.4fcfd2p-6, 0x1.b665ep-7, -0x1.a44954p-8, 0x1.346358p-9},
	{0x1.6ec34p1, 0x1.fcb01ep-1, 0x1.a691fap-7, -0x1.a3d792p-7, 0x1.144e5ep-7, -0x1.0c9e58p-8, 0x1.78e426p-10},
	{0x1.a29f54p1, 0x1.fe864p-1, 0x1.7934a6p-8, -0x1.781c6cp-8, 0x1.f2848cp-9, -0x1.f091c2p-10, 0x1.8d1758p-11},
	{0x1.e3b994p1, 0x1.ff7748p-1, 0x1.114b7cp-9, -0x1.11005ep-9, 0x1.6b3058p-10, -0x1.6cc2b4p-11, 0x1.298bc2p-12},
	{0x1.0f133ap2, 0x1.ffc91cp-1, 0x1.b7087ep-11, -0x1.b6d954p-11, 0x1.245ffp-11, -0x1.25dec8p-12, 0x1.c76014p-14},
	{0x1.2e66f2p2, 0x1.ffeb6p-1, 0x1.49f95cp-12, -0x1.49eaf4p-12, 0x1.b7db44p-13, -0x1.bab494p-14, 0x1.544d96p-15},
	{0x1.518f3p2, 0x1.fff92p-1, 0x1.b7fd52p-14, -0x1.b80d02p-14, 0x1.24debcp-14, -0x1.23a75ap-15, 0x1.131866p-16},
	{0x1.716f52p2, 0x1.fffd76p-1, 0x1.44ffacp-15, -0x1.452416p-15, 0x1.b01f3ap-16, -0x1.a82f7cp-17, 0x1.c9b5e4p-18},
	{0x1.90ca28p2, 0x1.ffff0cp-1, 0x1.e7fcbep-17, -0x1.e73666p-17, 0x1.46f96ap-17, -0x1.62808p-18, 0x1.dded98p-21},
	{0x1.b0b466p2, 0x1.ffffa6p-1, 0x1.67ff5cp-18, -0x1.67d9cap-18, 0x1.e07fb4p-19, -0x1.ed7092p-20, 0x1.5810a6p-21},
	{0x1.e0d5c4p2, 0x1.ffffecp-1, 0x1.3ffff4p-20, -0x1.3fe24p-20, 0x1.aa6916p-21, -0x1.b92fd4p-22, 0x1.63aea8p-23},
	{0x1.154246p3, 0x1.fffffep-1, 0x1.ffffecp-24, -0x1.ffc232p-24, 0x1.53b6b4p-24, -0x1.5d2a18p-25, 0x1.518c54p-26},
	{0x1.24p3, 1, 0, 0, 0, 0, 0},
}

// tanhTables are the columns of tanhPieces as tables by the last bits of the exponent of |x| + 1 and the first ones of
// its mantissa.
var tanhTables = func() (columns [7][tableLength]float64) {
	const first = 0x3f800000 >> tanhShift // of 1
	for i, piece := range tanhPieces {
		for k, v := range piece {
			columns[k][(first+i)%tableLength] = v
		}
	}
	return columns
}()

// tanhShift is how many bits of a float32 are below those that tell the intervals apart.
const tanhShift = 23 - 3

// tanhTable is the hyperbolic tangent.
func (b *Code) tanhTable(x *vec.Value) *vec.Value {
	a := b.smaller(b.Number(9.2), b.Magnitude(x))
	at := b.Shift(vec.ShiftRight, b.sum(a, b.Number(1)), tanhShift)
	column := func(k int) *vec.Value { return b.lookup(&tanhTables[k], at) }
	d := b.less(a, column(0))
	// In the first interval tanh(c) is 0 and x itself is added; in others it is larger than x - c.
	near := func() *vec.Value { return b.larger(column(1), d) }
	if b.Many { // each is looked up when it is needed, and takes no register before
		slope := column(6)
		for k := 5; k > 1; k-- {
			slope = b.madd(slope, d, column(k))
		}
		return b.signOf(b.madd(slope, d, near()), x)
	}
	// What is next to the first coefficient is rounded but once.
	slope := b.madd(d, b.joined(d, []*vec.Value{column(3), column(4), column(5), column(6)}), column(2))
	if b.Updating { // an operation more, so that the sign is there before the slope is
		return b.madd(slope, b.signOf(d, x), b.signOf(near(), x))
	}
	return b.signOf(b.madd(slope, d, near()), x)
}
