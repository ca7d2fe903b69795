package elementary

import (
	"math"
	"slices"
	"sync"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
)

// A table is an array of constants that functions read. It is emitted once a network, before the functions, and only
// with one that reads it. Its values are computed in extended precision, so that every machine emits the same digits.
type table struct {
	suffix  string // what follows the network's name
	doc     string
	readers []expr.Op
	rows    func() [][]float64 // computed once; nil where words is not
	words   func() [][]uint64
	first   int // the index of the first row
	length  int // of the array, where it is more than the rows: zeros that an index may reach but no argument does
}

var (
	exponentials = []expr.Op{expr.OpExp, expr.OpExpm1, expr.OpSigmoid, expr.OpTanh, expr.OpPow}
	logarithms   = []expr.Op{expr.OpLog, expr.OpLog1p, expr.OpPow}
	circular     = []expr.Op{expr.OpSin, expr.OpCos}
	arcs         = []expr.Op{expr.OpAtan}
	gaussians    = []expr.Op{expr.OpErf}
)

// tables32 are all there are for float32, in the order they are emitted in.
var tables32 = []table{
	{
		suffix: "Roots", readers: exponentials, rows: once(func() [][]float64 { return firstColumn(roots(32)) }),
		doc: "are the powers 2^(j/32), for exponentials.",
	},
	{
		suffix: "Logs", readers: logarithms, rows: once(func() [][]float64 { return logs(logRows32) }),
		doc: "are numbers c of 13 bits and -log(c), where 1/c is the middle of the j-th of 32 parts of a binade " +
			"from\n0.711 on, for logarithms. Around 1 c is 1.",
	},
	{
		suffix: "Arcs", readers: arcs, rows: once(func() [][]float64 { return arcTable(1) }),
		doc: "are numbers c and their inverse tangents: 0, the middles of quarters of binades from 1/16 to 12,\n" +
			"and a number that stands for infinity.",
	},
	{
		suffix: "Turns", readers: circular, rows: once(turns),
		doc: "are, for exponents of x from 8j-127 to 8j-120, the bits of 32/pi that tell where on a circle of\n" +
			"64 parts x lies: the first 29, the next 29, and the next 53.",
	},
	{
		suffix: "Sines", readers: circular, rows: once(sines),
		doc: "are sin(2*pi*j/64).",
	},
	{
		suffix: "Erfs", readers: gaussians, rows: once(erfs32),
		doc: "are the first eight coefficients of Taylor's series of erf around j/8, in powers of 8x-j.",
	},
}

// tables64 are those for float64.
var tables64 = []table{
	{
		suffix: "Roots", readers: []expr.Op{expr.OpExp, expr.OpExpm1, expr.OpSigmoid, expr.OpPow},
		rows: once(func() [][]float64 { return roots(64) }),
		doc:  "are the powers 2^(j/64), for exponentials, each as the sum of two numbers.",
	},
	{
		suffix: "Splits", readers: []expr.Op{expr.OpSigmoid}, rows: once(splitRoots),
		doc: "are the powers 2^(j/64), each as the sum of a number of 26 bits and another.",
	},
	{
		suffix: "Sides", readers: []expr.Op{expr.OpSigmoid}, rows: once(sides),
		doc: "are, for positive and for negative arguments of sigmoid, what a multiple of a quotient is added to, " +
			"and the\nmultiple.",
	},
	{
		suffix: "Logs", readers: logarithms, rows: once(func() [][]float64 { return logs(logRows64, 0x1p-42) }),
		doc: "are numbers c of 13 bits and -log(c) as the sum of a multiple of 2^-42 and another number, where 1/c " +
			"is the\nmiddle of the j-th of 64 parts of a binade from 0.707 on, for logarithms. Around 1 c is 1.",
	},
	{
		suffix: "Arcs", readers: arcs, rows: once(func() [][]float64 { return arcTable(2) }),
		doc: "are numbers c and their inverse tangents, as sums of two numbers: 0, the middles of quarters of " +
			"binades from\n1/16 to 12, and a number that stands for infinity.",
	},
	{
		suffix: "Turns", readers: circular, words: sync.OnceValue(turnRows), first: firstTurn, length: 128,
		doc: "are, for exponents of x from 16j-1023 to 16j-1008, the bits of 1/(2*pi) that tell where on a circle x " +
			"lies: the\nfirst 58, and 26 more as one signed number, both above as many zeros as make them bits " +
			"of a turn.",
	},
	{
		suffix: "Rests", readers: circular, rows: once(restRows),
		doc: "are the bits of 1/(2*pi) after the first 58, in 64ths of a turn times 2^64: thrice 26, and the rest; " +
			"and 1 where the\nsine of x is x.",
	},
	{
		suffix: "Circle", readers: circular, rows: once(circleTable),
		doc: "has the polynomials of -sin(2*pi*(j+r)/64) in r*2^64: the first coefficient as the sum of two numbers, " +
			"the second as\none of 27 bits and another and their sum, and six more.",
	},
	{
		suffix: "Tanhs", readers: []expr.Op{expr.OpTanh}, rows: once(tanhs), length: 32,
		doc: "are, for c = 0 and for the middles c of quarters of binades from 1/8 to 20, tanh(c) as the sum of two " +
			"numbers, the\nderivative there rounded to 0 or 1, what it lacks, and the coefficients of a " +
			"polynomial in d for what is left of\ntanh(c + d), divided by d^2.",
	},
	{
		suffix: "Erfs", readers: gaussians, rows: once(erfs64), length: 32,
		doc: "are erf(j/4) as the sum of two numbers, its derivative there less 1, and the coefficients of a " +
			"polynomial\nin d for what is left of erf(j/4 + d), divided by d^2. Beyond 6, erf is 1 to 17 digits.",
	},
}

// once computes a table when it is first asked for.
func once(rows func() [][]float64) func() [][]float64 { return sync.OnceValue(rows) }

// readBy says whether one of the functions reads the table.
func (t table) readBy(ops []expr.Op) bool {
	return slices.ContainsFunc(t.readers, func(op expr.Op) bool { return slices.Contains(ops, op) })
}

// firstColumn is the table without what its numbers lack.
func firstColumn(rows [][]float64) [][]float64 {
	var first [][]float64
	for _, row := range rows {
		first = append(first, row[:1])
	}
	return first
}

// declared is the table as it is emitted.
func (t table) declared(prefix string) *code.Table {
	d := &code.Table{Name: prefix + t.suffix, Doc: prefix + t.suffix + " " + t.doc, Elem: code.Uint64,
		First: t.first, Len: t.length}
	if t.words != nil {
		d.Rows = t.words()
	} else {
		d.Elem = code.Float64
		for _, row := range t.rows() {
			var bits []uint64
			for _, v := range row {
				bits = append(bits, math.Float64bits(v))
			}
			d.Rows = append(d.Rows, bits)
		}
	}
	d.Len = max(d.Len, d.First+len(d.Rows))
	return d
}
