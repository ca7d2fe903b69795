package amd64

import (
	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Few is how many samples a function of a batch takes one by one sooner than in a tile, for each of Kinds; nil where it
// takes none so. It is predicted from code that does not pause, so that a pause changes nothing.
func (a *Assembly) Few(function string) []int {
	if few, known := a.few[function]; known {
		return few
	}
	a.few[function] = a.findFew(function)
	return a.few[function]
}

// findFew is Few for a function that was not asked for before.
func (a *Assembly) findFew(function string) []int {
	has := func(name string) bool { return a.p.Func(name) != nil && a.Missing(name) == "" }
	if !assembly.TakesFew(a.p, function, has) {
		return nil
	}
	all := a.times(a.p.Func(function))
	lay := kernel.NewTileLayout(a.p, a.Tiling)
	var few []int
	for _, k := range a.Kinds() {
		on := k.Cores
		if len(on) == 0 { // others that have AVX-512
			for i, c := range cores.All {
				if c.Whole() {
					on = append(on, i)
				}
			}
		}
		var times []assembly.Times
		for _, core := range on {
			times = append(times, all[core])
		}
		few = append(few, assembly.FewSamples(a.p, lay, times))
	}
	return few
}

// times are what few samples take through a function of a batch on each of cores.All.
func (a *Assembly) times(fn *plan.Func) []assembly.Times {
	all := make([]assembly.Times, len(cores.All))
	for _, l := range isa.Levels {
		var on []int
		for i, c := range cores.All {
			if c.Wide == (l == isa.AVX512) {
				on = append(on, i)
			}
		}
		a.timesOn(fn, l, on, all)
	}
	return all
}

// timesOn finds the times on some cores, which run the code of a level.
func (a *Assembly) timesOn(fn *plan.Func, l isa.Level, on []int, all []assembly.Times) {
	code, lay := a.code[a.batchForm(fn, l, a.Tiling)], kernel.NewTileLayout(a.p, a.Tiling)
	call, sample := assembly.Copies(a.p, fn.Name)
	predict := func(part *cores.Program, bytes int, kept func(c *cores.Core) cores.Kept,
		arguments map[string]int) []int {
		var list []cores.On
		for _, i := range on {
			list = append(list, cores.On{Core: cores.All[i], Kept: kept(cores.All[i])})
		}
		return cores.Cycles(part, list, bytes, arguments)
	}
	// A tile with one of its samples, and with all. What a function makes of the others depends on how many there are
	// only where it sums up their gradients.
	const given = "samples"
	for _, part := range code.tiled(fn) {
		tile := func(samples int) []int {
			return predict(part, 0, func(*cores.Core) (none cores.Kept) { return none },
				map[string]int{"tiles": 1, given: samples})
		}
		first := tile(1)
		whole := first
		if fn.Name == plan.GradBatch && part.Reads(given) {
			whole = tile(lay.Samples)
		}
		for k, i := range on {
			all[i].First, all[i].All = all[i].First+float64(first[k]), all[i].All+float64(whole[k])
		}
	}
	for _, i := range on {
		all[i].First, all[i].All = all[i].First+call+sample, all[i].All+call+sample*float64(lay.Samples)
	}
	if fn.Name == plan.GradBatch { // it has code for a sample alone
		bytes, kept := a.p.MatrixBytes(fn), func(c *cores.Core) cores.Kept { return a.keptOf(fn, c) }
		few := code.modelled()[assembly.TiledParts:]
		for k, cycles := range predict(few[0], bytes, kept, nil) {
			all[on[k]].One = float64(cycles)
		}
		for _, sums := range few[1:] { // it sums up apart
			first := predict(sums, bytes, kept, map[string]int{kernel.FewSamplesArg: 1})
			last := predict(sums, bytes, kept, map[string]int{kernel.FewSamplesArg: lay.Samples})
			for k, i := range on {
				all[i].FirstSum, all[i].AllSums = float64(first[k]), float64(last[k])
			}
		}
		return
	}
	choice := a.choices[assembly.Single(fn.Name)]
	for _, i := range on {
		all[i].One = float64(choice.Takes(choice.Emitted[choice.Runs[i]], i))
	}
}
