package schedule

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// How much code the formulas of operations are. Those of the catalogue are a few statements and calls, those of users
// may be as long as the grammar allows, and their derivatives longer.

// shortFormula is how many operations a formula has that counts as shortStatements.
const shortFormula, shortStatements = 32, 4

// weigh finds the weights of formulas that are long.
func (s *Schedule) weigh() {
	known := map[expr.Expr]int{}
	for _, op := range s.Program.Ops() {
		m := plan.Elementwise(op)
		if m == nil {
			continue
		}
		n := 0
		for _, set := range m.Sets {
			if _, ok := known[set.Expr]; !ok {
				known[set.Expr] = int(expr.Share("u", set.Expr).Count().Total())
			}
			n += known[set.Expr]
		}
		if n > shortFormula {
			s.weights[m] = n
		}
	}
}

// perElement is how many statements a Map takes for an element.
func (s *Schedule) perElement(m *plan.Map) int { return max(shortStatements, s.weights[m]) }
