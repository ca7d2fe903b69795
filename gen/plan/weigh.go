package plan

import "github.com/backpropgen/backpropgen/gen/expr"

// How much code the formulas of operations are. Those of the catalogue are a few statements and calls, those of users
// may be as long as the grammar allows, and their derivatives longer.

// shortFormula is how many operations a formula has that counts as shortStatements.
const shortFormula, shortStatements = 32, 4

// weigh finds the weights of formulas that are long.
func weigh(p *Program) {
	known := map[expr.Expr]int{}
	for _, op := range p.Ops() {
		m := elementwise(op)
		if m == nil {
			continue
		}
		n := 0
		for _, s := range m.Sets {
			if _, ok := known[s.Expr]; !ok {
				known[s.Expr] = int(expr.Share("u", s.Expr).Count().Total())
			}
			n += known[s.Expr]
		}
		if m.weight = 0; n > shortFormula {
			m.weight = n
		}
	}
}

// statements is how many statements a Map takes for an element.
func (m *Map) statements() int { return max(shortStatements, m.weight) }
