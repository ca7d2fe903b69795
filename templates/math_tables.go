package templates

import (
	"slices"
	"strconv"
	"sync"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// A table is an array of constants that functions for float32 read. It is emitted once a network, before the functions, and
// only with one that reads it. Its values are computed in extended precision, so that every machine emits the same digits.
type table struct {
	suffix  string // what follows the network's name
	doc     string
	readers []expr.Op
	rows    func() [][]float64 // computed once
}

// tables are all there are, in the order they are emitted in.
var tables = []table{
	{"Roots", "are the powers 2^(j/32), for exponentials.",
		[]expr.Op{expr.OpExp, expr.OpExpm1, expr.OpSigmoid, expr.OpTanh}, sync.OnceValue(column(roots))},
	{"Arcs", "are numbers c and their inverse tangents: 0, the middles of quarters of binades from 1/16 to 12,\nand a number that stands for infinity.",
		[]expr.Op{expr.OpAtan}, sync.OnceValue(arcs)},
	{"Turns", "are, for exponents of x from 8j-127 to 8j-120, the bits of 32/pi that tell where on a circle of\n64 parts x lies: the first 29, the next 29, and the next 53.",
		[]expr.Op{expr.OpSin, expr.OpCos}, sync.OnceValue(turns)},
	{"Sines", "are sin(2*pi*j/64).",
		[]expr.Op{expr.OpSin, expr.OpCos}, sync.OnceValue(column(sines))},
	{"Erfs", "are the first eight coefficients of Taylor's series of erf around j/8, in powers of 8x-j.",
		[]expr.Op{expr.OpErf}, sync.OnceValue(erfs)},
}

// readBy says whether one of the functions reads the table.
func (t table) readBy(ops []expr.Op) bool {
	return slices.ContainsFunc(t.readers, func(op expr.Op) bool { return slices.Contains(ops, op) })
}

// column makes a list of numbers a table of one column, which is an array of numbers and not of arrays.
func column(values func() []float64) func() [][]float64 {
	return func() [][]float64 {
		var rows [][]float64
		for _, v := range values() {
			rows = append(rows, []float64{v})
		}
		return rows
	}
}

// table declares a table:
//
//	var irisRoots = [32]float64{1, 1.0218971486541166, …}
//
// or, of several columns,
//
//	var irisArcs = [32][2]float64{
//		{0, 0},
//		…
//	}
func (f *File) table(prefix string, t table) {
	rows := t.rows()
	f.Doc(prefix + t.suffix + " " + t.doc)
	s := f.f.Var().Id(prefix + t.suffix).Op("=").Index(jen.Lit(len(rows)))
	if len(rows[0]) == 1 {
		s.Float64().ValuesFunc(func(g *jen.Group) {
			for _, row := range rows {
				g.Add(exactLiteral(row[0]))
			}
		})
		return
	}
	lines := jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}
	s.Index(jen.Lit(len(rows[0]))).Float64().CustomFunc(lines, func(g *jen.Group) {
		for _, row := range rows {
			g.ValuesFunc(func(g *jen.Group) {
				for _, v := range row {
					g.Add(exactLiteral(v))
				}
			})
		}
	})
}

// exactLiteral is a float64 that reads back as the same: in decimal, or in hexadecimal where that is shorter, as it is for
// numbers of few bits.
func exactLiteral(v float64) *jen.Statement {
	if v == 0 {
		return jen.Lit(0)
	}
	hex := strconv.FormatFloat(v, 'x', -1, 64)
	if len(hex) < len(strconv.FormatFloat(v, 'g', -1, 64)) {
		return jen.Id(hex)
	}
	return jen.Lit(v)
}
