package amd64

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// How code that is repeated is written as a loop.

// pointer is a register that advances in a loop, by so many bytes a round, in place of a base: the base itself where all that is read and
// written from it advances alike, or a copy.
type pointer struct {
	base, at reg.GPPhysical
	step     int
}

// roller writes the code of a function anew.
type roller struct {
	fn     *ir.Function
	nodes  []ir.Node
	loops  int
	labels int              // of code that has not been written
	local  []reg.GPPhysical // registers that operations have for themselves
	err    error
}

// loop writes a period as a loop. It can't where there are no registers for its pointers.
func (r *roller) loop(segments []segment, p period) bool {
	var body []ir.Node
	var steps []int // of every distance in the body
	for i, s := range segments[:p.length] {
		body = append(body, r.code(s)...)
		steps = append(steps, stepsOf(s, segments[p.length+i])...)
	}
	pointers, ok := r.pointers(body, steps)
	if !ok {
		return r.loopByOperation(segments, p)
	}
	for _, p := range pointers {
		if p.at != p.base {
			r.do(x86.MOVQ(p.base, p.at))
		}
	}
	end := r.head(p)
	r.rebase(body, steps, pointers)
	for _, p := range pointers {
		r.advance(p.at, p.step)
	}
	end()
	for _, q := range pointers {
		if q.at == q.base {
			r.advance(q.base, -p.times*q.step)
		}
	}
	return true
}

// code is the code of a segment.
func (r *roller) code(s segment) []ir.Node {
	return s.code(func() int {
		r.labels++
		return r.labels - 1
	})
}

// stepsOf are how much further the distances of a segment are in the next one like it.
func stepsOf(s, next segment) (steps []int) {
	for k, far := range next.far {
		steps = append(steps, far-s.far[k])
	}
	return steps
}

// head begins a loop; what it returns ends it.
func (r *roller) head(p period) (end func()) {
	counter := r.stack()
	label := fmt.Sprintf("layers%d", r.loops)
	r.loops++
	r.nodes = append(r.nodes, ir.NewComment(fmt.Sprintf("%d times, for layer after layer:", p.times)))
	r.do(x86.MOVL(operand.U32(p.times), reg.EAX))
	r.nodes = append(r.nodes, ir.Label(label))
	r.do(x86.MOVQ(reg.RAX, counter))
	return func() {
		r.do(x86.MOVQ(counter, reg.RAX))
		r.do(x86.SUBL(operand.U32(1), reg.EAX))
		r.do(x86.JNE(operand.LabelRef(label)))
	}
}

// rebase writes code with pointers in place of their bases, the steps of its distances being given.
func (r *roller) rebase(code []ir.Node, steps []int, pointers []pointer) {
	for _, n := range code {
		if i, ok := n.(*ir.Instruction); ok {
			n = rebased(i, func(m operand.Mem) operand.Mem {
				for _, p := range pointers {
					if m.Base == p.base && p.step == steps[0] {
						m.Base = p.at
					}
				}
				steps = steps[1:]
				return m
			})
		}
		r.nodes = append(r.nodes, n)
	}
}

// do adds an instruction.
func (r *roller) do(i *ir.Instruction, err error) {
	if err != nil {
		r.err = errors.Join(r.err, err)
		return
	}
	r.nodes = append(r.nodes, i)
}

// advance moves a pointer.
func (r *roller) advance(at reg.Register, bytes int) {
	if bytes > 0 {
		r.do(x86.ADDQ(operand.U32(bytes), at))
	} else {
		r.do(x86.SUBQ(operand.U32(-bytes), at))
	}
}

// stack is a new place on the stack.
func (r *roller) stack() operand.Mem {
	at := operand.NewStackAddr(r.fn.LocalSize)
	r.fn.LocalSize += 8
	if r.fn.LocalSize > maxNoSplit {
		r.fn.Attributes &^= attr.NOSPLIT
	}
	return at
}

