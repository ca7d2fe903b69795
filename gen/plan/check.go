package plan

import (
	"errors"
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Check finds what would make a plan compute nonsense: shapes that don't fit, expressions with unbound variables,
// reads of what was never written, scratch read across functions, weights written before their old
// values have been read, gradients written twice or never, slots that two living buffers share, sums in an order that
// there isn't.
func Check(p *Program) error {
	var errs []error
	for _, b := range p.Buffers {
		if b.Kind == Scratch && b.Slot >= 0 && (b.Slot >= len(p.Slots) || p.Slots[b.Slot] < b.Len()) {
			errs = append(errs, fmt.Errorf("slot %d does not hold %v", b.Slot, b))
		}
	}
	for _, f := range p.Funcs {
		for i, op := range f.All() {
			if err := checkShape(op); err != nil {
				errs = append(errs, fmt.Errorf("%s, operation %d (%s): %w", f.Name, i, op, err))
			}
		}
		if err := checkScopes(f); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.Name, err))
		}
		if err := checkFlow(p, f); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.Name, err))
		}
	}
	return errors.Join(errs...)
}

func checkShape(op Op) error {
	switch o := op.(type) {
	case *Affine:
		return errors.Join(lengths(o.W.Cols, o.In), lengths(o.W.Rows, some(o.B)...), checkOrder(o.Order),
			checkMap(&o.Each, o.W.Rows, AccForward))
	case *BackAffine:
		err := errors.Join(lengths(o.W.Rows, o.D), checkOrder(o.Order), checkMap(&o.Each, o.W.Cols, AccBackward))
		if u := o.Update; u != nil && err == nil {
			if u.W != o.W || u.D != o.D {
				return fmt.Errorf("a fused update must share W and δ")
			}
			return checkShape(u)
		}
		return err
	case *Outer:
		return errors.Join(lengths(o.GW.Rows, some(o.D, o.GB, o.DT)...), lengths(o.GW.Cols, some(o.A, o.AT)...))
	case *Update:
		return errors.Join(lengths(o.W.Rows, some(o.D, o.B)...), lengths(o.W.Cols, o.A), lengths(1, o.Rate))
	case *OuterSum:
		return errors.Join(lengths(o.GW.Rows, some(o.D, o.GB)...), lengths(o.GW.Cols, o.A))
	case *Clear:
		return nil
	case *Unit:
		return lengths(o.Out.Len(), some(o.S)...)
	case *Descend:
		return errors.Join(lengths(1, o.Rate), sameShapes(o.P, o.G))
	case *Map:
		return errors.Join(checkOrder(o.Order), checkMap(o, o.N, ""))
	case *Vector:
		return errors.Join(checkOrder(o.Order), checkVector(o))
	default:
		return fmt.Errorf("unexpected operation %T", op)
	}
}

// checkOrder asks that the lanes of an ordered sum can be added up by halves.
func checkOrder(o Order) error {
	if o.Lanes < 0 || o.Lanes&(o.Lanes-1) != 0 {
		return fmt.Errorf("%d lanes cannot be added up by halves", o.Lanes)
	}
	return nil
}

func lengths(n int, bs ...*Buffer) error {
	for _, b := range bs {
		if b.Len() != n {
			return fmt.Errorf("%v should have %d elements", b, n)
		}
	}
	return nil
}

// sameShapes asks that two lists of buffers have the same elements in the same order.
func sameShapes(as, bs []*Buffer) error {
	if len(as) != len(bs) {
		return fmt.Errorf("%d parameters have %d gradients", len(as), len(bs))
	}
	for i, a := range as {
		if b := bs[i]; a.Rows != b.Rows || a.Cols != b.Cols {
			return fmt.Errorf("%v is not the gradient of %v", b, a)
		}
	}
	return nil
}

func checkMap(m *Map, n int, acc expr.Var) error {
	if m.N != n {
		return fmt.Errorf("elementwise part runs over %d elements, not %d", m.N, n)
	}
	for _, a := range m.Args {
		if a.Buf.Len() != n && a.Buf.Len() != 1 {
			return fmt.Errorf("%v should have %d elements or one", a.Buf, n)
		}
	}
	bound := func(e expr.Expr) error {
		for _, v := range expr.Vars(e) {
			if v != acc && m.Bind(v) == nil {
				return fmt.Errorf("variable %s of %s is not bound", v, e)
			}
		}
		return nil
	}
	for _, s := range m.Sets {
		if err := errors.Join(lengths(n, s.Buf), bound(s.Expr)); err != nil {
			return err
		}
	}
	if m.Sum != nil {
		return errors.Join(lengths(1, m.Sum.Buf), lengths(1, some(m.Sum.Weight)...), bound(m.Sum.Expr))
	}
	return nil
}

// checkScopes asks that what is done once in a call comes before the first block or after the last, and that functions
// of one sample are of that alone.
func checkScopes(f *Func) error {
	began, ended := false, false
	for i, op := range f.Ops {
		scope := ScopeOf(op)
		switch {
		case !f.Batch && scope != PerSample:
			return fmt.Errorf("operation %d (%s) is of a batch", i, op)
		case ended && scope != PerCall:
			return fmt.Errorf("operation %d (%s) comes after the last block", i, op)
		}
		began = began || scope != PerCall
		ended = began && scope == PerCall
	}
	return nil
}
