package kernel

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Few samples of a batch go through the network one by one. Their gradients are added up as they come, or in the end.

// One writes what GradBatch does with a sample alone: its gradient is added to what is there, unless the sums of few
// samples are formed apart (FewSums).
func One(to Function, c *Common, fn *plan.Func, alternates, apart bool) {
	f := newFunction(to, c)
	f.style = Standard
	to.Begin()
	if alternates {
		f.alternates(fn)
	}
	f.operations(slices.DeleteFunc(slices.Clone(fn.Ops), func(op plan.Op) bool {
		scope := plan.ScopeOf(op)
		return scope == plan.PerCall || scope == plan.PerBlock && apart
	}))
}

// The arguments of FewSums that have not got the name of one of the API: how many samples there are, and what becomes
// of what was there before, which is one of the constants.
const FewSamplesArg, FewOntoArg = "samples", "onto"

// What becomes of what was there: it is forgotten, the sum goes on from it, or it is moved by the sum. Where no order
// of sums is promised it is all one where the sum begins.
const Forgotten, GoneOnFrom, Moved = 0, 1, -1

// FewSums writes the function that sums the gradients of at most so many samples up in the end: g = Σ δ·aᵀ, or g = g +
// rate·Σ δ·aᵀ, where the samples' vectors lie in workspaces one after another, and in xs. So g may be a gradient, or
// the parameters, which a step moves.
func FewSums(to Function, c *Common, fn *plan.Func, most int) {
	f := newFunction(to, c)
	f.code.Many = true
	to.LendArguments("p", "ys") // which it has not
	to.Begin()
	s := &sampleSums{
		f: f, byRows: true,
		of: func(b *plan.Buffer) (from vec.Place, step, gap int) {
			if b.Kind == plan.Input {
				return vec.Place{Base: f.to.Base("xs")}, b.Rows * f.m.Size, 0
			}
			return f.at(b, index{}), c.Layout.Space, 0
		},
		through: func(sample, _ func()) { f.countdown(FewSamplesArg, most, sample) },
	}
	adds := vec.IfEqual // where nothing is added in the end
	if f.code.Strict {
		adds = vec.IfGreaterEqual
	}
	s.begin = func(each func(body func(sum *vec.Value, at vec.Place, n int))) {
		each(func(sum *vec.Value, _ vec.Place, _ int) { f.code.Set(sum, f.code.Zeros()) })
		if f.code.Strict {
			f.unlessOnto(vec.IfLessEqual, func() {
				each(func(sum *vec.Value, at vec.Place, n int) { f.code.Set(sum, f.code.Load(at, n)) })
			})
		}
	}
	s.end = func(each func(body func(sum *vec.Value, at vec.Place, n int))) {
		f.unlessOnto(adds, func() {
			each(func(sum *vec.Value, at vec.Place, n int) {
				f.code.Set(sum, f.moved(f.code.Spread(f.to.Given(plan.RateArg)), sum, f.code.Load(at, n)))
			})
		})
		each(f.code.Store)
	}
	to.LayerByLayer(outerSums(fn), f.where, func(op plan.Op) {
		if to.Operation(op) {
			s.weights(op.(*plan.OuterSum))
			s.biases(op.(*plan.OuterSum))
		}
	})
}

// moved is what is stored where there was z before: x·y + z.
func (f *function) moved(x, y, z *vec.Value) *vec.Value {
	if f.m.Separate {
		return f.code.Sum(z, f.code.Product(x, y))
	}
	return f.code.Madd(x, y, z)
}

// unlessOnto runs a body unless a condition holds of what becomes of what was there, beside Forgotten.
func (f *function) unlessOnto(c vec.Condition, body func()) {
	f.to.Flush()
	onto := f.to.Scratch()
	f.to.Int(vec.IntCopy, vec.Word(f.to.Given(FewOntoArg)), vec.Ref(onto))
	f.to.Int(vec.IntCompare, vec.Ref(onto), vec.Const(Forgotten))
	label := fmt.Sprintf("onto%d", f.labels)
	f.labels++
	f.to.Branch(c, label)
	body()
	f.to.Flush()
	f.to.Mark(label)
}

// SumsApart says whether the sums of few samples of GradBatch can be formed in the end: nothing that they are formed of
// is written over before.
func SumsApart(fn *plan.Func) bool {
	var needed []*plan.Buffer
	for _, op := range fn.Ops {
		for _, b := range op.Writes() {
			if slices.ContainsFunc(needed, func(n *plan.Buffer) bool { return sharesMemory(b, n) }) {
				return false
			}
		}
		if o, ok := op.(*plan.OuterSum); ok {
			needed = append(needed, o.D, o.A)
		}
	}
	return true
}

// sharesMemory says whether two buffers of a workspace may lie in the same place.
func sharesMemory(a, b *plan.Buffer) bool {
	whole := func(b *plan.Buffer) *plan.Buffer {
		if b.View != nil {
			return b.View.Of
		}
		return b
	}
	a, b = whole(a), whole(b)
	return a == b || a.Kind == plan.Scratch && b.Kind == plan.Scratch && a.Slot == b.Slot
}
