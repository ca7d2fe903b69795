package schedule

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// unrolledSize is the number of multiply-add statements of an operation when it is straight code; an elementwise
// evaluation counts as four.
func (s *Schedule) unrolledSize(op plan.Op) int {
	switch o := op.(type) {
	case *plan.Affine:
		return o.W.Len() + s.perElement(&o.Each)*o.W.Rows
	case *plan.BackAffine:
		n := o.W.Len()
		if o.Update != nil {
			n *= 2
		}
		return n + s.perElement(&o.Each)*o.W.Cols
	case *plan.Outer:
		if o.DT != nil {
			return 2 * o.GW.Len()
		}
		return o.GW.Len()
	case *plan.Update:
		return o.W.Len()
	case *plan.OuterSum:
		return o.GW.Len()
	case *plan.Descend:
		return o.N()
	case *plan.Unit:
		return o.Out.Len()
	case *plan.Map:
		return s.perElement(o) * o.N
	case *plan.Vector:
		n := 0
		for _, stage := range o.Stages {
			if stage.Fold != plan.FoldLet {
				n += 4 * o.N
			}
		}
		return n
	}
	return 0
}

func (s *Schedule) unrolledTotal(ops []plan.Op) int {
	n := 0
	for _, op := range ops {
		n += s.unrolledSize(op)
	}
	return n
}

// emitted is the number of statements printed for some of an operation's outer segments.
func (s *Schedule) emitted(op plan.Op, outer []Segment) int {
	l := s.loops[op]
	body, whole := 0, 0
	for _, seg := range outer {
		body += seg.Size
	}
	for _, seg := range l.Outer {
		whole += seg.Size * seg.Trips
	}
	inner, all := 1, 1
	for _, seg := range l.Inner {
		inner, all = inner+seg.Size, all+seg.Size*seg.Trips
	}
	// products of 64 bits
	return int(int64(s.unrolledSize(op)) * int64(body) / int64(whole) * int64(inner) / int64(all))
}

// Statements is the number of multiply-add statements printed, over all functions, each part once.
func (s *Schedule) Statements() int {
	n := 0
	seen := map[*Part]bool{}
	for _, f := range s.Program.Funcs {
		for _, part := range s.parts[f].all() {
			if !seen[part] {
				seen[part] = true
				n += s.emittedPart(part)
			}
		}
	}
	return n
}

// emittedTotal is that of whole operations.
func (s *Schedule) emittedTotal(ops []plan.Op) (n int) {
	for _, op := range ops {
		n += s.emitted(op, s.loops[op].Outer)
	}
	return n
}

// emittedPart is the number of statements of a part.
func (s *Schedule) emittedPart(part *Part) (n int) {
	for _, piece := range part.Pieces {
		n += s.emittedPiece(piece)
	}
	return n
}

// emittedPiece is the number of statements of a piece: a call is one.
func (s *Schedule) emittedPiece(p Piece) int {
	if p.Call != nil {
		return 1
	}
	return s.emitted(p.Op, p.Outer)
}

// What a statement takes, by measurement on amd64.
const (
	sourceBytes  = 40
	machineBytes = 16
)

// CodeBytes estimates the size of the printed Go. It may be more than an int holds where that has 32 bits.
func (s *Schedule) CodeBytes() int64 { return int64(s.Statements()) * sourceBytes }

// MachineBytes estimates the size of the compiled functions.
func (s *Schedule) MachineBytes() int64 { return int64(s.Statements()) * machineBytes }

// Unrolled says in words how far the code is unrolled that takes one sample. Batch functions have the same straight
// lines and loops within loops over the samples.
func (s *Schedule) Unrolled() string {
	loops, all := 0, 0
	seen := map[plan.Op]bool{}
	for _, f := range s.Program.Funcs {
		for _, op := range f.All() {
			if f.Batch || seen[op] {
				continue
			}
			seen[op] = true
			if all++; s.loops[op].looped() {
				loops++
			}
		}
	}
	switch loops {
	case 0:
		return "fully unrolled"
	case all:
		return "loops over unrolled blocks"
	}
	return fmt.Sprintf("%d of %d operations in loops over unrolled blocks, the others fully unrolled", loops, all)
}
