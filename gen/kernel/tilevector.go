package kernel

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// tileWindow is the state of a Vector's stages over one window of one vector of samples: sums and maxima over the units
// are operations between rows.
type tileWindow struct {
	t  *tile
	op *plan.Vector
	v  int
	// group and unit are the window's number and its first unit.
	group, unit index
	// looped says that the units are looped over, which leaves scalars in variables of the window's own and drafts in
	// memory.
	looped  bool
	scalars map[expr.Var]*vec.Value
	own     map[expr.Var]*vec.Value
	drafts  map[int]*vec.Value
}

// vector is an operation over the windows of a layer, stage after stage, for all samples of a tile.
func (t *tile) vector(op *plan.Vector) {
	weight := 0
	for _, s := range op.Stages {
		weight += t.weighStage(s)
	}
	looped := op.Window > 1 && op.Window*weight > unrolledRows
	write := func(group, unit index) {
		for v := range t.vectors {
			w := &tileWindow{
				t: t, op: op, v: v, group: group, unit: unit, looped: looped,
				scalars: map[expr.Var]*vec.Value{}, own: map[expr.Var]*vec.Value{}, drafts: map[int]*vec.Value{},
			}
			for i := range op.Stages {
				w.stage(i)
			}
			w.release(nil)
		}
	}
	if op.N*weight*t.vectors <= unrolledRows || op.Groups() == 1 {
		for g := range op.Groups() {
			write(index{off: g}, index{off: g * op.Window})
		}
		return
	}
	scales := []int{t.samples, t.samples * op.Window}
	t.f.loop(op.Groups(), 1, slices.Compact(scales), func(at index) {
		write(at, index{vars: map[int]*vec.Int{t.samples: at.vars[t.samples*op.Window]}})
	})
}

// weighStage estimates the instructions that a stage takes for a unit.
func (t *tile) weighStage(s plan.Stage) int {
	var es []expr.Expr
	if s.Draft != nil {
		es = append(es, s.Draft.Expr)
	}
	for _, set := range s.Sets {
		es = append(es, set.Expr)
	}
	if s.Expr != nil {
		es = append(es, s.Expr)
	}
	return t.weighAll(es)
}

// units runs a body over the units of the window.
func (w *tileWindow) units(body func(at index)) {
	if !w.looped {
		for i := range w.op.Window {
			at := w.unit
			at.off += i
			body(at)
		}
		return
	}
	t := w.t
	from := index{off: w.unit.off, vars: map[int]*vec.Int{1: w.unit.vars[t.samples]}}
	t.f.loopFrom(from, w.op.Window, t.samples, func(at index) {
		body(index{off: at.off, vars: map[int]*vec.Int{t.samples: at.vars[1]}})
	})
}

// stage writes stage i.
func (w *tileWindow) stage(i int) {
	t, s := w.t, w.op.Stages[i]
	if s.Fold == plan.NoFold {
		w.units(func(at index) { w.at(s, at, nil) })
		return
	}
	var cell, result *vec.Value
	if w.looped {
		cell = t.f.to.Variable()
	}
	switch s.Fold {
	case plan.FoldLet:
		result = t.f.code.Expression(s.Expr, func(v expr.Var) *vec.Value { return w.look(v, w.unit, nil) })
	case plan.FoldScan:
		result = w.fold(s, cell, s.From)
	case plan.FoldSum:
		if t.f.code.Strict {
			result = w.orderedSum(s)
			break
		}
		result = w.fold(s, cell, 0)
	case plan.FoldMax:
		result = w.fold(s, cell, math.Inf(-1))
	}
	if cell != nil {
		t.f.code.Set(cell, result)
		result, w.own[s.Var] = cell, cell
	}
	w.scalars[s.Var] = result
	if s.Keep != nil {
		t.store(result, s.Keep, w.group, w.v)
	}
	w.release(w.op.Stages[i+1:])
}

// release gives back the variables that none of some stages reads. A scalar may be a variable of somebody else: the
// largest of one number is the sum that this was.
func (w *tileWindow) release(later []plan.Stage) {
	for _, s := range w.op.Stages {
		x := w.own[s.Var]
		if x != nil && !slices.ContainsFunc(later, func(l plan.Stage) bool { return l.Uses(s.Var) }) {
			w.t.f.to.Release(x)
			delete(w.own, s.Var)
		}
	}
}

// fold runs a stage over the window and joins what it makes of its units, in a variable where the window is looped
// over.
func (w *tileWindow) fold(s plan.Stage, cell *vec.Value, from float64) *vec.Value {
	b := w.t.f.code
	var sofar *vec.Value
	switch {
	case cell != nil:
		b.Set(cell, b.Number(from))
		sofar = cell
	case s.Fold == plan.FoldScan:
		sofar = b.Number(from)
	}
	w.units(func(at index) {
		b := w.t.f.code
		v := w.at(s, at, sofar)
		switch {
		case sofar == nil:
		case s.Fold == plan.FoldSum:
			v = b.Sum(sofar, v)
		case s.Fold == plan.FoldMax:
			v = b.Largest(sofar, v)
		}
		if cell != nil {
			b.Set(cell, v)
			return
		}
		sofar = v
	})
	return sofar
}

// at computes a stage for a unit: its draft, what it stores, and the value that is folded. sofar is that of a scan.
func (w *tileWindow) at(s plan.Stage, at index, sofar *vec.Value) *vec.Value {
	t, b := w.t, w.t.f.code
	memo := map[expr.Var]*vec.Value{}
	var exprs []expr.Expr
	if s.Draft != nil {
		d := b.Expression(s.Draft.Expr, func(v expr.Var) *vec.Value { return w.look(v, at, memo) })
		if w.looped {
			t.store(d, s.Draft.Buf, at, w.v)
		} else {
			w.drafts[at.off] = d
		}
		memo[plan.DraftVar] = d
	}
	if s.Fold == plan.FoldScan {
		memo[s.Var] = sofar
	}
	for _, set := range s.Sets {
		exprs = append(exprs, set.Expr)
	}
	if s.Fold != plan.NoFold {
		exprs = append(exprs, s.Expr)
	}
	results := b.Program(expr.Share("u", exprs...), func(v expr.Var) *vec.Value { return w.look(v, at, memo) })
	for i, set := range s.Sets {
		t.store(results[i], set.Buf, at, w.v)
	}
	if s.Fold == plan.NoFold {
		return nil
	}
	return results[len(results)-1]
}

// look finds what a variable stands for: a scalar of the window, the draft, or an argument, which is read once for
// every stage.
func (w *tileWindow) look(v expr.Var, at index, memo map[expr.Var]*vec.Value) *vec.Value {
	if x := memo[v]; x != nil {
		return x
	}
	if x := w.scalars[v]; x != nil {
		return x
	}
	var x *vec.Value
	switch buf := w.op.Bind(v); {
	case v == plan.DraftVar && !w.looped:
		x = w.drafts[at.off]
	case v == plan.DraftVar:
		x = w.t.load(w.op.Drafts(), at, w.v)
	case w.op.Element(buf):
		x = w.t.load(buf, at, w.v)
	default:
		x = w.t.load(buf, w.group, w.v)
	}
	if memo != nil {
		memo[v] = x
	}
	return x
}
