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
	has := func(name string) bool { return a.p.Func(name) != nil && a.Missing(name) == "" }
	if !assembly.TakesFew(a.p, function, has) {
		return nil
	}
	f := a.fewOf(a.p.Func(function))
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
			times = append(times, f.times(core))
		}
		few = append(few, assembly.FewSamples(a.p, lay, times))
	}
	return few
}

// few is a function of a batch whose times of few samples are predicted.
type few struct {
	a   *Assembly
	fn  *plan.Func
	lay *kernel.TileLayout
	// tiled is its code for tiles at every level, and one that of GradBatch for a sample alone.
	tiled map[isa.Level][]*cores.Program
	one   map[isa.Level]*cores.Program
}

// fewOf reads the code of a function.
func (a *Assembly) fewOf(fn *plan.Func) *few {
	f := &few{a: a, fn: fn, lay: kernel.NewTileLayout(a.p, a.Tiling), tiled: map[isa.Level][]*cores.Program{},
		one: map[isa.Level]*cores.Program{}}
	for _, l := range isa.Levels {
		code := a.code[a.batchForm(fn, l, a.Tiling)]
		for _, part := range code.tiled(fn) {
			f.tiled[l] = append(f.tiled[l], cores.Read(part))
		}
		if fn.Name == plan.GradBatch {
			f.one[l] = cores.Read(code.parts[len(code.parts)-1])
		}
	}
	return f
}

// times are what samples take on a core of cores.All.
func (f *few) times(core int) (t assembly.Times) {
	a, c, level := f.a, cores.All[core], isa.AVX2
	if c.Wide {
		level = isa.AVX512
	}
	call, sample := assembly.Copies(a.p, f.fn.Name)
	tile := func(samples int) float64 {
		cycles := 0
		for _, part := range f.tiled[level] {
			cycles += c.Cycles(part, 0, cores.Kept{}, map[string]int{"tiles": 1, "samples": samples})
		}
		return float64(cycles) + call + sample*float64(samples)
	}
	t.First = tile(1)
	t.All = t.First + sample*float64(f.lay.Samples-1)
	if one := f.one[level]; one != nil {
		t.All = tile(f.lay.Samples)
		t.One = float64(c.Cycles(one, a.p.MatrixBytes(f.fn), a.keptOf(f.fn, c), nil))
		return t
	}
	choice := a.choices[assembly.Single(f.fn.Name)]
	t.One = float64(choice.Takes(choice.Emitted[choice.Runs[core]], core))
	return t
}
