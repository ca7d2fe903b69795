package plan

import (
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// ElementBytes is the size of a number.
func (p *Program) ElementBytes() int {
	if p.Network.Precision == spec.Float64 {
		return 8
	}
	return 4
}

// WorkspaceBytes is how much of a workspace the plan uses. Emitted ones may have more: what a backend needs there.
func (p *Program) WorkspaceBytes() int {
	n := 0
	for _, b := range p.Buffers {
		if b.Kind == Cache || b.Kind == Delta {
			n += b.Len()
		}
	}
	for _, s := range p.Slots {
		n += s
	}
	return n * p.ElementBytes()
}

// MatrixBytes is how many bytes a function goes over in a call: the matrices that its operations read or write.
func (p *Program) MatrixBytes(f *Func) int {
	n := 0
	for _, m := range f.Matrices() {
		n += m.Len() * p.ElementBytes()
	}
	return n
}

// Matrices are those that the operations of a function of one sample read or write, each once.
func (f *Func) Matrices() (list []*Buffer) {
	for _, op := range f.All() {
		for _, b := range append(op.Reads(), op.Writes()...) {
			if b.Matrix() && !slices.Contains(list, b) {
				list = append(list, b)
			}
		}
	}
	return list
}

// CachedBytes is the part of the workspace that Forward leaves for Backward: pre- and post-activations, and the scalars
// that belong to a vector activation.
func (p *Program) CachedBytes() int {
	n := 0
	for _, b := range p.Buffers {
		if b.Kind == Cache {
			n += b.Len()
		}
	}
	return n * p.ElementBytes()
}
