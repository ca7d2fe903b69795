package kernel

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// window is the state of a Vector's stages over one window.
type window struct {
	f  *function
	op *plan.Vector
	// group and unit are the window's number and its first unit.
	group, unit index
	// step is how many units are taken at once; looped says whether that is done in loops, which leave scalars in
	// variables and drafts in memory.
	step   int
	looped bool
	// lifted says that the drafts and their sum have the factor idiom.Lift.
	lifted bool
	// scalars are those formed so far, each in every lane; drafts those of each step.
	scalars map[expr.Var]*vec.Value
	drafts  map[int]*vec.Value
	// filled is what a maximum was taken of, by the step, with -∞ in the lanes above.
	filled map[filledKey]*vec.Value
}

type filledKey struct {
	v  expr.Var
	at int
}

// Straight-line code of an operation over a layer: up to so many windows, and so many vectors of one.
const (
	unrolledWindows = 4
	unrolledUnits   = 6
)

// vector is an operation over the windows of a layer, stage after stage.
func (f *function) vector(op *plan.Vector) {
	f.code.Maxima = map[expr.Var]expr.Var{}
	defer func() { f.code.Maxima = nil }()
	for _, s := range op.Stages {
		if of, ok := s.Expr.(expr.Var); ok && s.Fold == plan.FoldMax {
			f.code.Maxima[s.Var] = of
		}
	}
	write := func(group, unit index) {
		w := &window{
			f: f, op: op, group: group, unit: unit, scalars: map[expr.Var]*vec.Value{}, drafts: map[int]*vec.Value{},
			filled: map[filledKey]*vec.Value{},
		}
		for i, s := range op.Stages {
			if w.step = f.m.Lanes(); s.Fold == plan.FoldScan { // which takes one unit at a time, and nobody's draft
				w.step = 1
			}
			w.looped = op.Window/w.step > unrolledUnits
			w.lifted = w.lifts()
			f.code.Wide(f.m.Width(min(op.Window, w.step)), func() { w.stage(i) })
		}
		w.release(nil)
	}
	if op.Groups() <= unrolledWindows {
		for g := range op.Groups() {
			write(index{off: g}, index{off: g * op.Window})
		}
		return
	}
	f.loop(op.Groups(), 1, []int{1, op.Window}, func(at index) {
		write(at, index{vars: map[int]*vec.Int{1: at.vars[op.Window]}})
	})
}

// units runs a body over the units of the window.
func (w *window) units(body func(at index, n int)) {
	full := w.op.Window / w.step
	if w.looped {
		w.f.loopFrom(w.unit, full, w.step, func(at index) { body(at, w.step) })
	} else {
		for i := range full {
			at := w.unit
			at.off += i * w.step
			body(at, w.step)
		}
	}
	if rest := w.op.Window % w.step; rest > 0 {
		at := w.unit
		at.off += full * w.step
		body(at, rest)
	}
}

// stage writes one stage.
func (w *window) stage(i int) {
	f, s := w.f, w.op.Stages[i]
	var cell, result *vec.Value
	if w.looped && s.Fold != plan.NoFold {
		cell = f.to.Variable()
	}
	switch s.Fold {
	case plan.NoFold:
		f.code.Dividing = w.op.Window <= w.step
		w.units(func(at index, n int) { w.at(s, at, n, nil) })
		f.code.Dividing = false
		return
	case plan.FoldLet:
		result = f.code.Expression(s.Expr, func(v expr.Var) *vec.Value { return w.look(v, w.unit, 1, nil) })
	case plan.FoldScan:
		result = w.fold(i, cell, s.From)
	case plan.FoldSum:
		if f.code.Strict {
			result = w.orderedSum(s, cell)
			break
		}
		result = f.code.Folded(w.fold(i, cell, 0), w.together(), (*idiom.Code).Sum, vec.AddPairs)
	case plan.FoldMax:
		result = f.code.Folded(w.fold(i, cell, math.Inf(-1)), w.together(), w.largest(i), vec.MaximumPairs)
	}
	if cell != nil {
		f.code.Set(cell, result)
		result = cell
	}
	w.scalars[s.Var] = result
	if s.Keep != nil {
		if w.lifted && s.Fold == plan.FoldSum {
			result = f.code.Product(result, f.code.Number(1/idiom.Lift))
		}
		f.code.Store(result, f.at(s.Keep, w.group), 1)
	}
	w.release(w.op.Stages[i+1:])
}

