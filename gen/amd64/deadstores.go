package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/kernel"
)

// dropDeadStores removes, once a function is finished, the stores to rows of the tile that nothing reads: an operation
// stores its results whether or not those after it find them in registers. Where rows are read in loops all of them
// stay. Other functions read those of the kept area of a function that keeps, which are not at the base of the tile,
// and the ones from live on.
func (f *function) dropDeadStores(lay *kernel.TileLayout) {
	base, read := f.bases["b"], map[int]bool{}
	from := registerIn(base)
	for _, n := range f.fn.Nodes {
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
	f.fn.Nodes = slices.DeleteFunc(f.fn.Nodes, func(n ir.Node) bool {
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
