package cores

import (
	"fmt"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
)

// Executed lists what a function executes with vectors, in its order: the instructions, and the addresses of what they
// read and write. Two functions that have the same list compute the same, whatever their loops.
func Executed(fn *ir.Function, arguments map[string]int) (list []string) {
	p := Read(fn)
	w := newWalk(p, arguments, false)
	w.begin()
	for at := 0; at < len(p.code); at++ {
		i := &p.code[at]
		w.compute(i.effect)
		if i.target >= 0 && i.when.holds(w.difference) {
			at = int(i.target) - 1
			continue
		}
		if !i.vector {
			continue
		}
		text := p.from[at].Opcode
		for _, o := range p.from[at].Operands {
			if _, ok := o.(operand.Mem); ok {
				text += fmt.Sprintf(" %#x", w.place(i.at))
			} else {
				text += " " + o.Asm()
			}
		}
		list = append(list, text)
	}
	return list
}
