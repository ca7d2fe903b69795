package amd64

import (
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
)

// On Golden Cove a store across two lines from the second cache takes up to twice as long as one within a line, unless
// both lines were fetched before it. So in a style of its own each large store has its last line fetched first; the
// line before came with the store before. Lines in the first cache take as long either way.

// fetchedBytes is how large such a store is.
const fetchedBytes = 32

// fetchLines has the last line of every large store of a finished function fetched before the store, but for those to
// the frame, which is always in the first cache.
func fetchLines(fn *ir.Function) {
	var nodes []ir.Node
	for _, n := range fn.Nodes {
		if i, ok := n.(*ir.Instruction); ok {
			at, bytes, _, store := cores.Access(i)
			if store && bytes >= fetchedBytes && at.Symbol.Name == "" && at.Base != reg.StackPointer {
				nodes = append(nodes, fetchOf(at.Offset(bytes-1)))
			}
		}
		nodes = append(nodes, n)
	}
	fn.Nodes = nodes
}

// fetchOf fetches a line.
func fetchOf(at operand.Mem) *ir.Instruction {
	i, err := isa.Build(cores.Fetch, at)
	if err != nil {
		panic(err) // there is such an instruction for all addresses
	}
	return i
}
