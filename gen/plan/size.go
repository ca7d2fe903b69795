package plan

import (
	"fmt"
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
	for _, op := range f.Ops {
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

// Statements is the number of multiply-add statements printed, over all functions, each part once.
func (p *Program) Statements() int {
	n := 0
	seen := map[*Part]bool{}
	for _, f := range p.Funcs {
		for _, part := range f.Parts {
			if !seen[part] {
				seen[part] = true
				for _, piece := range part.Pieces {
					n += emitted(piece.Op, piece.Outer)
				}
			}
		}
	}
	return n
}

// What a statement takes, by measurement on amd64.
const (
	sourceBytes  = 40
	machineBytes = 16
)

// CodeBytes estimates the size of the printed Go. It may be more than an int holds where that has 32 bits.
func (p *Program) CodeBytes() int64 { return int64(p.Statements()) * sourceBytes }

// MachineBytes estimates the size of the compiled functions.
func (p *Program) MachineBytes() int64 { return int64(p.Statements()) * machineBytes }

// Unrolled says in words how far the code is unrolled that takes one sample. Batch functions have the same straight
// lines and loops within loops over the samples.
func (p *Program) Unrolled() string {
	loops, all := 0, 0
	for _, op := range p.ops(func(f *Func) bool { return !f.Batch }) {
		l := op.Loop()
		all++
		for _, s := range append(append([]Segment{}, l.Outer...), l.Inner...) {
			if s.Looped() {
				loops++
				break
			}
		}
	}
	switch loops {
	case 0:
		return "fully unrolled"
	case all:
		return "loops over unrolled blocks"
	}
	return fmt.Sprintf("%d of %d operations in loops over unrolled blocks, the others fully unrolled", loops, all)
}