// together is the number of units if they are taken all at once, 0 otherwise.
func (w *window) together() int {
	if w.op.Window > w.step {
		return 0
	}
	return w.op.Window
}

// release gives back the variables that none of some stages reads.
func (w *window) release(later []plan.Stage) {
	for _, s := range w.op.Stages {
		x := w.scalars[s.Var]
		if x != nil && x.Var && !slices.ContainsFunc(later, func(l plan.Stage) bool { return l.Uses(s.Var) }) {
			w.f.to.Release(x)
			delete(w.scalars, s.Var)
		}
	}
}

// largest is how a stage's maximum is found. Where a sum over the same elements follows, that is NaN if one of them is,
// and then the maximum needn't be.
func (w *window) largest(stage int) func(b *idiom.Code, x, y *vec.Value) *vec.Value {
	if !w.f.code.Strict && !w.f.code.Has(vec.Maximum, w.f.m.Number()) && slices.ContainsFunc(w.op.Stages[stage+1:],
		func(s plan.Stage) bool { return s.Fold == plan.FoldSum }) {
		return (*idiom.Code).Larger
	}
	return (*idiom.Code).Largest
}

// fold runs a stage over the window and joins what it makes of its units, in a variable where the window is looped
// over.
func (w *window) fold(i int, cell *vec.Value, from float64) *vec.Value {
	s := w.op.Stages[i]
	var sofar *vec.Value
	switch {
	case cell != nil:
		w.f.code.Set(cell, w.f.code.Number(from))
		sofar = cell
	case s.Fold == plan.FoldScan:
		sofar = w.f.code.Number(from)
	}
	w.units(func(at index, n int) {
		b := w.f.code
		v := w.at(s, at, n, sofar)
		switch s.Fold {
		case plan.FoldSum:
			if !w.f.code.FewLanes(w.together()) && !w.vanishes(s, at) {
				b.Wide(w.f.m.Width(n), func() { v = b.Clip(v, n) })
			}
			if sofar != nil {
				v = b.Sum(sofar, v)
			}
		case plan.FoldMax:
			if !w.f.code.FewLanes(w.together()) {
				v = b.Fill(v, n, b.Number(math.Inf(-1)))
				// Powers of -∞ are next to 0. Where that is rounded to 0, processors for x86 take long.
				if of, ok := s.Expr.(expr.Var); ok && !w.looped && !b.Strict && w.f.m.ByLane {
					w.filled[filledKey{of, at.off}] = v
				}
			}
			if sofar != nil {
				v = w.largest(i)(b, sofar, v)
			}
		}
		if cell != nil {
			b.Set(cell, v)
			return
		}
		sofar = v
	})
	return sofar
}

// power is z where an expression is e^(z − max z), and none for others.
func (w *window) power(e expr.Expr) expr.Var {
	exp, ok := e.(expr.Unary)
	if !ok || exp.Op != expr.OpExp {
		return ""
	}
	less, ok := exp.X.(expr.Binary)
	if !ok || less.Op != expr.OpSub {
		return ""
	}
	z, top := varOf(less.X), varOf(less.Y)
	if w.f.code.Maxima[top] != z {
		return ""
	}
	return z
}

// varOf is a variable, or none.
func varOf(e expr.Expr) expr.Var {
	v, _ := e.(expr.Var)
	return v
}

