package assembly

import (
	"maps"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// A body of several operations may advance more pointers than there are registers. Then they are kept on the stack, and
// each operation reads those that it needs.

// keptPointer is a pointer that is kept there.
type keptPointer struct {
	base Register
	step int
	at   Operand
}

// loopByOperation writes a period as a loop that keeps its pointers on the stack. It can't where there are no registers
// for those of one operation.
func (r *roller) loopByOperation(segments []Segment, p Period) bool {
	var kept []keptPointer
	var all []pointer
	needed, steps, codes := make([][]pointer, p.Length), make([][]int, p.Length), make([][]Line, p.Length)
	own, written, used := make([]map[Register]bool, p.Length), map[Register]bool{}, map[Register]bool{}
	for i, s := range segments[:p.Length] {
		steps[i], codes[i] = stepsOf(s, segments[p.Length+i]), r.code(s)
		u := r.usesOf(codes[i], steps[i])
		needed[i], own[i] = u.advancing, u.used
		maps.Copy(written, u.written)
		maps.Copy(used, u.used)
	}
	for i := range codes {
		spare := slices.DeleteFunc(r.spare(own[i]),
			func(g Register) bool { return used[g] && !slices.Contains(r.local, g) })
		if len(needed[i]) > len(spare) {
			return false
		}
		for k := range needed[i] {
			q := &needed[i][k]
			q.at = spare[k]
			if written[q.base] {
				return false
			}
			if !slices.ContainsFunc(kept, q.keptAs) {
				kept = append(kept, keptPointer{base: q.base, step: q.step})
			}
		}
		all = append(all, needed[i]...)
	}
	for i, code := range codes {
		if !r.room(code, 2*len(needed[i])+len(kept)+1) {
			return false
		}
	}
	lent, giveBack := r.borrow(all)
	for i := range kept {
		kept[i].at = r.stack()
		r.doInteger(vec.IntCopy, kept[i].base, kept[i].at)
	}
	counter, end := r.head(p)
	for i, code := range codes {
		held := slices.Concat(r.words(counter, needed[i]), lent)
		for _, k := range kept {
			held = append(held, HeldWord{In: k.at, Root: k.base})
		}
		r.hold(code, held)
		r.Nodes = append(r.Nodes, code[0]) // its comment
		for _, q := range needed[i] {
			r.doInteger(vec.IntCopy, kept[slices.IndexFunc(kept, q.keptAs)].at, q.at)
		}
		r.rebase(code[1:], steps[i], needed[i])
	}
	for _, k := range kept {
		free := r.General().Scratch
		r.doInteger(vec.IntCopy, k.at, free)
		r.advance(free, k.step)
		r.doInteger(vec.IntCopy, free, k.at)
	}
	end()
	giveBack()
	return true
}

// keptAs says whether a pointer is the one that is kept.
func (p pointer) keptAs(k keptPointer) bool { return k.base == p.base && k.step == p.step }
