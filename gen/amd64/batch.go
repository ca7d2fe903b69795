package amd64

import (
	"errors"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// SumsSuffix ends the name of the function that sums up what GradBatch's leaves behind.
const SumsSuffix = "Sums"

// printBatch writes the assembly of a function of a batch: what is done for tiles of samples; for gradients, a second
// function that sums them up; and for StepBatch, which does with samples what GradBatch does, its last operation alone.
func printBatch(f *file, p *plan.Program, m machine, fn *plan.Func, lay *kernel.TileLayout) ([]*function, error) {
	name := fn.Name
	if fn.Name == plan.StepBatch {
		d := newFunction(f, m, name+m.level.String(), descentParams(f, p), false)
		n := p.Network.Params()
		d.lines.matrices = f.core.LineCycles(2 * n * m.size)
		kernel.Descent(builder{d}, &f.kernel, n)
		d.finish()
		return []*function{d}, errors.Join(d.errs...)
	}
	loss := fn.Name != plan.ForwardBatch && !f.kernel.Strict
	t := newFunction(f, m, name+m.level.String(), tileParams(f, p, fn.Name), loss)
	t.many = true
	t.lines = lines{f.core.LineCycles(p.MatrixBytes(fn) + lay.Work), f.core.LineCycles(lay.Work)}
	kernel.Tiles(builder{t}, &f.kernel, p, fn, lay)
	if t.stopped {
		return nil, errLong
	}
	t.finish()
	if !f.layered { // where operations hand nothing on in registers
		t.dropDeadStores(lay)
	}
	out, errs := []*function{t}, t.errs
	if fn.Name == plan.GradBatch {
		s := newFunction(f, m, name+SumsSuffix+m.level.String(), sumsParams(f, p), false)
		s.many = true
		s.lines = lines{f.core.LineCycles(p.Network.Params()*m.size + lay.Tiles*lay.Stride),
			f.core.LineCycles(lay.Tiles * lay.Stride)}
		s.checked = true // it is called right after the other
		kernel.Sums(builder{s}, &f.kernel, fn, lay)
		if s.tooLong() {
			return nil, errLong
		}
		s.finish()
		out, errs = append(out, s), append(errs, s.errs...)
	}
	return out, errors.Join(errs...)
}

// partNames are the names, without prefix and level, of what is written for a function.
func partNames(fn *plan.Func) []string {
	if fn.Name == plan.GradBatch {
		return []string{fn.Name, fn.Name + SumsSuffix}
	}
	return []string{fn.Name}
}
