package assembly

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Which functions go through the rows of matrices upwards and downwards in alternation (gen/kernel/alternate.go).

// Alternates says whether the code of a function is to alternate: one of one sample that goes over more than the first
// cache holds and doesn't come back over what it read, as an update does, or over rows, as some derivatives do.
func Alternates(s InstructionSet, p *plan.Program, fn *plan.Func) bool {
	return !fn.Batch && fn.Name != plan.Step && plan.SignatureOf(fn.Name).Derivative == "" && large(s, p, fn)
}

// large says whether a function goes over more for a sample than the first cache holds.
func large(s InstructionSet, p *plan.Program, fn *plan.Func) bool {
	return p.MatrixBytes(fn) > s.FirstCache()
}

// AlternatesAny says whether a network has functions that would alternate.
func AlternatesAny(s InstructionSet, p *plan.Program) bool {
	return slices.ContainsFunc(p.Funcs, func(fn *plan.Func) bool { return Alternates(s, p, fn) })
}
