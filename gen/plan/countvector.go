package plan

import (
	"strconv"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// vector counts the stages of every window of a piece.
func (b block) vector(o *Vector, p Piece) {
	for _, seg := range p.Outer {
		s, first := b.enter(seg, "i")
		for g := range seg.Size {
			w := counted{o, first.plus(g)}
			for _, st := range o.Stages {
				w.stage(s, st)
			}
		}
	}
}

// counted is a window of a Vector whose operations are counted.
type counted struct {
	op    *Vector
	group index
}

// name is the name of the scalar of unit j of the window in a buffer, or of the window.
func (w counted) name(buf *Buffer, j index) string {
	switch {
	case !w.op.Element(buf) || w.op.Window == 1:
		return element(buf.Name, w.group)
	case w.group.loop != "":
		return element(element(buf.Name, w.group), j)
	}
	return element(buf.Name, j.plus(w.group.off*w.op.Window))
}

// get counts the use of an element by way of a scalar.
func (w counted) get(b block, buf *Buffer, j index) {
	name := w.name(buf, j)
	if _, ok := b.scalars.Find(name); !ok {
		b.read(buf, 1)
		b.scalars.Hold(buf, name, name)
	}
}

// store counts an element written from a scalar, which goes on holding it.
func (w counted) store(b block, buf *Buffer, j index) {
	b.write(buf, 1)
	name := w.name(buf, j)
	b.scalars.Stored(buf, name, name, w.group.loop != "" || j.loop != "")
}

// stage counts one pass over the window.
func (w counted) stage(b block, st Stage) {
	if st.Fold == FoldLet {
		w.evaluate(b, st, index{}, st.Expr)
	}
	for i, seg := range w.op.Inner {
		if st.Fold == FoldLet {
			break
		}
		if i == 0 && seg.Looped() && st.Fold == FoldMax {
			w.begin(b, st)
		}
		s, first := b.enter(seg, "j")
		for k := range seg.Size {
			w.element(s, st, first.plus(k), w.op.Folds(st, i, k))
		}
		switch st.Fold {
		case FoldSum:
			if !w.op.Ordered {
				s.arithmetic(expr.Count{Adds: int64(later(i, seg))})
			}
		case FoldMax:
			s.arithmetic(expr.Count{Selects: int64(later(i, seg))})
		}
	}
	if st.Fold == FoldSum && w.op.Ordered {
		b.arithmetic(expr.Count{Adds: int64(w.op.additions(w.op.Window, w.op.Inner))})
	}
	if st.Keep != nil {
		b.write(st.Keep, 1)
		b.scalars.Stored(st.Keep, element(st.Keep.Name, w.group), strconv.Itoa(0), w.group.loop != "")
	}
}

// begin counts the first term of a maximum in a loop, read where it is.
func (w counted) begin(b block, st Stage) {
	b.arithmetic(emittedOps(st.Expr))
	for _, a := range w.op.Args {
		for range expr.Occurrences(st.Expr, a.Var) {
			b.read(a.Buf, 1)
		}
	}
}

// element counts what a stage does with one unit, but for the fold.
func (w counted) element(b block, st Stage, j index, folds bool) {
	if st.Draft != nil {
		w.evaluate(b, st, j, st.Draft.Expr)
		if !w.straight() {
			b.write(st.Draft.Buf, 1)
		}
	}
	var exprs []expr.Expr
	for _, set := range st.Sets {
		exprs = append(exprs, set.Expr)
	}
	if folds {
		exprs = append(exprs, st.Expr)
	}
	w.evaluate(b, st, j, exprs...)
	for _, set := range st.Sets {
		w.store(b, set.Buf, j)
	}
}

// evaluate counts expressions whose common subexpressions are formed once: arguments by way of scalars, and the drafts
// of a looped window where they are.
func (w counted) evaluate(b block, st Stage, j index, exprs ...expr.Expr) {
	shared := expr.Share("u", exprs...)
	parts := shared.Results
	for _, let := range shared.Lets {
		parts = append(parts, let.Value)
	}
	for _, e := range parts {
		b.arithmetic(emittedOps(e))
		if st.Draft == nil && !w.straight() {
			b.read(w.op.Out, expr.Occurrences(e, DraftVar))
		}
	}
	for _, a := range w.op.Args {
		for _, e := range exprs {
			if expr.Uses(e, a.Var) {
				w.get(b, a.Buf, j)
			}
		}
	}
}

// straight says whether a window is straight code, so that drafts stay in scalars.
func (w counted) straight() bool { return len(w.op.Inner) == 1 && !w.op.Inner[0].Looped() }

// later is the number of operations that bring the elements of segment i together with one another and, unless they are
// the first, with what was formed of those before.
func later(i int, s Segment) int {
	if i == 0 && !s.Looped() {
		return s.Size - 1
	}
	return s.Size
}
