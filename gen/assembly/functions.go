package assembly

import (
	"errors"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// ErrLong says that code would be too long.
var ErrLong = errors.New("too long")

// Sample writes a function of one sample.
func Sample(f *File, p *plan.Program, m Machine, fn *plan.Func) (*Function, error) {
	a := NewFunction(f, m, fn.Name+m.Set.String(), Params(f, p, fn.Name),
		plan.SignatureOf(fn.Name).ReturnsLoss())
	a.lines = lines{m.Set.LineCycles(p.MatrixBytes(fn)), m.Set.LineCycles(f.Kernel.Layout.Space)}
	kernel.Sample(BuilderOf(a), &f.Kernel, fn, f.Style, Alternates(m.Set, p, fn))
	if a.tooLong() {
		return nil, ErrLong
	}
	a.Finish()
	if !f.Layered { // where operations hand nothing on in registers
		a.Target.DropDeadScratch(f.Kernel.Layout)
	}
	return a, errors.Join(a.Errs...)
}

// Write writes the assembly of a function of the plan for a machine.
func Write(f *File, p *plan.Program, m Machine, fn *plan.Func, tiling kernel.Tiling) ([]*Function, error) {
	if fn.Batch {
		return Batch(f, p, m, fn, kernel.NewTileLayout(p, tiling))
	}
	one, err := Sample(f, p, m, fn)
	return []*Function{one}, err
}

// NewSweep is the function of a sweep, written.
func NewSweep(f *File, m Machine, s plan.Sweep) (*Function, error) {
	w := newFreely(f, m, s.Function()+m.Set.String(), SweepParams(s, m.Size))
	kernel.Sweep(BuilderOf(w), &f.Kernel, s)
	w.Finish()
	return w, errors.Join(w.Errs...)
}
