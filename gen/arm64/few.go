package arm64

import (
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Few is how many samples a function of a batch takes one by one sooner than in a tile, by the estimate: one number,
// which holds for all cores; none where it takes no samples so.
func (a *Assembly) Few(function string) []int {
	has := func(name string) bool { return len(a.parts[name]) > 0 }
	if !assembly.TakesFew(a.p, function, has) {
		return nil
	}
	lay := kernel.NewTileLayout(a.p, a.config.Tiling)
	parts, one := a.parts[function], a.parts[assembly.Single(function)]
	var t assembly.Times
	if function == plan.GradBatch {
		few := parts[assembly.TiledParts:]
		parts, one = parts[:assembly.TiledParts], few[:1]
		for _, sums := range few[1:] { // of all that it sums up at most, and never less
			t.FirstSum, t.AllSums = sums.Span.Total, sums.Span.Total
		}
	}
	for _, part := range one {
		t.One += part.Span.Total
	}
	call, sample := assembly.Copies(a.p, function)
	for _, part := range parts {
		t.All += part.Span.Total / float64(lay.Tiles)
	}
	t.First, t.All = t.All+call+sample, t.All+call+sample*float64(lay.Samples)
	return []int{assembly.FewSamples(a.p, lay, []assembly.Times{t})}
}
