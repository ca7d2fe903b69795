package amd64

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/templates"
)

// SumsSuffix ends the name of the function that sums up what GradBatch's leaves behind.
const SumsSuffix = "Sums"

// sumsPointers are registers of arguments that the function which sums up doesn't have.
var sumsPointers = []string{"p", "ys"}

// printBatch writes the assembly of a function of a batch: what is done for tiles of samples; for gradients, a second
// function that sums them up; and for StepBatch, which does with samples what GradBatch does, its last operation alone.
func printBatch(f *file, p *plan.Program, m machine, fn *plan.Func, lay *tileLayout) ([]*function, error) {
	name := fn.Name
	if fn.Name == plan.StepBatch {
		d := printDescend(f, p, m, name+m.level.String())
		return []*function{d}, errors.Join(d.errs...)
	}
	loss := fn.Name != plan.ForwardBatch && !f.strict
	t := newTile(f, lay, m, name+m.level.String(), tileParams(f, p, fn.Name), loss)
	t.f.lines = lines{f.core.lineCycles(p.MatrixBytes(fn) + lay.work), f.core.lineCycles(lay.work)}
	if fn.Name == plan.GradBatch {
		t.keptBase = t.f.inPlaceOf("gxs")
	}
	if loss {
		t.prepare(loss)
	}
	if err := t.samplesThrough(p, fn); err != nil {
		return nil, err
	}
	if loss {
		t.returnLoss()
	}
	t.f.finish()
	out := []*function{t.f}
	if !f.layered { // where operations hand nothing on in registers
		t.dropDeadStores()
	}
	errs := t.f.errs
	if fn.Name == plan.GradBatch {
		s := newTile(f, lay, m, name+SumsSuffix+m.level.String(), sumsParams(f, p), false)
		s.f.lines = lines{f.core.lineCycles(p.Network.Params()*m.size + lay.tiles*lay.stride),
			f.core.lineCycles(lay.tiles * lay.stride)}
		s.f.checked = true // it is called right after the other
		s.f.lendArguments(sumsPointers...)
		s.f.layerByLayer(outerSums(fn), s.where, func(op plan.Op) {
			if !s.f.tooLong() {
				s.f.done++
				s.f.comment(s.f.file.title(op))
				s.outerSum(op.(*plan.OuterSum))
			}
		})
		if s.f.tooLong() {
			return nil, errLong
		}
		s.f.finish()
		out, errs = append(out, s.f), append(errs, s.f.errs...)
	}
	return out, errors.Join(errs...)
}

// outerSums are the operations that sum gradients up.
func outerSums(fn *plan.Func) []plan.Op {
	return slices.DeleteFunc(slices.Clone(fn.Ops), func(op plan.Op) bool {
		_, ok := op.(*plan.OuterSum)
		return !ok
	})
}

// samplesThrough takes tiles of samples through the operations of a function.
func (t *tile) samplesThrough(p *plan.Program, fn *plan.Func) error {
	n := p.Network
	in, out := n.Input*t.lay.row, n.Width(n.Depth())*t.lay.row
	var err error
	t.tiles(map[string]int{"xs": in, "ys": out, "out": out, "gxs": in}, func() {
		t.samplesIn(t.f.bases["xs"], p.Buffer("x"))
		if t.f.bases["ys"] != nil {
			t.samplesIn(t.f.bases["ys"], p.Buffer("y"))
		}
		ops := slices.DeleteFunc(slices.Clone(fn.Ops),
			func(op plan.Op) bool { return plan.ScopeOf(op) == plan.PerCall })
		t.f.layerByLayer(ops, t.where, func(op plan.Op) {
			if err == nil && t.f.tooLong() {
				err = errLong
			}
			if err == nil {
				err = t.operation(op)
			}
		})
		if err != nil {
			return
		}
		if t.losses != nil {
			t.storeLosses()
		}
	})
	return err
}

// operation writes an operation of the samples.
func (t *tile) operation(op plan.Op) error {
	t.f.done++
	t.f.comment(t.f.file.title(op))
	switch op := op.(type) {
	case *plan.Affine:
		t.affine(op)
	case *plan.BackAffine:
		t.backAffine(op)
	case *plan.Map:
		t.mapping(op)
	case *plan.Vector:
		t.vector(op)
	case *plan.OuterSum:
		for _, b := range []*plan.Buffer{op.A, op.D} {
			if at, ok := t.lay.copies[b]; ok {
				t.samplesOut(b, vec.Place{Base: t.keptBase, Disp: at}, pitch(b, t.f.m.size))
			}
		}
	default:
		return fmt.Errorf("unexpected operation %T", op)
	}
	return nil
}

// partNames are the names, without prefix and level, of what is written for a function.
func partNames(fn *plan.Func) []string {
	if fn.Name == plan.GradBatch {
		return []string{fn.Name, fn.Name + SumsSuffix}
	}
	return []string{fn.Name}
}

// printDescend writes p −= rate·∇ over all parameters.
func printDescend(f *file, p *plan.Program, m machine, name string) *function {
	params := []param{{name: "p", typ: p.Network.Name}, {name: "grad", typ: p.Network.Name + "Grad"}, {name: "rate"}}
	d := newFunction(f, m, name, append(params, f.pauseParam(p, plan.StepBatch)...), false)
	n := p.Network.Params()
	d.lines.matrices = f.core.lineCycles(2 * n * m.size)
	d.begin()
	rate := d.cell()
	d.code.Set(rate, d.code.Spread(d.rate))
	step := func(at index, size int) {
		w, g := d.along(vec.Place{Base: d.bases["p"]}, at), d.along(vec.Place{Base: d.bases["grad"]}, at)
		for k := 0; k < size; k += m.lanes() {
			s := min(m.lanes(), size-k)
			d.code.Wide(m.width(s), func() {
				place := w.Plus(k * m.size)
				d.code.Store(d.code.Nmadd(rate, d.code.Load(g.Plus(k*m.size), s), d.code.Load(place, s)), place, s)
			})
		}
	}
	d.chunks(n, 4*m.lanes(), 2, []int{1}, step)
	d.release(rate)
	d.finish()
	return d
}

// tileParams are the parameters of the assembly of a function of a batch.
func tileParams(f *file, p *plan.Program, function string) []param {
	ps := []param{{name: "p", typ: p.Network.Name}}
	for _, arg := range plan.SignatureOf(function).Args {
		if arg != plan.GradArg { // gradients are summed up by a function of their own
			ps = append(ps, argumentOf(p, arg))
		}
	}
	ps = append(ps, param{name: "tiles", integer: true})
	if p.Func(function).Forms(plan.Loss) {
		ps = append(ps, param{name: "samples", integer: true})
	}
	return append(ps, f.pauseParam(p, function)...)
}

// sumsParams are the parameters of the function that sums gradients up.
func sumsParams(f *file, p *plan.Program) []param {
	name := p.Network.Name
	ps := []param{
		{name: "b", typ: name + "Batch"}, {name: "xs", dim: p.Network.Input},
		{name: templates.AssemblerName("g"), typ: name + "Grad"}, {name: "tiles", integer: true},
		{name: "samples", integer: true},
	}
	return append(ps, f.pauseParam(p, plan.GradBatch+SumsSuffix)...)
}
