package arm64

import (
	"github.com/backpropgen/backpropgen/gen/arm64/cores"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Alternates says whether a network has functions that go through rows in alternating directions.
func Alternates(p *plan.Program) bool { return assembly.AlternatesAny(set{cores.All[0]}, p) }

// Fields lists where the assembly looks for fields.
func (a *Assembly) Fields() []kernel.Field {
	return assembly.Fields(a.p, a.common.Kernel.Layout, func(name string) bool { return a.Missing(name) == "" })
}
