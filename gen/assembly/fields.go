package assembly

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Fields lists where assembly looks for the fields of the parameters, of the workspace and, where it has functions of
// batches, of the batch, in their order. Where it goes from one workspace to the next, it needs their size as well,
// which has no name.
func Fields(p *plan.Program, layout kernel.Layout, has func(function string) bool) []kernel.Field {
	fields := slices.Clone(layout.Fields)
	if !slices.ContainsFunc(p.Funcs, func(fn *plan.Func) bool { return fn.Batch && has(fn.Name) }) {
		return fields
	}
	batch := p.Network.Name + "Batch"
	fields = append(fields, kernel.Field{Struct: batch, Name: "tiles", Offset: 0})
	if l := kernel.NewTileLayout(p, kernel.Tiling{}); l.Ordered {
		fields = append(fields, kernel.Field{Struct: batch, Name: "losses", Offset: l.Losses})
	}
	if p.Func(plan.GradBatch) != nil && has(plan.GradBatch) && SumsApart(p) {
		fields = append(fields, kernel.Field{Struct: p.Network.Name + "Workspace", Offset: layout.Space})
	}
	return fields
}
