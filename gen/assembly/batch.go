package assembly

import (
	"errors"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// SumsSuffix ends the name of the function that sums up what GradBatch's leaves behind, OneSuffix that of the one that
// takes a sample alone, and FewSuffix that of the one that sums up what this one leaves behind of few samples.
const SumsSuffix, OneSuffix, FewSuffix = "Sums", "One", "Few"

// Batch writes the assembly of a function of a batch: what is done for tiles of samples; for gradients, a second
// Function that sums them up, and, if samples have no weights, one or two for few samples (few.go); and for StepBatch,
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
		few, err := few(f, p, m, fn, lay)
		if errors.Is(err, ErrLong) {
			return nil, ErrLong
		}
		out, errs = append(out, few...), append(errs, err)
	}
	return out, errors.Join(errs...)
}

// few writes what takes few samples of GradBatch.
func few(f *File, p *plan.Program, m Machine, fn *plan.Func, lay *kernel.TileLayout) ([]*Function, error) {
	apart := SumsApart(p)
	one := NewFunction(f, m, fn.Name+OneSuffix+m.Set.String(), oneParams(f, p, fn.Name, apart), true)
	one.lines = lines{m.Set.LineCycles(p.MatrixBytes(fn)), m.Set.LineCycles(f.Kernel.Layout.Space)}
	turns := f.Kernel.Layout.Direction > 0 // a network without Grad may have no field for it
	kernel.One(BuilderOf(one), &f.Kernel, fn, turns && large(m.Set, p, fn), apart)
	if one.tooLong() {
		return nil, ErrLong
	}
	one.Finish()
	if !apart {
		return []*Function{one}, errors.Join(one.Errs...)
	}
	sums := NewFunction(f, m, fn.Name+FewSuffix+m.Set.String(), fewParams(f, p, fn.Name), false)
	sums.Many = true
	most := min(lay.Samples, p.Block)
	sums.lines = lines{m.Set.LineCycles(p.Network.Params() * m.Size), m.Set.LineCycles(most * f.Kernel.Layout.Space)}
	kernel.FewSums(BuilderOf(sums), &f.Kernel, fn, most)
	if sums.tooLong() {
		return nil, ErrLong
	}
	sums.Finish()
	return []*Function{one, sums}, errors.Join(append(one.Errs, sums.Errs...)...)
}

// PartNames are the names, without prefix and level, of what is written for a function.
func PartNames(p *plan.Program, fn *plan.Func) []string {
	switch {
	case fn.Name == plan.GradBatch && SumsApart(p):
		return []string{fn.Name, fn.Name + SumsSuffix, fn.Name + OneSuffix, fn.Name + FewSuffix}
	case fn.Name == plan.GradBatch:
		return []string{fn.Name, fn.Name + SumsSuffix, fn.Name + OneSuffix}
	case plan.Unweighted(fn.Name) == plan.GradBatch:
		return []string{fn.Name, fn.Name + SumsSuffix}
	}
	return []string{fn.Name}
}

// MostParts is how many parts a function has at most, and TiledParts how many of GradBatch are for tiles, the first
// ones.
const MostParts, TiledParts = 4, 2
