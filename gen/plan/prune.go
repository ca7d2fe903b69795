package plan

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// prune drops arguments that no expression uses, stores to scratch that nothing reads, affine maps whose sums nothing
// uses, as below an activation that is constant, and buffers that no operation touches. What lies in the workspace's
// cache stays: that is what the forward pass is documented to keep.
func prune(p *Program) error {
	for _, op := range p.Ops() {
		if m := Elementwise(op); m != nil {
			m.trim()
		}
	}
	for changed := true; changed; {
		changed = dropIdle(p)
		read := map[*Buffer]bool{}
		for _, op := range p.Ops() {
			for _, b := range withViewed(op.Reads()) {
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
				o.dropUnread()
			}
			if each := Elementwise(op); each != nil && slices.ContainsFunc(each.Sets, dead) {
				each.Sets = slices.DeleteFunc(each.Sets, dead)
				changed = true
			}
		}
	}
	used := map[*Buffer]bool{}
	for _, op := range p.Ops() {
		for _, b := range withViewed(append(op.Reads(), op.Writes()...)) {
			used[b] = true
		}
	}
	p.Buffers = slices.DeleteFunc(p.Buffers, func(b *Buffer) bool { return !used[b] && !argument(b) })
	return nil
}

// dropUnread drops the stages that form a scalar which is neither kept nor read by a later stage.
func (o *Vector) dropUnread() {
	for i := len(o.Stages) - 1; i >= 0; i-- {
		s := o.Stages[i]
		if s.Fold == NoFold || s.Keep != nil || s.Draft != nil || len(s.Sets) > 0 {
			continue
		}
		if !slices.ContainsFunc(o.Stages[i+1:], func(later Stage) bool { return later.Uses(s.Var) }) {
			o.Stages = slices.Delete(o.Stages, i, i+1)
		}
	}
}

// dropIdle leaves of affine maps whose sums nothing uses what they do besides, and drops what does nothing. It reports
// whether there was any.
func dropIdle(p *Program) (changed bool) {
	rest := map[Op]Op{} // an operation that several functions share stays shared
	drop := func(ops []Op) []Op {
		for i, op := range ops {
			o, ok := op.(*Affine)
			if !ok || o.Each.uses(AccForward) {
				continue
			}
			if rest[o] == nil {
				m := o.Each
				m.Role = Apply
				rest[o] = &m
			}
			ops[i], changed = rest[o], true
		}
		before := len(ops)
		ops = slices.DeleteFunc(ops, func(op Op) bool {
			m, ok := op.(*Map)
			return ok && len(m.Sets) == 0 && m.Sum == nil
		})
		changed = changed || len(ops) < before
		return ops
	}
	for _, f := range p.Funcs {
		f.Ops = drop(f.Ops)
		if f.Rows != nil {
			f.Rows.Ops = drop(f.Rows.Ops)
		}
	}
	return changed
}

// uses says whether an expression of a Map reads a variable.
func (m *Map) uses(v expr.Var) bool {
	return m.Sum != nil && expr.Uses(m.Sum.Expr, v) ||
		slices.ContainsFunc(m.Sets, func(s Set) bool { return expr.Uses(s.Expr, v) })
}

// trim drops the arguments that no expression uses: the derivative of a formula may be a constant.
func (m *Map) trim() {
	m.Args = slices.DeleteFunc(m.Args, func(a Arg) bool { return !m.uses(a.Var) })
}

// argument says whether a buffer is part of the emitted signatures, touched or not.
func argument(b *Buffer) bool {
	switch b.Kind {
	case Input, Target, Rate, Loss, Direction, Derived:
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
