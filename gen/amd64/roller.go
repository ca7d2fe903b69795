package amd64

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// How code that is repeated is written as a loop.

// pointer is a register that advances in a loop, by so many bytes a round, in place of a base: the base itself where
// all that is read and written from it advances alike, or a copy.
type pointer struct {
	base, at reg.GPPhysical
	step     int
}

// roller writes the code of a function anew.
type roller struct {
	fn    *assembly.Function
	pause *assembly.Pausing // nil where it doesn't pause
	// arguments are where the pointers were given that are in registers.
	arguments map[reg.ID]operand.Mem
	nodes     []assembly.Line
	loops     int
	labels    int              // of code that has not been written
	local     []reg.GPPhysical // registers that operations have for themselves
	err       error
}

// loop writes a period as a loop. It can't where there are no registers for its pointers.
func (r *roller) loop(segments []assembly.Segment, p assembly.Period) bool {
	var body []assembly.Line
	var steps []int // of every distance in the body
	for i, s := range segments[:p.Length] {
		body = append(body, r.code(s)...)
		steps = append(steps, stepsOf(s, segments[p.Length+i])...)
	}
	pointers, ok := r.pointers(body, steps)
	if !ok || !r.room(body, 2*len(pointers)+1) {
		return r.loopByOperation(segments, p)
	}
	lent, giveBack := r.borrow(pointers)
	for _, p := range pointers {
		if p.at != p.base {
			r.integer(vec.IntCopy, p.base, p.at)
		}
	}
	counter, end := r.head(p)
	r.hold(body, slices.Concat(r.words(counter, pointers), lent))
	r.rebase(body, steps, pointers)
	for _, p := range pointers {
		r.advance(p.at, p.step)
	}
	end()
	for _, q := range pointers {
		if q.at == q.base {
			r.advance(q.base, -p.Times*q.step)
		}
	}
	giveBack()
	return true
}

// stepsOf are how much further the distances of a segment are in the next one like it.
func stepsOf(s, next assembly.Segment) (steps []int) {
	for k, far := range next.Far {
		steps = append(steps, far-s.Far[k])
	}
	return steps
}

// head begins a loop, and returns where its counter is and what ends it.
func (r *roller) head(p assembly.Period) (counter operand.Mem, end func()) {
	counter = r.stack()
	label := fmt.Sprintf("layers%d", r.loops)
	r.loops++
	r.nodes = append(r.nodes, ir.NewComment(fmt.Sprintf("%d times, for layer after layer:", p.Times)))
	r.integer(vec.IntSet, operand.U32(p.Times), reg.RAX)
	r.nodes = append(r.nodes, ir.Label(label))
	r.integer(vec.IntCopy, reg.RAX, counter)
	return counter, func() {
		r.integer(vec.IntCopy, counter, reg.RAX)
		r.countDown(reg.RAX, label)
	}
}

// rebase writes code with pointers in place of their bases, the steps of its distances being given.
func (r *roller) rebase(code []assembly.Line, steps []int, pointers []pointer) {
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
		r.integer(vec.IntAdd, operand.U32(bytes), at)
	} else {
		r.integer(vec.IntSub, operand.U32(-bytes), at)
	}
}

