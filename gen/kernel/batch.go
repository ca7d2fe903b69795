package kernel

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Tiles writes a function of a batch but for what is done once in a call: what is done for tiles of samples.
func Tiles(to Function, c *Common, p *plan.Program, fn *plan.Func, lay *TileLayout) {
	of := plan.Unweighted(fn.Name)
	t := newTile(to, c, lay, of != fn.Name)
	if fn.Name != plan.InputGradBatch {
		t.keptBase = to.InPlaceOf("gxs")
	}
	t.keeps = of == plan.GradBatch
	loss := fn.Name != plan.ForwardBatch && !c.Strict
	if loss {
		t.prepare(loss)
	}
	t.samplesThrough(p, fn)
	if loss {
		t.returnLoss()
	}
}

// Sums writes the function that sums up what GradBatch leaves behind of tiles.
func Sums(to Function, c *Common, fn *plan.Func, lay *TileLayout) {
	t := newTile(to, c, lay, false)
	to.LendArguments("p", "ys") // which it has not
	to.LayerByLayer(outerSums(fn), t.where, func(op plan.Op) {
		if to.Operation(op) {
			t.outerSum(op.(*plan.OuterSum))
		}
	})
}

// outerSums are the operations that sum gradients up.
func outerSums(fn *plan.Func) []plan.Op {
	return slices.DeleteFunc(slices.Clone(fn.Ops), func(op plan.Op) bool {
		_, ok := op.(*plan.OuterSum)
		return !ok
	})
}

// samplesThrough takes tiles of samples through the operations of a function.
func (t *tile) samplesThrough(p *plan.Program, fn *plan.Func) {
	n := p.Network
	in, out := n.Input*t.lay.Row, n.Width(n.Depth())*t.lay.Row
	t.tiles(map[string]int{"xs": in, "ys": out, "out": out, "gxs": in}, func() {
		t.samplesIn(t.f.to.Base("xs"), p.Buffer("x"))
		// The forward pass is the same text in all functions, whether targets are read before it, and the file has it
		// once.
		t.f.to.Forget()
		t.targetsLate = nil
		if ys := t.f.to.Base("ys"); ys != nil {
			// A single target is read where it is needed, or registers would hold it through the whole forward pass.
			if y := p.Buffer("y"); y.Len() == 1 {
				t.targetsLate = y
			} else {
				t.samplesIn(ys, y)
			}
		}
		if t.weights != nil {
			t.weightsIn(p.Buffer("weight"))
		}
		ops := slices.DeleteFunc(slices.Clone(fn.Ops),
			func(op plan.Op) bool { return plan.ScopeOf(op) == plan.PerCall })
		t.f.to.LayerByLayer(ops, t.where, t.operation)
		if t.losses != nil {
			t.storeLosses()
		}
	})
}

// operation writes an operation of the samples.
func (t *tile) operation(op plan.Op) {
	if !t.f.to.Operation(op) {
		return
	}
	if y := t.targetsLate; y != nil && slices.Contains(op.Reads(), y) {
		t.targetsLate = nil
		t.samplesIn(t.f.to.Base("ys"), y)
	}
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
				t.samplesOut(b, vec.Place{Base: t.keptBase, Disp: at}, pitch(b, t.f.m.Size))
			}
		}
	default:
		t.f.to.Fail(fmt.Sprintf("unexpected operation %T", op))
	}
}

// Descent writes p −= rate·∇ over so many parameters.
func Descent(to Function, c *Common, n int) {
	d := newFunction(to, c)
	m := d.m
	to.Begin()
	vectors := 4 * m.Lanes() // in a round
	rate, move := d.to.Variable(), d.code.Nmadd
	if by := d.code.Spread(d.to.Given("rate")); m.Separate && n > 4*vectors {
		move = d.moved
		d.code.Set(rate, d.code.Less(d.code.Zeros(), by))
	} else {
		d.code.Set(rate, by)
	}
	step := func(at index, size int) {
		w, g := d.along(vec.Place{Base: d.to.Base("p")}, at), d.along(vec.Place{Base: d.to.Base("grad")}, at)
		for k := 0; k < size; k += m.Lanes() {
			s := min(m.Lanes(), size-k)
			d.code.Wide(m.Width(s), func() {
				place := w.Plus(k * m.Size)
				d.code.Store(move(rate, d.code.Load(g.Plus(k*m.Size), s), d.code.Load(place, s)), place, s)
			})
		}
	}
	d.chunks(n, vectors, 2, []int{1}, step)
	d.to.Release(rate)
}
