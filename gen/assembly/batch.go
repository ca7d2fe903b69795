package assembly

import (
	"errors"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// SumsSuffix ends the name of the function that sums up what GradBatch's leaves behind, and OneSuffix that of the one
// that adds the gradient of a sample alone.
const SumsSuffix, OneSuffix = "Sums", "One"

// Batch writes the assembly of a function of a batch: what is done for tiles of samples; for gradients, a second
// Function that sums them up, and, if samples have no weights, a third one for few samples (few.go); and for StepBatch,
// which does with samples what GradBatch does, its last operation alone.
func Batch(f *File, p *plan.Program, m Machine, fn *plan.Func, lay *kernel.TileLayout) ([]*Function, error) {
	name, of := fn.Name, plan.Unweighted(fn.Name)
	if of == plan.StepBatch {
		d := NewFunction(f, m, name+m.Set.String(), descentParams(f, p, name), false)
		n := p.Network.Params()
		d.lines.matrices = m.Set.LineCycles(2 * n * m.Size)
		kernel.Descent(BuilderOf(d), &f.Kernel, n)
		d.Finish()
		return []*Function{d}, errors.Join(d.Errs...)
	}
	loss := fn.Name != plan.ForwardBatch && !f.Kernel.Strict
	t := NewFunction(f, m, name+m.Set.String(), tileParams(f, p, fn.Name), loss)
	t.Many = true
	all := p.MatrixBytes(fn) + lay.Work
	t.lines = lines{m.Set.LineCycles(all), m.Set.LineCycles(all)} // what goes by drives the area out of the first cache
	kernel.Tiles(BuilderOf(t), &f.Kernel, p, fn, lay)
	if t.stopped {
		return nil, ErrLong
	}
	t.Finish()
	if !f.Layered { // where operations hand nothing on in registers
		t.Target.DropDeadStores(lay)
	}
	out, errs := []*Function{t}, t.Errs
	if of == plan.GradBatch {
		s := NewFunction(f, m, name+SumsSuffix+m.Set.String(), sumsParams(f, p, name), false)
		s.Many = true
		s.lines = lines{m.Set.LineCycles(p.Network.Params()*m.Size + lay.Tiles*lay.Stride),
			m.Set.LineCycles(lay.Tiles * lay.Stride)}
		s.checked = true // it is called right after the other
		kernel.Sums(BuilderOf(s), &f.Kernel, fn, lay)
		if s.tooLong() {
			return nil, ErrLong
		}
		s.Finish()
		out, errs = append(out, s), append(errs, s.Errs...)
	}
	if fn.Name == plan.GradBatch {
		one := NewFunction(f, m, name+OneSuffix+m.Set.String(), oneParams(f, p, name), true)
		one.lines = lines{m.Set.LineCycles(p.MatrixBytes(fn)), m.Set.LineCycles(f.Kernel.Layout.Space)}
		turns := f.Kernel.Layout.Direction > 0 // a network without Grad may have no field for it
		kernel.One(BuilderOf(one), &f.Kernel, fn, turns && large(m.Set, p, fn))
		if one.tooLong() {
			return nil, ErrLong
		}
		one.Finish()
		out, errs = append(out, one), append(errs, one.Errs...)
	}
	return out, errors.Join(errs...)
}

// PartNames are the names, without prefix and level, of what is written for a function.
func PartNames(fn *plan.Func) []string {
	switch {
	case fn.Name == plan.GradBatch:
		return []string{fn.Name, fn.Name + SumsSuffix, fn.Name + OneSuffix}
	case plan.Unweighted(fn.Name) == plan.GradBatch:
		return []string{fn.Name, fn.Name + SumsSuffix}
	}
	return []string{fn.Name}
}

// MostParts is how many parts a function has at most.
const MostParts = 3
