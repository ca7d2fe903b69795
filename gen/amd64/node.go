package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// value is a vector, or a mask of lanes, that a block computes once and reads any number of times. It has no register
// until the block is emitted.
type value struct {
	class class
	bits  int // width it was made with; an instruction of a narrower width reads its low part
	def   *node
	cell  bool // a variable that outlives the block: its register is fixed and it may be written again
	equal bool // all lanes are known to be equal
	uses  []int
	next  int // index in uses of the next one
	reg   int // -1: none
	slot  int // where it was spilled to, -1: nowhere
}

// class says which registers hold a value.
type class int

const (
	vectorClass class = iota
	maskClass         // a mask register at level AVX512; at AVX2 masks are vectors
)

// kind is how a node becomes instructions.
type kind int

const (
	compute kind = iota // out = op(in…)
	fused               // out = ±in[0]·in[1] + in[2], in whichever of the three forms spares a copy
	replace             // out = op(in…), an instruction that overwrites in[0]
	load                // out = n numbers at mem, 0 in the lanes above
	splat               // out = the number at mem in every lane
	store               // the first n lanes of in[0] to mem
	literal             // out = constant lanes from the data section
	tail                // out = the mask whose first n lanes are set
	assign              // the cell out = in[0]
	gather              // out = in every lane the 8 bytes at mem + in[0]
	note                // a comment
)

// node is one step of a block.
type node struct {
	kind kind
	// op is what is computed, elem the type of its lanes, and low the instruction that it is; of those that compute.
	op   vec.Op
	elem vec.Elem
	low  *lowering
	// predicate is what a comparison asks.
	predicate vec.Predicate
	text      string // of a note
	in        []*value
	out       *value
	imm       int // immediate operand, -1: none
	mask      *value
	zero      bool // lanes outside mask become 0
	mem       ref
	n         int // numbers loaded or stored, lanes set
	size      int // bytes of a number
	bits      int // width of the instruction
	// wide, where not 0, is the width of out, and narrow that of in[0], where they differ from bits.
	wide, narrow int
	swap         bool    // in[0] and in[1] may change places
	fold         bool    // the last of in may be read from memory
	version      int     // number of stores before it
	number       float64 // of a literal that is one number in every lane
	isZero       bool    // a literal of zeros
	pattern      uint64  // the bits of number
	deferred     bool    // a load that is left to the instruction that reads it
}

// equalLanes says whether all lanes of what a node makes are known to be equal.
func (n *node) equalLanes() bool {
	switch n.kind {
	case literal, splat:
		return n.n == 1
	case compute, fused, replace:
	default:
		return false
	}
	switch {
	case n.op.Moves(): // lanes of two vectors side by side
		oneLane := n.op == vec.Repeat || n.op == vec.Within && n.imm%0x55 == 0
		return n.in[0] == n.in[1] && (n.in[0].equal || oneLane && n.elem == vec.F32 && n.bits == 128)
	case n.op == vec.Narrow && n.bits == 128: // two lanes
		return false
	case n.op == vec.Broadcast:
		return true
	case n.op == vec.Permute, n.op == vec.Permute2: // a look-up
		return n.in[0].equal
	}
	return !slices.ContainsFunc(n.sources(), func(v *value) bool { return !v.equal })
}