// uses is what some code does with general registers.
type uses struct {
	// advancing are the bases whose distances grow from round to round, by steps that are not 0, each pair once.
	advancing []pointer
	// stays are the registers that must stay as they are, written those that the code writes, and used all that it has.
	stays, written, used map[reg.ID]bool
}

// usesOf finds them, the steps of the code's distances being given.
func usesOf(code []ir.Node, steps []int) uses {
	u := uses{stays: map[reg.ID]bool{}, written: map[reg.ID]bool{}, used: map[reg.ID]bool{}}
	for _, n := range code {
		i, ok := n.(*ir.Instruction)
		if !ok {
			continue
		}
		for _, register := range i.OutputRegisters() {
			u.written[register.ID()] = true
		}
		for _, o := range i.Operands {
			m, memory := moving(o)
			if !memory {
				for _, register := range operand.Registers(o) {
					u.stays[register.ID()], u.used[register.ID()] = true, true
				}
				continue
			}
			u.used[m.Base.ID()] = true
			if m.Index != nil {
				u.used[m.Index.ID()] = true
			}
			p := pointer{base: m.Base.(reg.GPPhysical), step: steps[0]}
			if steps = steps[1:]; p.step == 0 {
				u.stays[p.base.ID()] = true
			} else if !slices.Contains(u.advancing, p) {
				u.advancing = append(u.advancing, p)
			}
		}
	}
	return u
}

// spare are the registers that operations have for themselves and this code has no use for.
func (r *roller) spare(u uses) []reg.GPPhysical {
	return slices.DeleteFunc(slices.Clone(r.local), func(g reg.GPPhysical) bool { return u.used[g.ID()] })
}

// pointers finds the pointers that a body needs, the steps of its distances being given.
func (r *roller) pointers(body []ir.Node, steps []int) (pointers []pointer, ok bool) {
	u := usesOf(body, steps)
	pointers, spare := u.advancing, r.spare(u)
	for i := range pointers {
		p := &pointers[i]
		alone := !slices.ContainsFunc(pointers, func(q pointer) bool { return q.base == p.base && q.step != p.step })
		switch {
		case u.written[p.base.ID()]:
			return nil, false
		case alone && !u.stays[p.base.ID()]:
			p.at = p.base
		case len(spare) == 0:
			return nil, false
		default:
			p.at, spare = spare[0], spare[1:]
		}
	}
	return pointers, true
}

// localOf are the general registers that the operations of a function have for themselves: those that are free at first, those of arguments
// that it hasn't, and some of others. What it keeps in one from one operation to the next is in none of them.
func localOf(fn *ir.Function, also []reg.GPPhysical) []reg.GPPhysical {
	used := map[reg.ID]bool{}
	for _, n := range fn.Nodes {
		if i, ok := n.(*ir.Instruction); ok {
			for _, o := range i.Operands {
				for _, register := range operand.Registers(o) {
					used[register.ID()] = true
				}
			}
		}
	}
	local := slices.Clone(free)
	for _, g := range []reg.GPPhysical{reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.RBX} {
		if !used[g.ID()] || slices.Contains(also, g) {
			local = append(local, g)
		}
	}
	return local
}

// rebased is an instruction with another memory operand.
func rebased(i *ir.Instruction, change func(m operand.Mem) operand.Mem) *ir.Instruction {
	at := slices.IndexFunc(i.Operands, func(o operand.Op) bool {
		_, ok := moving(o)
		return ok
	})
	if at < 0 {
		return i
	}
	old := i.Operands[at]
	m := change(old.(operand.Mem))
	changed := *i
	for _, list := range []*[]operand.Op{&changed.Operands, &changed.Inputs, &changed.Outputs} {
		*list = slices.Clone(*list)
		for k, o := range *list {
			if o == old {
				(*list)[k] = m
			}
		}
	}
	return &changed
}
