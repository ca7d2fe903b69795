package amd64

import "github.com/backpropgen/backpropgen/gen/vec"

// home is what is known here of a value of the vector program: where it is kept. A block computes a value once and
// reads it any number of times; it has no register until the block is emitted. What looks at the same bits as lanes of
// another type has the same home.
type home struct {
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

// homeOf is the home of a value, nil for none.
func homeOf(v *vec.Value) *home {
	if v == nil {
		return nil
	}
	return v.Home.(*home)
}

// class says which registers hold a value.
type class int

const (
	vectorClass class = iota
	maskClass         // a mask register, where masks are no vectors
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

// node is a step of the vector program, lowered.
type node struct {
	step vec.Step
	// views are steps before it that look at what it reads as lanes of another type, which takes no instruction, and
	// after are steps that do so with its result.
	views, after []vec.Step
	value        *vec.Value // the result

	kind kind
	low  *lowering // the instruction, of those that compute
	text string    // of a note
	in   []*home
	out  *home
	imm  int // immediate operand, -1: none
	mask *home
	zero bool // lanes outside mask become 0
	mem  vec.Place
	n    int // numbers loaded or stored, lanes set
	size int // bytes of a number
	bits int // width of the instruction
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
	s := n.step.(*vec.Apply)
	switch {
	case s.Op.Moves(): // lanes of two vectors side by side
		oneLane := s.Op == vec.Repeat || s.Op == vec.Within && s.Imm%0x55 == 0
		return n.in[0] == n.in[1] && (n.in[0].equal || oneLane && s.Out.Type.Elem == vec.F32 && n.bits == 128)
	case s.Op == vec.Narrow && n.bits == 128: // two lanes
		return false
	case s.Op == vec.Broadcast:
		return true
	case s.Op == vec.Permute, s.Op == vec.Permute2: // a look-up
		return n.in[0].equal
	}
	for _, v := range n.in {
		if !v.equal {
			return false
		}
	}
	return n.mask == nil || n.mask.equal
}