// vanishes says whether the terms of a sum are next to 0 in the lanes above: e to the power of -∞, of which none is
// left beside a term that is 1.
func (w *window) vanishes(s plan.Stage, at index) bool {
	e := s.Expr
	if s.Draft != nil && e == expr.Expr(plan.DraftVar) {
		e = s.Draft.Expr
	}
	z := w.power(e)
	return z != "" && w.filled[filledKey{z, at.off}] != nil
}

// lifts says whether drafts e^(z − max z) and their sum may have a factor that makes them shorter to compute: if
// nothing is made of them but their quotients, and the sum is kept.
func (w *window) lifts() bool {
	stages := w.op.Stages
	if w.looped || w.f.code.Strict || !w.f.code.Functions().Lifts() || len(stages) != 4 {
		return false
	}
	s, let, last := stages[1], stages[2], stages[3]
	inverse, ok := let.Expr.(expr.Binary)
	if !ok || s.Draft == nil || s.Fold != plan.FoldSum || w.power(s.Draft.Expr) == "" ||
		s.Expr != expr.Expr(plan.DraftVar) || len(s.Sets) > 0 || let.Fold != plan.FoldLet || let.Keep != nil ||
		inverse.Op != expr.OpDiv || inverse.Y != expr.Expr(s.Var) || expr.Uses(inverse.X, s.Var) ||
		last.Fold != plan.NoFold || last.Draft != nil {
		return false
	}
	return !slices.ContainsFunc(last.Sets, func(set plan.Set) bool {
		quotient, ok := set.Expr.(expr.Binary)
		return !ok || quotient.Op != expr.OpMul || varOf(quotient.X) != plan.DraftVar || varOf(quotient.Y) != let.Var
	})
}

// at computes a stage for n units: its draft, what it stores, and the value that is folded. sofar is that of a scan.
func (w *window) at(s plan.Stage, at index, n int, sofar *vec.Value) (v *vec.Value) {
	b := w.f.code
	b.Wide(w.f.m.Width(n), func() {
		memo := map[expr.Var]*vec.Value{}
		var exprs []expr.Expr
		if s.Draft != nil {
			look := func(v expr.Var) *vec.Value { return w.look(v, at, n, memo) }
			var d *vec.Value
			if w.lifted {
				d = b.Functions().LiftedExp(b.Expression(s.Draft.Expr.(expr.Unary).X, look))
			} else {
				d = b.Expression(s.Draft.Expr, look)
			}
			if w.looped {
				b.Store(d, w.f.at(s.Draft.Buf, at), n)
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
		results := b.Program(expr.Share("u", exprs...), func(v expr.Var) *vec.Value { return w.look(v, at, n, memo) })
		for i, set := range s.Sets {
			b.Store(results[i], w.f.at(set.Buf, at), n)
		}
		if s.Fold != plan.NoFold {
			v = results[len(results)-1]
		}
	})
	return v
}

// look finds what a variable stands for: a scalar of the window, the draft, or an argument, which is read once for
// every stage.
func (w *window) look(v expr.Var, at index, n int, memo map[expr.Var]*vec.Value) *vec.Value {
	if x := memo[v]; x != nil {
		return x
	}
	if x := w.scalars[v]; x != nil {
		return x
	}
	if x := w.filled[filledKey{v, at.off}]; x != nil && !w.looped {
		return x
	}
	b := w.f.code
	var x *vec.Value
	switch buf := w.op.Bind(v); {
	case v == plan.DraftVar && !w.looped:
		x = w.drafts[at.off]
	case v == plan.DraftVar:
		x = b.LoadLoose(w.f.at(w.op.Drafts(), at), n)
	case w.op.Groups() > 1 && w.op.Element(buf) || w.op.Groups() == 1 && buf.Len() > 1:
		x = b.LoadLoose(w.f.at(buf, at), n)
	default:
		x = b.Spread(w.f.at(buf, w.group))
	}
	if memo != nil {
		memo[v] = x
	}
	return x
}
