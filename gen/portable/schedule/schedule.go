// Package schedule decides how a plan is laid out as code on scalars, in Go or in another language:
//
//   - which index ranges are straight code and which are loops,
//   - how many results are formed together, so that their sums don't wait for one another,
//   - what is held in scalars,
//   - which operations make a function of the emitted code,
//   - where a loop over the samples of a batch stands.
//
// A schedule changes nothing that the plan computes, nor the order of sums that is promised. It prints (String) and is
// checked (Check). Package portable reads it and decides nothing.
package schedule

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Schedule is the loops and the functions of a plan.
type Schedule struct {
	Program *plan.Program
	loops   map[plan.Op]*Loops
	parts   map[*plan.Func]*Function
	// weights are how many statements long formulas take for an element; see weigh.
	weights map[*plan.Map]int
}

// New makes the schedule of a compiled plan, and checks it. An error is a mistake in this package, or a mode of
// unrolling that there isn't.
func New(p *plan.Program) (*Schedule, error) {
	s := &Schedule{p, map[plan.Op]*Loops{}, map[*plan.Func]*Function{}, map[*plan.Map]int{}}
	s.weigh()
	if err := s.setLoops(); err != nil {
		return nil, err
	}
	s.group()
	if err := Check(s); err != nil {
		return nil, fmt.Errorf("schedule of %s: %w", p.Network.Name, err)
	}
	return s, nil
}

// Loops is the loop structure of an operation: nil of one that the program hasn't.
func (s *Schedule) Loops(op plan.Op) *Loops { return s.loops[op] }

// Function is what a function of the program is made of: nil of one that the program hasn't.
func (s *Schedule) Function(f *plan.Func) *Function { return s.parts[f] }

// Segment is a stretch of an index range: Trips iterations of a loop whose body handles Size consecutive
// indices, beginning at Lo. One trip means straight-line code with constant indices.
type Segment struct {
	Lo, Size, Trips int
}

// Hi is the index just past the segment.
func (s Segment) Hi() int { return s.Lo + s.Size*s.Trips }

// Looped says whether the segment is a loop.
func (s Segment) Looped() bool { return s.Trips > 1 }

// Loops is the loop structure of an operation. Outer runs over the results, the elements of the vector that is formed
// or the rows of the matrix that is written; of a sum of outer products over the columns. Inner runs over what is
// summed, or over the columns written, there over the rows. Elementwise operations have no Inner.
type Loops struct {
	Outer, Inner []Segment
	// Lanes is in how many partial sums a sum over Inner is formed, so that short vectors of long sums don't wait for
	// one addition after another; 0 of what forms no sum. Where the plan promises an order they are its lanes, of
	// which Together are formed at a time.
	Lanes, Together int
	// Short says that each sum is one statement.
	Short bool
	// Keeps says that the vector that all results have in common is read into scalars once for all of them: the input,
	// δ, or the row of an outer product. Otherwise every block of results reads it.
	Keeps bool
	// Scoped says that straight-line blocks of results are scopes of their own, so that the scalars of one are dead in
	// the next.
	Scoped bool
	// Biases are the tiles of a sum over samples in which the biases' are formed, nil where they are formed with those
	// of the weights or there are none.
	Biases []Segment
}

// Tree is the order of an ordered sum of n terms: that of the plan, Together lanes at a time.
func (l *Loops) Tree(n int, form func(lanes []int, at int), add func(into, from int)) {
	plan.Order{Lanes: l.Lanes}.Tree(n, l.Together, form, add)
}

// Lane is the lane of a term, given its index.
func (l *Loops) Lane(index int) int { return plan.Order{Lanes: l.Lanes}.Lane(index) }

// looped says whether any segment is a loop.
func (l *Loops) looped() bool {
	for _, s := range append(append([]Segment{}, l.Outer...), l.Inner...) {
		if s.Looped() {
			return true
		}
	}
	return false
}
