package amd64

import (
	"slices"
	"strings"

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
	f.dropUnread("b", lay.Work, func(at int) bool { return at < lay.Live || at >= lay.Work })
}

// DropDeadScratch removes from a finished function of one sample the stores to scratch of the workspace that nothing
// reads.
func (f *writer) DropDeadScratch(l kernel.Layout) {
	if f.Bases["ws"] != nil {
		f.dropUnread("ws", -1, func(at int) bool { return l.Scratch <= at && at < l.ScratchEnd })
	}
}

// dropUnread removes stores to places that an argument points to which nothing reads and which may be left out. All
// stay where some are read or written in loops, or by another address than its own, the one at some distance.
func (f *writer) dropUnread(argument string, own int, may func(at int) bool) {
	read, from := map[int]bool{}, avoIn(f.Bases[argument])
	for _, n := range f.Nodes {
		i, ok := n.(*ir.Instruction)
		if !ok {
			continue
		}
		at, bytes, load, _ := cores.Access(i)
		for _, o := range i.Operands {
			if mem, ok := o.(operand.Mem); ok && mem.Base == from &&
				(mem.Index != nil || isAddress(i) && mem.Disp != own) {
				return
			}
			if o == operand.Op(from) && own < 0 && !strings.Contains(i.Operands[0].Asm(), "(FP)") { // it is copied
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
		if !store || at.Base != from || !may(at.Disp) {
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
