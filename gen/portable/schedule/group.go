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

// Part is a run of operations emitted as one function, a method of its own that several functions may call, or emitted
// in the body of its function.
type Part struct {
	Name   string // method name; empty when the part stands in the body of its function
	Batch  bool   // whether it works on a block of samples
	Pieces []Piece
}

// Ops are the operations of a part, those of its calls among them. One that has several pieces is there several times.
func (p *Part) Ops() (ops []plan.Op) {
	for _, piece := range p.Pieces {
		ops = append(ops, piece.Ops()...)
	}
	return ops
}

// Piece is an operation, or the share of one that forms the results of some outer segments, or the call of a function
// of one sample that carries several operations out.
type Piece struct {
	Op    plan.Op
	Outer []Segment
	Call  *Call // there is no Op beside it
	Nest  Nest
}

// First says whether the piece forms the operation's first results; what an operation does once belongs to it.
func (p Piece) First() bool { return p.Outer[0].Lo == 0 }

// Ops are the operations of a piece: one, or those of its call.
func (p Piece) Ops() []plan.Op {
	if p.Call != nil {
		return p.Call.Ops
	}
	return []plan.Op{p.Op}
}

// group makes the parts of every function. What another function of one sample does as a whole is a call of that;
// functions share other runs of operations as methods; an operation too large for one function is cut along its outer
// segments, unless it forms a sum over them; what a function has for itself stands in its body if it is small. The
// parts of batch functions work on a block of samples and are methods always.
func (s *Schedule) group() {
	single := newGrouper(s, false)
	var calls []*Call
	for _, f := range s.Program.Funcs {
		if !f.Batch {
			single.add(f, calling(f.Ops, calls))
			if f.Rows == nil && s.emittedTotal(f.Ops) >= sharedRun {
				calls = append(calls, &Call{Name: f.Name, Ops: f.Ops, API: true})
			}
		}
	}
	single.group()
	single.number()

	batch := newGrouper(s, true)
	calls = s.sampleCalls()
	for _, f := range s.Program.Funcs {
		if f.Batch {
			batch.add(f, calling(f.BlockOps(), calls))
		}
	}
	batch.group()
	batch.number()
	for _, part := range append(batch.all, batch.order...) {
		s.nest(part)
	}
}

// grouper makes the parts of the functions of one sample, or of those of a batch.
type grouper struct {
	s      *Schedule
	batch  bool
	funcs  []*plan.Func
	items  map[*plan.Func][]item
	users  map[item]string
	breaks map[item]bool    // items that do not follow the same one everywhere
	before map[item]item    // what they follow
	made   map[item][]*Part // by the first item of a run
	all    []*Part          // those that are functions as a whole
	order  []*Part          // those that are methods
	count  map[string]int
}

func newGrouper(s *Schedule, batch bool) *grouper {
	return &grouper{s: s, batch: batch, items: map[*plan.Func][]item{}, users: map[item]string{},
		breaks: map[item]bool{}, before: map[item]item{}, made: map[item][]*Part{}, count: map[string]int{}}
}

// add adds a function by what it consists of.
func (g *grouper) add(f *plan.Func, items []item) {
	g.funcs, g.items[f] = append(g.funcs, f), items
	var last item
	for _, it := range items {
		if g.users[it] != "" && g.before[it] != last {
			g.breaks[it] = true
		}
		g.users[it] += f.Name + " "
		g.before[it], last = last, it
	}
}

// group makes the parts of all functions.
func (g *grouper) group() {
	for _, f := range g.funcs {
		made := &Function{}
		g.s.parts[f] = made
		if f.Each != "" {
			continue
		}
		if f.Rows != nil {
			made.Rows = g.rows(f)
		}
		var runs [][]item
		own, shares := 0, false // statements of the function alone, and whether it has others
		for items := g.items[f]; len(items) > 0; {
			run := g.run(items)
			runs, items = append(runs, run), items[len(run):]
			if g.shared(run) {
				shares = true
			} else {
				own += g.size(run)
			}
		}
		switch {
		case g.batch && !shares && own <= inlineLimit:
			made.Parts = []*Part{g.whole(f)}
			made.BlockMethod = made.Parts[0].Name
			continue
		case g.batch:
			made.BlockMethod = blockName(f.Name)
		}
		for _, run := range runs {
			last := len(made.Parts) - 1
			switch {
			case g.batch || g.shared(run) || own > inlineLimit:
				made.Parts = append(made.Parts, g.parts(run)...)
			case last >= 0 && made.Parts[last].Name == "":
				made.Parts[last].Pieces = append(made.Parts[last].Pieces, g.pieces(run)...)
			default:
				made.Parts = append(made.Parts, &Part{Pieces: g.pieces(run)})
			}
		}
	}
}

