package schedule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Function is what a function of the program is made of: Parts in order, which together hold its operations, of a batch
// those of a block. Functions share parts. BlockMethod is, of a batch, the method that takes a block of samples through
// all parts: the only one, or one that calls them.
type Function struct {
	Parts []*Part
	// Rows are the parts of what is repeated for every row, after all others.
	Rows        []*Part
	BlockMethod string
}

// all are the parts of a function.
func (f *Function) all() []*Part { return slices.Concat(f.Parts, f.Rows) }

// Part is a run of operations emitted as one function: a method of its own that several functions may
// call, or the body of its function.
type Part struct {
	Name   string // method name; empty when the part is the body of its function
	Batch  bool   // whether it works on a block of samples
	Pieces []Piece
}

// Piece is an operation, or the share of one that forms the results of some outer segments.
type Piece struct {
	Op    plan.Op
	Outer []Segment
	Nest  Nest
}

// First says whether the piece forms the operation's first results; what an operation does once belongs to it.
func (p Piece) First() bool { return p.Outer[0].Lo == 0 }

// group makes the parts of every function. Functions with the same operations share parts; an operation too large for
// one function is cut along its outer segments, unless it forms a sum over them; a function that is small altogether
// is one part, its own body. The parts of batch functions work on a block of samples and are methods always.
func (s *Schedule) group() {
	single, batch := newGrouper(s, false), newGrouper(s, true)
	for _, f := range s.Program.Funcs {
		g, ops, made := single, f.Ops, &Function{}
		if f.Batch {
			g, ops = batch, f.BlockOps()
		}
		s.parts[f] = made
		if f.Each != "" {
			continue
		}
		if f.Rows != nil {
			made.Rows = g.rows(f)
		}
		if s.emittedTotal(ops) <= inlineLimit {
			made.Parts = []*Part{g.whole(f.Name, ops)}
			if f.Batch {
				made.BlockMethod = made.Parts[0].Name
			}
			continue
		}
		if f.Batch {
			made.BlockMethod = blockName(f.Name)
		}
		for i := 0; i < len(ops); {
			run := g.run(ops[i:])
			made.Parts = append(made.Parts, g.parts(run)...)
			i += len(run)
		}
	}
	single.number()
	batch.number()
	for _, part := range append(batch.all, batch.order...) {
		s.nest(part)
	}
}

// grouper makes the parts of the functions of one sample, or of those of a batch.
type grouper struct {
	s      *Schedule
	batch  bool
	users  map[plan.Op]string
	breaks map[plan.Op]bool    // operations that do not follow the same one everywhere
	made   map[plan.Op][]*Part // by the first operation of a run
	all    []*Part             // those that are functions as a whole
	order  []*Part             // those that are methods
	count  map[string]int
}

func newGrouper(s *Schedule, batch bool) *grouper {
	g := &grouper{s: s, batch: batch, users: map[plan.Op]string{}, breaks: map[plan.Op]bool{},
		made: map[plan.Op][]*Part{}, count: map[string]int{}}
	before := map[plan.Op]plan.Op{}
	for _, f := range s.Program.Funcs {
		if f.Batch != batch {
			continue
		}
		var last plan.Op
		for _, op := range f.Ops {
			if g.users[op] != "" && before[op] != last {
				g.breaks[op] = true
			}
			g.users[op] += f.Name + " "
			before[op], last = last, op
		}
	}
	return g
}

// whole is the part of a function that is small: the body of the function, or a method that functions of the same
// operations on a block share.
func (g *grouper) whole(name string, ops []plan.Op) *Part {
	part := &Part{Batch: g.batch}
	for _, op := range ops {
		part.Pieces = append(part.Pieces, Piece{Op: op, Outer: g.s.loops[op].Outer})
	}
	if !g.batch {
		return part
	}
	part.Name = blockName(name)
	for _, other := range g.all {
		if other.Name == part.Name {
			return other
		}
	}
	g.all = append(g.all, part)
	return part
}

// blockName is the name of the method that takes a block through a batch function. StepBatch does with a block what
// GradBatch does.
func blockName(function string) string {
	if function == plan.StepBatch {
		function = plan.GradBatch
	}
	return strings.TrimSuffix(unexported(function), "Batch") + "Block"
}

