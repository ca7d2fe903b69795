package main

import (
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// costTable has the term of every cost, its derivative and where it has none.
func costTable() (string, error) {
	var rows [][]string
	for _, row := range expr.Costs() {
		row, err := expr.CostOf(spec.Function{Name: row.Name, Params: symbolsOf(spec.CostRole, row.Name)})
		if err != nil {
			return "", err
		}
		weight := "sum"
		if row.Mean {
			weight = "mean"
		}
		rows = append(rows, []string{
			named(spec.CostRole, row.Name), weight, inline(texDistance(row.Term)), inline(texDistance(row.Grad)),
			kinks("a", `c'`, row.Kinks),
		})
	}
	return table([]string{"cost", "", "term " + inline("c(a, y)"), inline(`c' = \partial c/\partial a`),
		"no derivative at"}, rows)
}

// texDistance writes a - y as d, and |d| where it stands, so that the long forms can be read.
func texDistance(e expr.Expr) string {
	if e == expr.Sub(expr.A, expr.Y) {
		return "a - y"
	}
	return tex(replace(e, expr.Sub(expr.A, expr.Y), "d"))
}

// replace puts a variable in the place of an expression where that occurs more than once.
func replace(e, part expr.Expr, by expr.Var) expr.Expr {
	if strings.Count(e.String(), part.String()) < 2 {
		return e
	}
	return expr.Substitute(e, part, by)
}

// fusionTable has the closed forms of a last activation with a cost.
func fusionTable() (string, error) {
	var rows [][]string
	for _, row := range expr.Fusions() {
		rows = append(rows, []string{"`" + row.Activation + "`", "`" + row.Cost + "`", inline(tex(row.Term)),
			inline(tex(row.Delta))})
	}
	return table([]string{"last activation", "cost", "term of the loss, from logits",
		inline(`\nabla_{\mathbf z_L}\mathcal L`) + ", for each output"}, rows)
}

// formulaFunctions are the functions of formulas.
func formulaFunctions() string {
	var names []string
	for _, f := range formula.Functions() {
		names = append(names, "`"+f.Name+"`")
	}
	return strings.Join(names, " ")
}
