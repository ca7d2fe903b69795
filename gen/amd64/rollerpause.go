package amd64

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/assembly"
)

// Functions that pause are rolled up before the code of their pauses is written: a point in a loop over layers holds
// the loop's counter and pointers as well, and points that are alike become one.

// pointAt is the point that a jump to a label leads to. A function that doesn't pause, which p is nil for, has none.
func pointAt(p *assembly.Pausing, label string) (assembly.Point, bool) {
	if n, ok := pointOf(assembly.PauseLabel, label); ok && p != nil {
		return p.Points[n-1], true
	}
	return assembly.Point{}, false
}

// pointOf is the number of the point whose label it is, of a kind.
func pointOf(kind, label string) (n int, ok bool) {
	number, ok := strings.CutPrefix(label, kind)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(number)
	return n, err == nil
}

// pointsIn are the numbers of the points in some code.
func pointsIn(code []assembly.Line) (points []int) {
	for _, n := range code {
		if i, ok := n.(*ir.Instruction); ok {
			for _, o := range i.Operands {
				if l, ok := o.(operand.LabelRef); ok {
					if n, ok := pointOf(assembly.PauseLabel, string(l)); ok {
						points = append(points, n)
					}
				}
			}
		}
	}
	return points
}

// argumentsOf are the arguments that the function's pointers were given in, by the registers they are in.
func (f *writer) argumentsOf() map[reg.ID]operand.Mem {
	arguments := map[reg.ID]operand.Mem{}
	for name, base := range f.Bases {
		arguments[avoIn(base).ID()] = f.memory(f.Arguments[name])
	}
	return arguments
}

// words are what a function that pauses holds while it is in a loop over layers, beside what its operations do: the
// counter and the pointers, but for those that are held anyway.
func (r *roller) words(counter operand.Mem, pointers []pointer) (held []assembly.HeldWord) {
	for _, p := range pointers {
		switch {
		case p.at != p.base:
			held = append(held, assembly.HeldWord{In: p.at, Root: p.base})
		case !r.held(p.base):
			held = append(held, assembly.HeldWord{In: p.base, Root: r.arguments[p.base.ID()]})
		}
	}
	return append(held, assembly.HeldWord{In: counter})
}

// held says whether a register is held wherever the function pauses.
func (r *roller) held(g reg.GPPhysical) bool {
	return r.pause != nil &&
		slices.ContainsFunc(r.pause.Words, func(w assembly.HeldWord) bool { return w.In == assembly.Operand(g) })
}

// movable says whether a base may advance itself. One that is not held is what it was at first after a pause, and what
// is held as a distance from it would be lost.
func (r *roller) movable(base reg.GPPhysical) bool {
	return r.pause == nil || r.held(base) || r.lendable(base)
}

// room says whether every point of some code has room for so many words more.
func (r *roller) room(code []assembly.Line, words int) bool {
	if r.pause == nil {
		return true
	}
	return !slices.ContainsFunc(pointsIn(code), func(n int) bool {
		return len(r.pause.Points[n-1].Words)+len(r.pause.Words)+words > assembly.HeldWords
	})
}

// hold makes every point of some code hold words as well.
func (r *roller) hold(code []assembly.Line, words []assembly.HeldWord) {
	if r.pause == nil {
		return
	}
	for _, n := range pointsIn(code) {
		p := &r.pause.Points[n-1]
		p.Words = slices.Concat(p.Words, words)
	}
}

// copied is the number of a new point that holds what another does.
func copied(p *assembly.Pausing, n int) int {
	p.Points = append(p.Points, p.Points[n-1])
	return len(p.Points)
}

// renumber leaves the points that code has, in its order, and returns the code with their numbers.
func renumber(p *assembly.Pausing, code []assembly.Line) (renumbered []assembly.Line) {
	order := pointsIn(code)
	numbers, points := map[int]int{}, make([]assembly.Point, 0, len(order))
	for i, n := range order {
		numbers[n] = i + 1
		points = append(points, p.Points[n-1])
	}
	p.Points = points
	for _, n := range code {
		switch node := n.(type) {
		case ir.Label:
			if at, ok := pointOf(assembly.BackLabel, string(node)); ok {
				n = ir.Label(fmt.Sprint(assembly.BackLabel, numbers[at]))
			}
		case *ir.Instruction:
			n = relabelled(node, func(label string) string {
				if at, ok := pointOf(assembly.PauseLabel, label); ok {
					return fmt.Sprint(assembly.PauseLabel, numbers[at])
				}
				return label
			})
		}
		renumbered = append(renumbered, n)
	}
	return renumbered
}

// relabelled is an instruction that refers to another label, if it refers to one.
func relabelled(i *ir.Instruction, change func(label string) string) *ir.Instruction {
	return replaced(i, func(o operand.Op) (operand.Op, bool) {
		l, ok := o.(operand.LabelRef)
		if !ok {
			return nil, false
		}
		return operand.LabelRef(change(string(l))), true
	})
}
