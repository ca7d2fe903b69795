package amd64

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Functions that pause are rolled up before the code of their pauses is written: a point in a loop over layers holds
// the loop's counter and pointers as well, and points that are alike become one.

// Labels of points: that of the code that writes down what is held, and that of the place where the function goes on.
const pauseLabel, backLabel = "pause", "back"

// at is the point that a jump to a label leads to. A function that doesn't pause, which p is nil for, has none.
func (p *pausing) at(label string) (point, bool) {
	if n, ok := pointOf(pauseLabel, label); ok && p != nil {
		return p.points[n-1], true
	}
	return point{}, false
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
func pointsIn(code []ir.Node) (points []int) {
	for _, n := range code {
		if i, ok := n.(*ir.Instruction); ok {
			for _, o := range i.Operands {
				if l, ok := o.(operand.LabelRef); ok {
					if n, ok := pointOf(pauseLabel, string(l)); ok {
						points = append(points, n)
					}
				}
			}
		}
	}
	return points
}

// argumentsOf are the arguments that the function's pointers were given in, by the registers they are in.
func (f *function) argumentsOf() map[reg.ID]operand.Mem {
	arguments := map[reg.ID]operand.Mem{}
	for name, base := range f.bases {
		arguments[registerIn(base).ID()] = f.memory(f.arguments[name])
	}
	return arguments
}

// words are what a function that pauses holds while it is in a loop over layers, beside what its operations do: the
// counter and the pointers, but for those that are held anyway.
func (r *roller) words(counter operand.Mem, pointers []pointer) (held []heldWord) {
	for _, p := range pointers {
		switch {
		case p.at != p.base:
			held = append(held, heldWord{p.at, p.base})
		case !r.held(p.base):
			held = append(held, heldWord{p.base, r.arguments[p.base.ID()]})
		}
	}
	return append(held, heldWord{in: counter})
}

// held says whether a register is held wherever the function pauses.
func (r *roller) held(g reg.GPPhysical) bool {
	return r.pause != nil && slices.ContainsFunc(r.pause.words, func(w heldWord) bool { return w.in == operand.Op(g) })
}

// movable says whether a base may advance itself. One that is not held is what it was at first after a pause, and what
// is held as a distance from it would be lost.
func (r *roller) movable(base reg.GPPhysical) bool {
	return r.pause == nil || r.held(base) || r.lendable(base)
}

// room says whether every point of some code has room for so many words more.
func (r *roller) room(code []ir.Node, words int) bool {
	if r.pause == nil {
		return true
	}
	return !slices.ContainsFunc(pointsIn(code), func(n int) bool {
		return len(r.pause.points[n-1].words)+len(r.pause.words)+words > pauseWords
	})
}

// hold makes every point of some code hold words as well.
func (r *roller) hold(code []ir.Node, words []heldWord) {
	if r.pause == nil {
		return
	}
	for _, n := range pointsIn(code) {
		p := &r.pause.points[n-1]
		p.words = slices.Concat(p.words, words)
	}
}

// copied is the number of a new point that holds what another does.
func (p *pausing) copied(n int) int {
	p.points = append(p.points, p.points[n-1])
	return len(p.points)
}

// renumber leaves the points that code has, in its order, and returns the code with their numbers.
func (p *pausing) renumber(code []ir.Node) (renumbered []ir.Node) {
	order := pointsIn(code)
	numbers, points := map[int]int{}, make([]point, 0, len(order))
	for i, n := range order {
		numbers[n] = i + 1
		points = append(points, p.points[n-1])
	}
	p.points = points
	for _, n := range code {
		switch node := n.(type) {
		case ir.Label:
			if at, ok := pointOf(backLabel, string(node)); ok {
				n = ir.Label(fmt.Sprint(backLabel, numbers[at]))
			}
		case *ir.Instruction:
			n = relabelled(node, func(label string) string {
				if at, ok := pointOf(pauseLabel, label); ok {
					return fmt.Sprint(pauseLabel, numbers[at])
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
