package plan

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// prune drops arguments that no expression uses, stores to scratch that nothing reads, and buffers that no operation touches. What
// lies in the workspace's cache stays: that is what the forward pass is documented to keep.
func prune(p *Program) error {
	for _, op := range p.Ops() {
		if m := elementwise(op); m != nil {
			m.trim()
		}
	}
	for changed := true; changed; {
		changed = false
		read := map[*Buffer]bool{}
		for _, op := range p.Ops() {
			for _, b := range op.Reads() {
				read[b] = true
			}
		}
		dead := func(s Set) bool { return s.Buf.Kind == Scratch && !read[s.Buf] }
		for _, op := range p.Ops() {
			if o, ok := op.(*Vector); ok {
				for i, s := range o.Stages {
					if s.Keep != nil && s.Keep.Kind == Scratch && !read[s.Keep] {
						o.Stages[i].Keep = nil
						changed = true
					}
				}
			}
			if each := elementwise(op); each != nil && slices.ContainsFunc(each.Sets, dead) {
				each.Sets = slices.DeleteFunc(each.Sets, dead)
				changed = true
			}
		}
	}
	used := map[*Buffer]bool{}
	for _, op := range p.Ops() {
		for _, b := range append(op.Reads(), op.Writes()...) {
			used[b] = true
		}
	}
	p.Buffers = slices.DeleteFunc(p.Buffers, func(b *Buffer) bool { return !used[b] && !argument(b) })
	return nil
}

// trim drops the arguments that no expression uses: the derivative of a formula may be a constant.
func (m *Map) trim() {
	m.Args = slices.DeleteFunc(m.Args, func(a Arg) bool {
		used := m.Sum != nil && expr.Uses(m.Sum.Expr, a.Var)
		for _, s := range m.Sets {
			used = used || expr.Uses(s.Expr, a.Var)
		}
		return !used
	})
}

// argument says whether a buffer is part of the emitted signatures, touched or not.
func argument(b *Buffer) bool {
	switch b.Kind {
	case Input, Target, Rate, Loss:
		return true
	}
	return false
}

// Parted is a Map as two: one that stores what it stores, and one that forms its sum.
func (m *Map) Parted() (sets, sum *Map) {
	part := func() *Map {
		c := *m
		c.Args = slices.Clone(m.Args)
		return &c
	}
	sets, sum = part(), part()
	sets.Sum, sum.Sets = nil, nil
	sets.trim()
	sum.trim()
	return sets, sum
}
