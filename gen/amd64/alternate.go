package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Which functions go through the rows of matrices upwards and downwards in alternation (gen/kernel/alternate.go).

// alternates says whether the code of a function is to alternate: one of one sample that goes over more than the first
// cache holds and doesn't come back over what it read, as an update does.
func alternates(c *cores.Core, p *plan.Program, fn *plan.Func) bool {
	return !fn.Batch && fn.Name != plan.Step && p.MatrixBytes(fn) > c.FirstCache
}

// alternatesAny says whether a network has functions that would alternate.
func alternatesAny(c *cores.Core, p *plan.Program) bool {
	return slices.ContainsFunc(p.Funcs, func(fn *plan.Func) bool { return alternates(c, p, fn) })
}

// DirectionField is the name of the number that the workspace must end with, empty where none is needed.
func (a *Assembly) DirectionField() string {
	if alternatesAny(a.common.core, a.p) {
		return kernel.DirectionField
	}
	return ""
}
