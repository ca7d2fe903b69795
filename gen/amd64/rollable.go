package amd64

import (
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/assembly"
)

// What code is made of that package assembly rolls up.

// moving says whether a memory operand is some way from a pointer in a general register.
func moving(o operand.Op) (m operand.Mem, ok bool) {
	m, ok = o.(operand.Mem)
	return m, ok && m.Base.Kind() == reg.KindGP
}

// whole are the general registers by their number, with all of their bits.
var whole = func() (all [16]assembly.Register) {
	for i := range all {
		all[i] = reg.GeneralPurpose.Lookup(reg.Index(i), reg.S64)
	}
	return all
}()

// wholeOf are the general registers among some.
func wholeOf(list []reg.Register) (all []assembly.Register) {
	for _, r := range list {
		if p := reg.ToPhysical(r); p != nil && p.Kind() == reg.KindGP {
			all = append(all, whole[p.PhysicalIndex()])
		}
	}
	return all
}

// Parts are what a line is made of.
func (f *writer) Parts(n assembly.Line) (p assembly.Parts) {
	switch n := n.(type) {
	case *ir.Comment:
		p.Comment = true
	case ir.Label:
		p.Label = string(n)
	case *ir.Instruction:
		p.Written = wholeOf(n.OutputRegisters())
		for _, o := range n.Operands {
			if l, ok := o.(operand.LabelRef); ok {
				p.Goes = string(l)
			} else if m, ok := moving(o); ok {
				p.Reaches = true
				p.Reach = assembly.Reach{Base: wholeOf([]reg.Register{m.Base})[0], Far: m.Disp}
				if m.Index != nil {
					p.Has = append(p.Has, wholeOf([]reg.Register{m.Index})...)
				}
			} else {
				p.Has = append(p.Has, wholeOf(operand.Registers(o))...)
			}
		}
	}
	return p
}

// AppendShape appends the text of a line without its distance.
func (f *writer) AppendShape(text []byte, n assembly.Line, label func(name string) string) []byte {
	switch n := n.(type) {
	case ir.Label:
		return append(text, label(string(n))...)
	case *ir.Instruction:
		text = append(text, n.OpcodeWithSuffixes()...)
		for _, o := range n.Operands {
			text = append(text, ' ')
			if m, ok := moving(o); ok {
				m.Disp = 0
				o = m
			}
			if l, ok := o.(operand.LabelRef); ok {
				text = append(text, label(string(l))...)
			} else {
				text = append(text, o.Asm()...)
			}
		}
	}
	return text
}

// Remade is a line at another place and with other labels.
func (f *writer) Remade(
	n assembly.Line, place func(p assembly.Reach) assembly.Reach, label func(name string) string,
) assembly.Line {
	switch n := n.(type) {
	case ir.Label:
		return ir.Label(label(string(n)))
	case *ir.Instruction:
		return remade(n, func(o operand.Op) (operand.Op, bool) {
			if l, ok := o.(operand.LabelRef); ok {
				return operand.LabelRef(label(string(l))), true
			}
			m, ok := moving(o)
			if !ok {
				return nil, false
			}
			at := place(assembly.Reach{Base: m.Base.(assembly.Register), Far: m.Disp})
			m.Base, m.Disp = at.Base.(reg.Register), at.Far
			return m, true
		})
	}
	return n
}

// remade is an instruction with something else for its first operand that there is something else for; change is called
// for no other after it.
func remade(i *ir.Instruction, change func(o operand.Op) (operand.Op, bool)) *ir.Instruction {
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

// CommentLine is a line of text.
func (f *writer) CommentLine(text string) assembly.Line { return ir.NewComment(text) }
