package schedule

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// sharedRun is how many statements operations have that are emitted once and called wherever else they are needed: a
// call takes about as long as a few statements, and shorter runs read better where they stand.
const sharedRun = 16

// A function that a batch function calls for every sample has so many statements: with fewer, the call takes a tenth of
// the time or more; of more, the code would not stay in the nearest cache from one sample to the next.
const (
	leastSampleCall = 64
	mostSampleCall  = 2048
)

// Call is a function of one sample that is called for a run of operations: one of the API, whose body they are, or a
// method that is a part of one.
type Call struct {
	Name string
	Ops  []plan.Op
	API  bool
}

// item is what functions are grouped by: an operation, or a call that carries several out.
type item struct {
	op   plan.Op
	call *Call
}

// calling replaces runs of operations by calls, of those that have the whole of a run the longest.
func calling(ops []plan.Op, calls []*Call) []item {
	var items []item
	for len(ops) > 0 {
		var best *Call
		for _, c := range calls {
			if n := len(c.Ops); n <= len(ops) && slices.Equal(c.Ops, ops[:n]) && (best == nil || n > len(best.Ops)) {
				best = c
			}
		}
		if best == nil {
			items, ops = append(items, item{op: ops[0]}), ops[1:]
			continue
		}
		items, ops = append(items, item{call: best}), ops[len(best.Ops):]
	}
	return items
}

// size is how many statements an item has where it stands.
func (s *Schedule) size(it item) int {
	if it.call != nil {
		return 1
	}
	return s.emitted(it.op, s.loops[it.op].Outer)
}

// sampleCalls are the functions of one sample that batch functions may call in their loops over samples: not those
// whose weights are better read once for all samples of a block.
func (s *Schedule) sampleCalls() (calls []*Call) {
	add := func(c *Call) {
		n := s.emittedTotal(c.Ops)
		if n >= leastSampleCall && n <= mostSampleCall && !slices.ContainsFunc(c.Ops, s.within) {
			calls = append(calls, c)
		}
	}
	for _, f := range s.Program.Funcs {
		if f.Batch {
			continue
		}
		if f.Rows == nil {
			add(&Call{Name: f.Name, Ops: f.Ops, API: true})
		}
		for _, part := range s.parts[f].Parts {
			if ops, whole := s.wholeOps(part); part.Name != "" && whole {
				add(&Call{Name: part.Name, Ops: ops})
			}
		}
	}
	return calls
}

// Called are a function of one sample and the functions of the API that it calls, and these.
func (s *Schedule) Called(f *plan.Func) []*plan.Func {
	list := []*plan.Func{f}
	for _, part := range s.parts[f].Parts {
		for _, piece := range part.Pieces {
			if piece.Call == nil {
				continue
			}
			for _, g := range s.Called(s.Program.Func(piece.Call.Name)) {
				if !slices.Contains(list, g) {
					list = append(list, g)
				}
			}
		}
	}
	return list
}

// within says whether the loop over samples stands within the loop over blocks of an operation's results.
func (s *Schedule) within(op plan.Op) bool {
	return s.farWeights(op, s.loops[op].Outer) && slices.ContainsFunc(s.loops[op].Outer, Segment.Looped)
}

// wholeOps are the operations of a part, and whether it has all of each and calls nothing.
func (s *Schedule) wholeOps(part *Part) (ops []plan.Op, whole bool) {
	for _, p := range part.Pieces {
		if p.Call != nil || !slices.Equal(p.Outer, s.loops[p.Op].Outer) {
			return nil, false
		}
		ops = append(ops, p.Op)
	}
	return ops, true
}
