package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// The weights of the samples of a call lie one after another in the batch struct, where the Go has copied them: so no
// register points to them. Every tile reads a row of them.

// beginWeights notes where the weights of the first tile's samples are. The batch struct is still where the argument
// says.
func (t *tile) beginWeights(offset int) {
	at := t.wordAt(offset)
	t.weights = &at
}

// weightsIn copies the weights of a tile's samples to their row, and goes on to the next one's.
func (t *tile) weightsIn(b *plan.Buffer) {
	t.f.to.Flush()
	at := t.f.to.Scratch()
	t.f.to.Int(vec.IntCopy, vec.Word(*t.weights), vec.Ref(at))
	for v := range t.vectors {
		t.store(t.f.code.Load(t.rowAt(vec.Place{Base: at}, index{}, v), t.f.m.Lanes()), b, index{}, v)
	}
	t.f.to.Flush()
	t.f.to.Int(vec.IntAdd, vec.Const(t.lay.Row), vec.Ref(at))
	t.f.to.Int(vec.IntCopy, vec.Ref(at), vec.Word(*t.weights))
}

// wordAt is a word of the stack that points into the batch struct.
func (t *tile) wordAt(offset int) vec.Place {
	at, first := t.f.to.Word(), t.f.to.Scratch()
	t.f.to.Int(vec.IntAddress, vec.Word(vec.Place{Base: t.f.to.Base("b"), Disp: offset}), vec.Ref(first))
	t.f.to.Int(vec.IntCopy, vec.Ref(first), vec.Word(at))
	t.f.to.Outlives(vec.Word(at), vec.Ref(t.f.to.Base("b")))
	return at
}
