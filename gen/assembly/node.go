package assembly

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Home is what is known here of a value of the vector program: where it is kept. A block computes a value once and
// reads it any number of times; it has no register until the block is emitted. What looks at the same bits as lanes of
// another type has the same home.
type Home struct {
	Class Class
	Bits  int // width it was made with; an instruction of a narrower width reads its low part
	Def   *Node
	Cell  bool // a variable that outlives the block: its register is fixed and it may be written again
	Equal bool // all lanes are known to be equal
	Uses  []int
	next  int // index in uses of the next one
	Reg   int // -1: none
	Slot  int // where it was spilled to, -1: nowhere
}

// HomeOf is the home of a value, nil for none.
func HomeOf(v *vec.Value) *Home {
	if v == nil {
		return nil
	}
	return v.Home.(*Home)
}

// Class says which registers hold a value.
type Class int

const (
	VectorClass Class = iota
	MaskClass         // a mask register, where masks are no vectors
)

// Kind is how a node becomes instructions.
type Kind int

const (
	Compute Kind = iota // out = op(in…)
	Fused               // out = ±in[0]·in[1] + in[2], in whichever of the three forms spares a copy
	Replace             // out = op(in…), an instruction that overwrites in[0]
	Load                // out = n numbers at mem, 0 in the lanes above
	Splat               // out = the number at mem in every lane
	Store               // the first n lanes of in[0] to mem
	Literal             // out = constant lanes from the data section
	tail                // out = the mask whose first n lanes are set
	Assign              // the cell out = in[0]
	Gather              // out = in every lane the 8 bytes at mem + in[0]
	note                // a comment
)

// Node is a step of the vector program, lowered.
type Node struct {
	Step vec.Step
	// views are steps before it that look at what it reads as lanes of another type, which takes no instruction, and
	// after are steps that do so with its result.
	views, after []vec.Step
	value        *vec.Value // the result

	Kind Kind
	Low  Instruction // the instruction, of those that compute
	text string      // of a note
	In   []*Home
	Out  *Home
	Imm  int // immediate operand, -1: none
	Mask *Home
	Zero bool // lanes outside mask become 0
	Mem  vec.Place
	N    int // numbers loaded or stored, lanes set
	Size int // bytes of a number
	Bits int // width of the instruction
	// wide, where not 0, is the width of out, and Narrow that of in[0], where they differ from bits.
	Wide, Narrow int
	Swap         bool    // in[0] and in[1] may change places
	Fold         bool    // the last of in may be read from memory
	Version      int     // number of stores before it
	number       float64 // of a literal that is one number in every lane
	IsZero       bool    // a literal of zeros
	pattern      uint64  // the bits of number
	Deferred     bool    // a load that is left to the instruction that reads it
}

// equalLanes says whether all lanes of what a node makes are known to be equal.
func (n *Node) equalLanes() bool {
	switch n.Kind {
	case Literal, Splat:
		return n.N == 1
	case Compute, Fused, Replace:
	default:
		return false
	}
	s := n.Step.(*vec.Apply)
	switch {
	case s.Op.Moves(): // lanes of two vectors side by side
		oneLane := s.Op == vec.Repeat || s.Op == vec.Within && s.Imm%0x55 == 0
		same := !slices.ContainsFunc(n.In, func(v *Home) bool { return v != n.In[0] })
		return same && (n.In[0].Equal || oneLane && s.Out.Type.Elem == vec.F32 && n.Bits == 128)
	case s.Op == vec.Narrow && n.Bits == 128: // two lanes
		return false
	case s.Op == vec.Broadcast:
		return true
	case s.Op == vec.Permute, s.Op == vec.Permute2: // a look-up
		return n.In[0].Equal
	}
	for _, v := range n.In {
		if !v.Equal {
			return false
		}
	}
	return n.Mask == nil || n.Mask.Equal
}