// unexported is a function's name as the beginning of that of a method.
func unexported(function string) string { return strings.ToLower(function[:1]) + function[1:] }

// run is the longest beginning of ops used by the same functions, one after the other in all of them, that makes one
// part, or one operation that makes several.
func (g *grouper) run(ops []plan.Op) []plan.Op {
	n, total := 0, 0
	for n < len(ops) && g.users[ops[n]] == g.users[ops[0]] && (n == 0 || !g.breaks[ops[n]]) {
		total += g.s.emitted(ops[n], g.s.loops[ops[n]].Outer)
		if n > 0 && total > inlineLimit {
			break
		}
		n++
	}
	return ops[:n]
}

// rows are the parts of what a function repeats for every row: where that is little, its own code.
func (g *grouper) rows(f *plan.Func) []*Part {
	if g.s.emittedTotal(f.Rows.Ops) <= inlineLimit {
		return []*Part{g.whole(f.Name, f.Rows.Ops)}
	}
	return g.cut(unexported(f.Name)+"Row", f.Rows.Ops)
}

func (g *grouper) parts(run []plan.Op) []*Part {
	if made := g.made[run[0]]; made != nil {
		return made
	}
	stem := stemOf(g.users[run[0]])
	if g.batch {
		stem = batchStemOf(g.users[run[0]])
	}
	return g.cut(stem, run)
}

// cut makes parts of a run, each of which is a method.
func (g *grouper) cut(stem string, run []plan.Op) []*Part {
	var parts []*Part
	part := &Part{Name: stem, Batch: g.batch}
	room := partLimit
	for _, op := range run {
		outer := g.s.loops[op].Outer
		for len(outer) > 0 {
			n := 1
			for n < len(outer) && (summing(op) || g.s.emitted(op, outer[:n+1]) <= room) {
				n++
			}
			if size := g.s.emitted(op, outer[:n]); size > room && len(part.Pieces) > 0 {
				parts = append(parts, part)
				part, room = &Part{Name: stem, Batch: g.batch}, partLimit
				continue
			} else {
				room -= size
			}
			part.Pieces = append(part.Pieces, Piece{Op: op, Outer: outer[:n]})
			outer = outer[n:]
		}
	}
	parts = append(parts, part)
	g.made[run[0]] = parts
	g.order = append(g.order, parts...)
	for range parts {
		g.count[stem]++
	}
	return parts
}

// summing says whether an operation forms a sum beside its results, such as the loss, which is not cut.
func summing(op plan.Op) bool {
	m := plan.Elementwise(op)
	return m != nil && m.Sum != nil
}

// number appends an index to the names of parts that are not alone of their kind.
func (g *grouper) number() {
	next := map[string]int{}
	for _, part := range g.order {
		stem := part.Name
		if g.count[stem] > 1 {
			next[stem]++
			part.Name = fmt.Sprintf("%s%d", stem, next[stem])
		}
	}
}

// stemOf names a part by the functions that use it.
func stemOf(users string) string {
	switch {
	case strings.Contains(users, plan.Forward+" "):
		return "forward"
	case strings.Contains(users, plan.LossOnly+" "):
		return "loss"
	case strings.Contains(users, plan.Backward+" ") && strings.Contains(users, plan.Step+" "):
		return "delta"
	case strings.Contains(users, plan.Step+" "):
		return "descend"
	case strings.Contains(users, plan.Tangent+" "):
		return "tangent"
	case strings.Contains(users, plan.Jacobian+" "):
		return "jacobian"
	}
	return "backward"
}

// batchStemOf is stemOf for batch functions.
func batchStemOf(users string) string {
	switch {
	case strings.Contains(users, plan.ForwardBatch+" "):
		return "forwardPart"
	case strings.Contains(users, plan.LossBatch+" "):
		return "lossPart"
	case strings.Contains(users, plan.InputGradBatch+" ") && strings.Contains(users, plan.StepBatch+" "):
		return "deltaPart"
	case strings.Contains(users, plan.InputGradBatch+" "):
		return "inputGradPart"
	}
	return "gradPart"
}