// stack is a new place on the stack.
func (r *roller) stack() operand.Mem {
	at := operand.NewStackAddr(r.fn.Local)
	r.fn.Local += 8
	r.fn.NoSplit = r.fn.NoSplit && r.fn.Local <= assembly.MaxNoSplit
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
func usesOf(code []assembly.Line, steps []int) uses {
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

// spare are the registers that a loop's code has no use for: those that operations have for themselves, and those of
// arguments, which are to be given back after the loop.
func (r *roller) spare(used map[reg.ID]bool) (spare []reg.GPPhysical) {
	for _, g := range slices.Concat(r.local, ofArguments) {
		if !used[g.ID()] && !slices.Contains(spare, g) && (slices.Contains(r.local, g) || r.lendable(g)) {
			spare = append(spare, g)
		}
	}
	return spare
}

// lendable says whether a register has an argument, from which nothing that is held in a pause is a distance.
func (r *roller) lendable(g reg.GPPhysical) bool {
	_, argument := r.arguments[g.ID()]
	return argument && (r.pause == nil ||
		!slices.ContainsFunc(r.pause.Words, func(w assembly.HeldWord) bool { return w.Root == assembly.Operand(g) }))
}

// borrow keeps what is in the registers of arguments that pointers take. It returns what is to be held in a pause for
// that, and what gives the registers back.
func (r *roller) borrow(pointers []pointer) (held []assembly.HeldWord, giveBack func()) {
	back := map[reg.GPPhysical]operand.Mem{}
	for _, p := range pointers {
		if _, known := back[p.at]; p.at == p.base || known || slices.Contains(r.local, p.at) {
			continue
		}
		back[p.at] = r.stack()
		held = append(held, assembly.HeldWord{In: back[p.at], Root: r.arguments[p.at.ID()]})
		r.integer(vec.IntCopy, p.at, back[p.at])
	}
	return held, func() {
		for _, g := range ofArguments {
			if at, ok := back[g]; ok {
				r.integer(vec.IntCopy, at, g)
			}
		}
	}
}

// pointers finds the pointers that a body needs, the steps of its distances being given.
func (r *roller) pointers(body []assembly.Line, steps []int) (pointers []pointer, ok bool) {
	u := usesOf(body, steps)
	pointers, spare := u.advancing, r.spare(u.used)
	for i := range pointers {
		p := &pointers[i]
		alone := !slices.ContainsFunc(pointers, func(q pointer) bool { return q.base == p.base && q.step != p.step })
		switch {
		case u.written[p.base.ID()]:
			return nil, false
		case alone && !u.stays[p.base.ID()] && r.movable(p.base):
			p.at = p.base
		case len(spare) == 0:
			return nil, false
		default:
			p.at, spare = spare[0], spare[1:]
		}
	}
	return pointers, true
}

// ofArguments are the registers that hold arguments.
var ofArguments = []reg.GPPhysical{reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.RBX}

// localOf are the general registers that the operations of a function have for themselves: those that are free at
// first, those of arguments that it hasn't, and some of others. What it keeps in one from one operation to the next is
// in none of them.
func localOf(f *writer) (local []reg.GPPhysical) {
	used := map[reg.ID]bool{}
	for _, n := range f.Nodes {
		if i, ok := n.(*ir.Instruction); ok {
			for _, o := range i.Operands {
				for _, register := range operand.Registers(o) {
					used[register.ID()] = true
				}
			}
		}
	}
	for _, g := range f.set.General().Free {
		local = append(local, g.(reg.GPPhysical))
	}
	for _, g := range ofArguments {
		if !used[g.ID()] || slices.Contains(f.Lent, assembly.Register(g)) {
			local = append(local, g)
		}
	}
	return local
}

// rebased is an instruction with another memory operand.
func rebased(i *ir.Instruction, change func(m operand.Mem) operand.Mem) *ir.Instruction {
	return replaced(i, func(o operand.Op) (operand.Op, bool) {
		m, ok := moving(o)
		if !ok {
			return nil, false
		}
		return change(m), true
	})
}

// replaced is an instruction with something else for its first operand that there is something else for; change is
// called for no other after it.
func replaced(i *ir.Instruction, change func(o operand.Op) (operand.Op, bool)) *ir.Instruction {
	for _, old := range i.Operands {
		now, ok := change(old)
		if !ok {
			continue
		}
		changed := *i
		for _, list := range []*[]operand.Op{&changed.Operands, &changed.Inputs, &changed.Outputs} {
			*list = slices.Clone(*list)
			for k, o := range *list {
				if o == old {
					(*list)[k] = now
				}
			}
		}
		return &changed
	}
	return i
}

// code is the code of a segment. Where it has not been written it is made of that of the segment it is like; labels and
// points get numbers of their own.
func (r *roller) code(s assembly.Segment) []assembly.Line {
	if s.Like == nil {
		return s.Nodes
	}
	labels, far := map[string]string{}, s.Far
	label := func(name string) string {
		if n, ok := pointOf(assembly.PauseLabel, name); ok {
			copied := copied(r.pause, n)
			labels[fmt.Sprint(assembly.BackLabel, n)] = fmt.Sprint(assembly.BackLabel, copied)
			return fmt.Sprint(assembly.PauseLabel, copied)
		}
		if labels[name] == "" {
			labels[name] = fmt.Sprintf("again%d", r.labels)
			r.labels++
		}
		return labels[name]
	}
	nodes := []assembly.Line{ir.NewComment(s.Comment)}
	for _, n := range s.Like.Nodes[1:] {
		switch node := n.(type) {
		case ir.Label:
			n = ir.Label(label(string(node)))
		case *ir.Instruction:
			n = relabelled(rebased(node, func(m operand.Mem) operand.Mem {
				m.Disp, far = far[0], far[1:]
				return m
			}), label)
		}
		nodes = append(nodes, n)
	}
	return nodes
}
