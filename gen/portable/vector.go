package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

// vector builds an operation over a layer or its windows: for each window the stages in order, every stage one pass
// over the units. A layer that is one window reads like the equations; windows in a loop are seen as the rows of a
// matrix.
func (pr *builder) vector(op *plan.Vector, piece schedule.Piece, root *scope) error {
	for _, seg := range piece.Outer {
		w := &windows{pr: pr, op: op, loops: pr.schedule.Loops(op)}
		if seg.Looped() && op.Window > 1 {
			w.view(root)
		}
		s, group := root.enter(seg, "i")
		for g := range seg.Size {
			w.group = plus(group, g)
			for _, stage := range op.Stages {
				if err := w.stage(stage, s); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// windows builds the stages of one window at a time.
type windows struct {
	pr    *builder
	op    *plan.Vector
	loops *schedule.Loops
	group index
	// views are the names of the buffers seen as matrices of one row per window; nil where windows
	// have constant indices or one unit each.
	views map[*plan.Buffer]string
}

// view declares a view of every buffer that has an element for each unit: zs1 :=
// (*[4][3]float32)(unsafe.Pointer(&ws.Z1)). With two indices in ranges that the compiler sees, no access is checked.
func (w *windows) view(root *scope) {
	w.views = map[*plan.Buffer]string{}
	for _, b := range append(w.op.Reads(), w.op.Writes()...) {
		if !w.op.Element(b) || w.views[b] != "" {
			continue
		}
		name := fmt.Sprintf("%ss%d", b.Means.Var, b.Layer) // zs1, a view of z1
		w.views[b] = name
		if !root.declared[name] {
			root.declared[name] = true
			root.b.Let(name, &code.View{
				To: code.ArrayOf(code.Of(w.pr.kind), w.op.Groups(), w.op.Window), X: &code.Addr{X: base(b)},
			})
		}
	}
}

// at returns the name of the scalar that holds the buffer's element for unit j of the window, or for the
// window, and its place in memory.
func (w *windows) at(b *plan.Buffer, j index) (name string, place code.Expr) {
	if !w.op.Element(b) || w.op.Window == 1 {
		return scalar(b.Name, w.group), element(b, w.group)
	}
	if w.views != nil {
		return scalar(b.Name, w.group) + "_" + j.suffix(), at(code.V(w.views[b]), w.group, j)
	}
	x := plus(j, w.group.Off*w.op.Window)
	return scalar(b.Name, x), element(b, x)
}

// local is the name of a scalar of the window.
func (w *windows) local(v expr.Var) string {
	stem := fmt.Sprintf("%s%s%d", w.op.Scalars, v, w.op.Layer)
	if w.op.Groups() == 1 {
		return stem
	}
	return scalar(stem, w.group)
}

// suffix tells the units of all windows apart.
func (w *windows) suffix(j index) string {
	if w.op.Window == 1 {
		return w.group.suffix()
	}
	if w.views != nil {
		return w.group.suffix() + "_" + j.suffix()
	}
	return plus(j, w.group.Off*w.op.Window).suffix()
}

// straight says whether a window is straight code, so that drafts stay in scalars.
func (w *windows) straight() bool {
	return len(w.loops.Inner) == 1 && !w.loops.Inner[0].Looped()
}

// folds says whether a stage evaluates its Expr at element k of a segment, the i-th: a scan has no use for the value
// after the last element of the window.
func (w *windows) folds(st plan.Stage, i, k int) bool {
	inner := w.loops.Inner
	last := i == len(inner)-1 && !inner[i].Looped() && k == inner[i].Size-1
	return st.Fold != plan.NoFold && !(st.Fold == plan.FoldScan && st.Keep == nil && last)
}

// stage builds one stage.
func (w *windows) stage(st plan.Stage, s *scope) error {
	if st.Fold == plan.FoldLet {
		v, err := w.write(s, w.group.suffix(), w.value(s, index{}, st), st.Expr)
		if err != nil {
			return err
		}
		s.set(w.local(st.Var), v[0])
		w.keep(st, s)
		return nil
	}
	if st.Fold == plan.FoldScan {
		s.set(w.local(st.Var), code.To(w.pr.kind, code.N(st.From)))
	}
	sums := w.sums(st)
	for i, seg := range w.loops.Inner {
		if i == 0 && seg.Looped() {
			if err := w.begin(st, s, sums); err != nil {
				return err
			}
		}
		inner := "i"
		if w.group.Var != "" {
			inner = "j"
		}
		t, first := s.enter(seg, inner)
		if st.Fold != plan.FoldMax {
			w.load(st, t, first, seg.Size)
		}
		var terms []code.Expr
		for k := range seg.Size {
			term, err := w.element(st, t, plus(first, k), w.folds(st, i, k))
			if err != nil {
				return err
			}
			terms = append(terms, term...)
		}
		if sums == nil {
			w.fold(st, s, t, terms, i == 0 && !seg.Looped())
			continue
		}
		for k, term := range terms {
			sums.add(t, plus(first, k), term)
		}
	}
	if sums != nil {
		sums.end(s)
	}
	w.keep(st, s)
	return nil
}

// sums are the sums of the lanes of a stage that adds up in the plan's order, nil of another.
func (w *windows) sums(st plan.Stage) *lanes {
	if st.Fold != plan.FoldSum || !w.op.Ordered() {
		return nil
	}
	return newLanes(w.loops, w.loops.Inner, w.op.Window, w.local(st.Var))
}

// begin gives the scalar of a fold in a loop its first value: 0, or the first term of a maximum.
func (w *windows) begin(st plan.Stage, s *scope, sums *lanes) error {
	switch {
	case sums != nil:
		sums.begin(w.pr, s)
	case st.Fold == plan.FoldSum:
		s.set(w.local(st.Var), code.To(w.pr.kind, code.N(0)))
	case st.Fold == plan.FoldMax:
		first := index{}
		value := func(v expr.Var) (code.Expr, error) {
			if b := w.op.Bind(v); b != nil {
				_, place := w.at(b, first)
				return place, nil
			}
			return w.value(s, first, st)(v)
		}
		v, err := w.pr.write(st.Expr, value)
		if err != nil {
			return err
		}
		s.set(w.local(st.Var), v)
	}
	return nil
}

// fold brings the terms of a segment into the scalar of the stage; first says that they are its first.
func (w *windows) fold(st plan.Stage, s, t *scope, terms []code.Expr, first bool) {
	name := w.local(st.Var)
	switch {
	case st.Fold == plan.FoldSum && first:
		s.set(name, code.Sum(terms...))
	case st.Fold == plan.FoldSum:
		t.b.AddTo(code.V(name), code.Sum(terms...))
	case st.Fold == plan.FoldMax && first && len(terms) == 1:
		s.set(name, terms[0])
	case st.Fold == plan.FoldMax && first:
		s.set(name, &code.Extreme{Op: code.Max, Xs: terms})
	case st.Fold == plan.FoldMax:
		t.b.Set(code.V(name), &code.Extreme{Op: code.Max, Xs: append([]code.Expr{code.V(name)}, terms...)})
	}
}

// keep stores the scalar of a stage.
func (w *windows) keep(st plan.Stage, s *scope) {
	if st.Keep != nil {
		s.storeAt(st.Keep, scalar(st.Keep.Name, w.group), element(st.Keep, w.group), w.local(st.Var), w.group.Var != "")
	}
}

// load reads the arguments of a straight stage's elements, in one statement each.
func (w *windows) load(st plan.Stage, s *scope, first index, n int) {
	if w.group.Var != "" {
		return
	}
	for _, a := range w.op.Args {
		if w.op.Element(a.Buf) && st.Uses(a.Var) {
			s.load(a.Buf, plus(first, w.group.Off*w.op.Window), n)
		}
	}
}

// element builds what a stage does with one element and returns the term it folds: one for a sum or a
// maximum, none otherwise.
func (w *windows) element(st plan.Stage, s *scope, j index, folds bool) ([]code.Expr, error) {
	value := w.value(s, j, st)
	if st.Draft != nil {
		v, err := w.write(s, w.suffix(j), value, st.Draft.Expr)
		if err != nil {
			return nil, err
		}
		s.set(w.draft(j), v[0])
		if !w.straight() {
			_, place := w.at(st.Draft.Buf, j)
			s.b.Set(place, code.V(w.draft(j)))
		}
	}
	exprs := make([]expr.Expr, 0, len(st.Sets)+1)
	for _, set := range st.Sets {
		exprs = append(exprs, set.Expr)
	}
	if folds {
		exprs = append(exprs, st.Expr)
	}
	vs, err := w.write(s, w.suffix(j), value, exprs...)
	if err != nil {
		return nil, err
	}
	for i, set := range st.Sets {
		name, place := w.at(set.Buf, j)
		s.set(name, vs[i])
		s.storeAt(set.Buf, name, place, name, w.group.Var != "" || j.Var != "")
	}
	if st.Fold == plan.FoldScan && folds {
		s.b.Set(code.V(w.local(st.Var)), vs[len(vs)-1])
	}
	if st.Fold == plan.FoldSum || st.Fold == plan.FoldMax {
		return vs[len(vs)-1:], nil
	}
	return nil, nil
}

// draft is the name of an element's draft.
func (w *windows) draft(j index) string {
	return fmt.Sprintf("%s%d_%s", plan.DraftVar, w.op.Layer, w.suffix(j))
}

// write turns expressions into values, subexpressions they share into scalars.
func (w *windows) write(
	s *scope, suffix string, value func(expr.Var) (code.Expr, error), exprs ...expr.Expr,
) ([]code.Expr, error) {
	shared := expr.Share("u", exprs...)
	lets := map[expr.Var]string{}
	build := func(e expr.Expr) (code.Expr, error) {
		return w.pr.write(e, func(v expr.Var) (code.Expr, error) {
			if name, ok := lets[v]; ok {
				return code.V(name), nil
			}
			return value(v)
		})
	}
	for _, let := range shared.Lets {
		v, err := build(let.Value)
		if err != nil {
			return nil, err
		}
		name := string(let.Name) + "_" + suffix
		s.set(name, v)
		lets[let.Name] = name
	}
	var vs []code.Expr
	for _, e := range shared.Results {
		v, err := build(e)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// value looks up what a variable of a stage stands for at unit j.
func (w *windows) value(s *scope, j index, st plan.Stage) func(expr.Var) (code.Expr, error) {
	return func(v expr.Var) (code.Expr, error) {
		if b := w.op.Bind(v); b != nil {
			name, place := w.at(b, j)
			return s.read(b, name, place), nil
		}
		if v != plan.DraftVar {
			return code.V(w.local(v)), nil
		}
		if st.Draft == nil && !w.straight() {
			_, place := w.at(w.drafts(), j)
			return place, nil
		}
		return code.V(w.draft(j)), nil
	}
}

// drafts is the buffer that holds the drafts of a looped window.
func (w *windows) drafts() *plan.Buffer {
	for _, st := range w.op.Stages {
		if st.Draft != nil {
			return st.Draft.Buf
		}
	}
	return nil
}
