package templates

import (
	"fmt"
	"math"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// table is a table:
//
//	var irisRoots = [32]float64{1, 1.0218971486541166, …}
//
// or, of several columns,
//
//	var irisArcs = [32][2]float64{
//		{0, 0},
//		…
//	}
func (f *File) table(t *code.Table) {
	s := f.f.Var().Id(t.Name).Op("=").Index(jen.Lit(t.Len))
	if len(t.Rows[0]) == 1 {
		s.Id(t.Elem.String()).ValuesFunc(func(g *jen.Group) {
			for _, row := range t.Rows {
				g.Add(entry(t.Elem, row[0]))
			}
		})
		return
	}
	lines := jen.Options{Open: "{", Close: "}", Separator: ",", Multi: true}
	s.Index(jen.Lit(len(t.Rows[0]))).Id(t.Elem.String()).CustomFunc(lines, func(g *jen.Group) {
		for i, row := range t.Rows {
			line := jen.ValuesFunc(func(g *jen.Group) {
				for _, bits := range row {
					g.Add(entry(t.Elem, bits))
				}
			})
			if i == 0 && t.First > 0 {
				line = jen.Lit(t.First).Op(":").Add(line)
			}
			g.Add(line)
		}
	})
}

// entry is an entry of a table.
func entry(kind code.Kind, bits uint64) *jen.Statement {
	if kind == code.Float64 {
		return jen.Id(code.Exact(math.Float64frombits(bits)))
	}
	return jen.Id(fmt.Sprintf("%#x", bits))
}
