package amd64

import (
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// What an instruction of x86-64 needs beside the operation that it is: widths of its operands, immediate operands, and
// what the emitter must know of it.

// Lower notes that of an operation that has been made in registers of so many bits.
func (f *writer) Lower(n *assembly.Node, bits int) {
	low := loweringOf(n)
	n.Kind, n.Imm, n.Fold, n.Swap = low.form, low.imm[bits/256], low.fold, low.swap
	if low.twice {
		n.In = append(n.In, n.In[0])
	}
	widths(n, bits)
}

// widths notes where an instruction sees a register with another width than the block's.
func widths(n *assembly.Node, bits int) {
	switch n.Step.(*vec.Apply).Op {
	case vec.Broadcast, vec.Insert:
		n.Narrow = 128
	case vec.Join:
		n.Narrow = bits / 2
	case vec.Widen:
		n.Narrow = max(bits/2, 128)
	case vec.Narrow:
		n.Wide, n.Narrow = max(bits/2, 128), bits
	case vec.UpperHalf:
		n.Wide, n.Narrow = bits/2, bits
	case vec.Block:
		n.Wide, n.Narrow = 128, bits
	}
	if n.Wide != 0 {
		n.Out.Bits = n.Wide
	}
}

// Immediate gives the instruction what says the constant or the predicate of its operation.
func (f *writer) Immediate(n *assembly.Node) {
	s := n.Step.(*vec.Apply)
	switch n.Imm = s.Imm; {
	case s.Op == vec.Compare && s.Args[0].Type.Elem.Float():
		n.Imm = predicates[s.Predicate]
	case s.Op == vec.Compare:
		n.Imm = integerPredicateCodes[s.Predicate]
	case s.Op == vec.Repeat && s.Out.Type.Elem.Size() == 8: // the same for every lane, in one bit each
		n.Imm = s.Imm * (1<<s.Out.Type.Lanes - 1)
	case s.Op == vec.Repeat: // of four, in two bits each
		n.Imm = s.Imm * 0b01_01_01_01
	}
}

// predicates are the immediate operands of comparisons of numbers, of the kinds that report no NaN.
var predicates = [vec.Predicates]int{
	vec.Equal: 0, vec.NotEqual: 4, vec.Less: 17, vec.LessEqual: 18, vec.Greater: 30, vec.GreaterEqual: 29,
	vec.NotLess: 21, vec.NotLessEqual: 22, vec.NotGreaterEqual: 25, vec.Ordered: 7, vec.Unordered: 3,
}

// integerPredicateCodes are the immediate operands of comparisons of integers.
var integerPredicateCodes = map[vec.Predicate]int{
	vec.Equal: 0, vec.Less: 1, vec.LessEqual: 2, vec.NotEqual: 4, vec.GreaterEqual: 5, vec.Greater: 6,
}
