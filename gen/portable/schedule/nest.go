package schedule

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Nest says where in emitted code the loop over the samples of a block stands.
type Nest int

// The nests of pieces.
const (
	Unnested Nest = iota // there is none, or the operation has its own
	Begin                // around the piece and those after it that go on
	Continue             // the one that the piece before stands in
	// within the piece's loop over blocks of results, so that their weights are read for all samples in a row
	Within
)

// sampleLoop is the number of statements in the body of a loop over the samples: as many as have their weights and
// their code in the nearest caches when the next sample comes.
const sampleLoop = 1024

// nearWeights is the number of weights that stay in the nearest cache from one sample to the next, with all else that
// is in use.
const nearWeights = 2048

// nest puts the operations of the samples of a block into loops over them, and cuts pieces where a loop ends.
func (s *Schedule) nest(part *Part) {
	var pieces []Piece
	open, room := false, 0 // of the loop that pieces join
	add := func(p Piece) {
		n := s.nestedSize(p)
		p.Nest = Begin
		if open && n <= room {
			p.Nest = Continue
		} else {
			open, room = true, sampleLoop
		}
		room = max(0, room-n)
		if last := len(pieces) - 1; p.Nest == Continue && p.Call == nil && pieces[last].Op == p.Op {
			pieces[last].Outer = append(slices.Clone(pieces[last].Outer), p.Outer...)
			return
		}
		pieces = append(pieces, p)
	}
	for _, p := range part.Pieces {
		if p.Call == nil && plan.ScopeOf(p.Op) == plan.PerBlock {
			pieces, open = append(pieces, p), false
			continue
		}
		if p.Call != nil || !s.farWeights(p.Op, p.Outer) {
			add(p)
			continue
		}
		for _, seg := range p.Outer {
			if seg.Looped() {
				pieces, open = append(pieces, Piece{Op: p.Op, Outer: []Segment{seg}, Nest: Within}), false
			} else {
				add(Piece{Op: p.Op, Outer: []Segment{seg}})
			}
		}
	}
	part.Pieces = pieces
}

// farWeights says whether the weights of some results of an operation, or the code that forms them, do not stay in the
// nearest caches from one sample to the next.
func (s *Schedule) farWeights(op plan.Op, outer []Segment) bool {
	w, ok := plan.WeightsOf(op)
	return ok && (w.Len() > nearWeights || s.emitted(op, outer) > sampleLoop)
}

// nestedSize is how many statements a loop over samples has by a piece, those of a function that it calls among them.
func (s *Schedule) nestedSize(p Piece) int {
	if p.Call != nil {
		return s.emittedTotal(p.Call.Ops)
	}
	return s.emitted(p.Op, p.Outer)
}