// size is how many statements some items have.
func (g *grouper) size(items []item) (n int) {
	for _, it := range items {
		n += g.s.size(it)
	}
	return n
}

// shared says whether several functions have a run that is worth a method. StepBatch and GradBatch have one method for
// all they do with a block.
func (g *grouper) shared(run []item) bool {
	users := strings.Fields(g.users[run[0]])
	if g.batch {
		for i, user := range users {
			users[i] = blockName(user)
		}
		users = slices.Compact(users)
	}
	return len(users) > 1 && g.size(run) >= sharedRun
}

// pieces are items as pieces, operations whole.
func (g *grouper) pieces(items []item) (pieces []Piece) {
	for _, it := range items {
		if it.call != nil {
			pieces = append(pieces, Piece{Call: it.call})
		} else {
			pieces = append(pieces, Piece{Op: it.op, Outer: g.s.loops[it.op].Outer})
		}
	}
	return pieces
}

// whole is the part of a batch function that is small: a method that functions of the same operations on a block share.
func (g *grouper) whole(f *plan.Func) *Part {
	part := &Part{Name: blockName(f.Name), Batch: true, Pieces: g.pieces(g.items[f])}
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
	switch function {
	case plan.StepBatch:
		function = plan.GradBatch
	case plan.StepBatchWeighted:
		function = plan.GradBatchWeighted
	}
	return strings.Replace(unexported(function), "Batch", "", 1) + "Block"
}

// unexported is a function's name as the beginning of that of a method.
func unexported(function string) string { return strings.ToLower(function[:1]) + function[1:] }

// run is the longest beginning of items used by the same functions, one after the other in all of them, that makes one
// part, or one operation that makes several.
func (g *grouper) run(items []item) []item {
	n, total := 0, 0
	for n < len(items) && g.users[items[n]] == g.users[items[0]] && (n == 0 || !g.breaks[items[n]]) {
		total += g.s.size(items[n])
		if n > 0 && total > inlineLimit {
			break
		}
		n++
	}
	return items[:n]
}

// rows are the parts of what a function repeats for every row: where that is little, its own code.
func (g *grouper) rows(f *plan.Func) []*Part {
	items := calling(f.Rows.Ops, nil)
	if g.size(items) <= inlineLimit {
		return []*Part{{Pieces: g.pieces(items)}}
	}
	return g.cut(unexported(f.Name)+"Row", items)
}

func (g *grouper) parts(run []item) []*Part {
	if made := g.made[run[0]]; made != nil {
		return made
	}
	stem := stemOf(g.users[run[0]])
	if g.batch {
		stem = batchStemOf(g.users[run[0]])
	}
	parts := g.cut(stem, run)
	g.made[run[0]] = parts
	return parts
}

// cut makes parts of a run, each of which is a method.
func (g *grouper) cut(stem string, run []item) []*Part {
	var parts []*Part
	part := &Part{Name: stem, Batch: g.batch}
	room := partLimit
	for _, p := range g.pieces(run) {
		if p.Call != nil {
			part.Pieces = append(part.Pieces, p)
			room--
			continue
		}
		op, outer := p.Op, p.Outer
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
	case strings.Contains(users, plan.HessianVector+" "):
		return "hessian"
	case strings.Contains(users, plan.Jacobian+" "), strings.Contains(users, plan.ParameterJacobian+" "):
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
	case strings.Contains(users, plan.LossBatchWeighted+" "):
		return "lossWeightedPart"
	case !strings.Contains(users, plan.InputGradBatch+" ") && !strings.Contains(users, plan.GradBatch+" ") &&
		strings.Contains(users, plan.GradBatchWeighted+" "):
		return "gradWeightedPart"
	case strings.Contains(users, plan.InputGradBatch+" ") && strings.Contains(users, plan.StepBatch+" "):
		return "deltaPart"
	case strings.Contains(users, plan.InputGradBatch+" "):
		return "inputGradPart"
	}
	return "gradPart"
}
