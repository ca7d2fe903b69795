package plan

import (
	"fmt"
	"slices"
	"strings"
)

// group makes the parts of every function. Functions with the same operations share parts; an operation too large for
// one Go function is cut along its outer segments, unless it forms a sum over them; a function that is small altogether
// is one part, its own body. The parts of batch functions work on a block of samples and are methods always.
func group(p *Program) {
	single, batch := newGrouper(p, false), newGrouper(p, true)
	for _, f := range p.Funcs {
		g, ops := single, f.Ops
		if f.Batch {
			g, ops = batch, blockOps(f)
		}
		f.Parts = nil
		if emittedTotal(ops) <= inlineLimit {
			f.Parts = []*Part{g.whole(f.Name, ops)}
			if f.Batch {
				f.Block = f.Parts[0].Name
			}
			continue
		}
		if f.Batch {
			f.Block = blockName(f.Name)
		}
		for i := 0; i < len(ops); {
			run := g.run(ops[i:])
			f.Parts = append(f.Parts, g.parts(run)...)
			i += len(run)
		}
	}
	single.number()
	batch.number()
	for _, part := range append(batch.all, batch.order...) {
		part.nest()
	}
}

// blockOps are the operations of a batch function that are carried out for every block.
func blockOps(f *Func) []Op {
	return slices.DeleteFunc(slices.Clone(f.Ops), func(op Op) bool { return ScopeOf(op) == PerCall })
}

// grouper makes the parts of the functions of one sample, or of those of a batch.
type grouper struct {
	batch bool
	users map[Op]string
	apart map[Op]bool    // operations that do not follow the same one everywhere
	made  map[Op][]*Part // by the first operation of a run
	all   []*Part        // those that are functions as a whole
	order []*Part        // those that are methods
	count map[string]int
}

func newGrouper(p *Program, batch bool) *grouper {
	g := &grouper{batch: batch, users: map[Op]string{}, apart: map[Op]bool{}, made: map[Op][]*Part{},
		count: map[string]int{}}
	before := map[Op]Op{}
	for _, f := range p.Funcs {
		if f.Batch != batch {
			continue
		}
		var last Op
		for _, op := range f.Ops {
			if g.users[op] != "" && before[op] != last {
				g.apart[op] = true
			}
			g.users[op] += f.Name + " "
			before[op], last = last, op
		}
	}
	return g
}

// whole is the part of a function that is small: the body of the function, or a method that functions of the same
// operations on a block share.
func (g *grouper) whole(name string, ops []Op) *Part {
	part := &Part{Batch: g.batch}
	for _, op := range ops {
		part.Pieces = append(part.Pieces, Piece{Op: op, Outer: op.Loop().Outer})
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
	if function == StepBatch {
		function = GradBatch
	}
	return strings.ToLower(function[:1]) + strings.TrimSuffix(function[1:], "Batch") + "Block"
}

// run is the longest beginning of ops used by the same functions, one after the other in all of them, that makes one
// part, or one operation that makes several.
func (g *grouper) run(ops []Op) []Op {
	n, total := 0, 0
	for n < len(ops) && g.users[ops[n]] == g.users[ops[0]] && (n == 0 || !g.apart[ops[n]]) {
		total += emitted(ops[n], ops[n].Loop().Outer)
		if n > 0 && total > inlineLimit {
			break
		}
		n++
	}
	return ops[:n]
}

func (g *grouper) parts(run []Op) []*Part {
	if made := g.made[run[0]]; made != nil {
		return made
	}
	stem := stemOf(g.users[run[0]])
	if g.batch {
		stem = batchStemOf(g.users[run[0]])
	}
	var parts []*Part
	part := &Part{Name: stem, Batch: g.batch}
	room := partLimit
	for _, op := range run {
		outer := op.Loop().Outer
		for len(outer) > 0 {
			n := 1
			for n < len(outer) && (summing(op) || emitted(op, outer[:n+1]) <= room) {
				n++
			}
			if size := emitted(op, outer[:n]); size > room && len(part.Pieces) > 0 {
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
func summing(op Op) bool {
	m := elementwise(op)
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
	case strings.Contains(users, Forward+" "):
		return "forward"
	case strings.Contains(users, LossOnly+" "):
		return "loss"
	case strings.Contains(users, Backward+" ") && strings.Contains(users, Step+" "):
		return "delta"
	case strings.Contains(users, Step+" "):
		return "descend"
	}
	return "backward"
}

// batchStemOf is stemOf for batch functions.
func batchStemOf(users string) string {
	switch {
	case strings.Contains(users, ForwardBatch+" "):
		return "forwardPart"
	case strings.Contains(users, LossBatch+" "):
		return "lossPart"
	case strings.Contains(users, InputGradBatch+" ") && strings.Contains(users, StepBatch+" "):
		return "deltaPart"
	case strings.Contains(users, InputGradBatch+" "):
		return "inputGradPart"
	}
	return "gradPart"
}

// sampleLoop is the number of statements in the body of a loop over the samples: as many as have their weights and
// their code in the nearest caches when the next sample comes.
const sampleLoop = 1024

// nearWeights is the number of weights that stay in the nearest cache from one sample to the next, with all else that
// is in use.
const nearWeights = 2048

// nest puts the operations of the samples of a block into loops over them, and cuts pieces where a loop ends.
func (part *Part) nest() {
	var pieces []Piece
	open, room := false, 0 // of the loop that pieces join
	add := func(p Piece) {
		n := emitted(p.Op, p.Outer)
		p.Nest = Begin
		if open && n <= room {
			p.Nest = Continue
		} else {
			open, room = true, sampleLoop
		}
		room = max(0, room-n)
		if last := len(pieces) - 1; p.Nest == Continue && pieces[last].Op == p.Op {
			pieces[last].Outer = append(slices.Clone(pieces[last].Outer), p.Outer...)
			return
		}
		pieces = append(pieces, p)
	}
	for _, p := range part.Pieces {
		if ScopeOf(p.Op) == PerBlock {
			pieces, open = append(pieces, p), false
			continue
		}
		if w, ok := weightsOf(p.Op); !ok || w.Len() <= nearWeights && emitted(p.Op, p.Outer) <= sampleLoop {
			add(p)
			continue
		}
		for _, seg := range p.Outer {
			if seg.Looped() {
				pieces, open = append(pieces, Piece{p.Op, []Segment{seg}, Within}), false
			} else {
				add(Piece{Op: p.Op, Outer: []Segment{seg}})
			}
		}
	}
	part.Pieces = pieces
}

func emittedTotal(ops []Op) int {
	n := 0
	for _, op := range ops {
		n += emitted(op, op.Loop().Outer)
	}
	return n
}
