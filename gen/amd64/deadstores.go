package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
)

// DropDeadStores removes, once a function is finished, the stores to rows of the tile that nothing reads: an operation
// stores its results whether or not those after it find them in registers. Where rows are read in loops all of them
// stay. Other functions read those of the kept area of a function that keeps, which are not at the base of the tile,
// and the ones from live on.
func (f *writer) DropDeadStores(lay *kernel.TileLayout) {
	base, read := f.Bases["b"], map[int]bool{}
	from := avoIn(base)
	for _, n := range f.Nodes {
		i, ok := n.(*ir.Instruction)
		if !ok {
			continue
		}
		at, bytes, load, _ := cores.Access(i)
		for _, o := range i.Operands {
			if mem, ok := o.(operand.Mem); ok && mem.Base == from &&
				(mem.Index != nil || isAddress(i) && mem.Disp != lay.Work) {
				return
			}
		}
		if load && at.Base == from {
			for k := range bytes {
				read[at.Disp+k] = true
			}
		}
	}
	f.Nodes = slices.DeleteFunc(f.Nodes, func(n assembly.Line) bool {
		i, ok := n.(*ir.Instruction)
		if !ok {
			return false
		}
		at, bytes, _, store := cores.Access(i)
		if !store || at.Base != from || at.Disp >= lay.Live && at.Disp < lay.Work {
			return false
		}
		for k := range bytes {
			if read[at.Disp+k] {
				return false
			}
		}
		return true
	})
}
