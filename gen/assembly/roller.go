package assembly

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// How code that is repeated is written as a loop.

// pointer is a register that advances in a loop, by so many bytes a round, in place of a base: the base itself where
// all that is read and written from it advances alike, or a copy.
type pointer struct {
	base, at Register
	step     int
}

// roller writes the code of a function anew.
type roller struct {
	*Function
	target Rollable
	// arguments are where the pointers were given that are in registers.
	arguments map[Register]Operand
	loops     int
	labels    int        // of code that has not been written
	local     []Register // registers that operations have for themselves
}

// loop writes a period as a loop. It can't where there are no registers for its pointers.
func (r *roller) loop(segments []Segment, p Period) bool {
	var body []Line
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
			r.doInteger(vec.IntCopy, p.base, p.at)
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
func stepsOf(s, next Segment) (steps []int) {
	for k, far := range next.Far {
		steps = append(steps, far-s.Far[k])
	}
	return steps
}

// head begins a loop, and returns where its counter is and what ends it.
func (r *roller) head(p Period) (counter Operand, end func()) {
	counter = r.stack()
	label := fmt.Sprintf("layers%d", r.loops)
	count := r.General().Scratch
	r.loops++
	r.Nodes = append(r.Nodes, r.target.CommentLine(fmt.Sprintf("%d rounds over layers that are alike", p.Times)))
	r.doInteger(vec.IntSet, r.constantFor(vec.IntSet, p.Times), count)
	r.doMark(label)
	r.doInteger(vec.IntCopy, count, counter)
	return counter, func() {
		r.doInteger(vec.IntCopy, counter, count)
		r.target.WriteCountDown(count)
		r.doBranch(vec.IfNotEqual, label)
	}
}

// rebase writes code with pointers in place of their bases, the steps of its distances being given.
func (r *roller) rebase(code []Line, steps []int, pointers []pointer) {
	for _, n := range code {
		if r.target.Parts(n).Reaches {
			n = r.target.Remade(n, func(at Reach) Reach {
				for _, p := range pointers {
					if at.Base == p.base && p.step == steps[0] {
						at.Base = p.at
						break
					}
				}
				return at
			}, sameLabel)
			steps = steps[1:]
		}
		r.Nodes = append(r.Nodes, n)
	}
}

// sameLabel and samePlace leave a line as it is.
func sameLabel(name string) string { return name }
func samePlace(p Reach) Reach      { return p }

// advance moves a pointer.
func (r *roller) advance(at Register, bytes int) {
	op := vec.IntAdd
	if bytes <= 0 {
		op, bytes = vec.IntSub, -bytes
	}
	r.doInteger(op, r.constantFor(op, bytes), at)
}

// stack is a new place on the stack.
func (r *roller) stack() Operand {
	at := r.inMemory(vec.Place{Base: r.stackBase, Disp: r.Local})
	r.Local += 8
	r.NoSplit = r.NoSplit && r.Local <= MaxNoSplit
	return at
}

// uses is what some code does with general registers.
type uses struct {
	// advancing are the bases whose distances grow from round to round, by steps that are not 0, each pair once.
	advancing []pointer
	// stays are the registers that must stay as they are, written those that the code writes, and used all that it has.
	stays, written, used map[Register]bool
}

// usesOf finds them, the steps of the code's distances being given.
func (r *roller) usesOf(code []Line, steps []int) uses {
	u := uses{stays: map[Register]bool{}, written: map[Register]bool{}, used: map[Register]bool{}}
	for _, n := range code {
		parts := r.target.Parts(n)
		for _, register := range parts.Written {
			u.written[register] = true
		}
		for _, register := range parts.Has {
			u.stays[register], u.used[register] = true, true
		}
		if !parts.Reaches {
			continue
		}
		p := pointer{base: parts.Reach.Base, step: steps[0]}
		u.used[p.base] = true
		if steps = steps[1:]; p.step == 0 {
			u.stays[p.base] = true
		} else if !slices.Contains(u.advancing, p) {
			u.advancing = append(u.advancing, p)
		}
	}
	return u
}

// spare are the registers that a loop's code has no use for: those that operations have for themselves, and those of
// arguments, which are to be given back after the loop.
func (r *roller) spare(used map[Register]bool) (spare []Register) {
	for _, g := range slices.Concat(r.local, r.ofArguments()) {
		if !used[g] && !slices.Contains(spare, g) && (slices.Contains(r.local, g) || r.lendable(g)) {
			spare = append(spare, g)
		}
	}
	return spare
}

// lendable says whether a register has an argument, from which nothing that is held in a pause is a distance.
func (r *roller) lendable(g Register) bool {
	_, argument := r.arguments[g]
	return argument && (r.Pause == nil ||
		!slices.ContainsFunc(r.Pause.Words, func(w HeldWord) bool { return w.Root == g }))
}

// borrow keeps what is in the registers of arguments that pointers take. It returns what is to be held in a pause for
// that, and what gives the registers back.
func (r *roller) borrow(pointers []pointer) (held []HeldWord, giveBack func()) {
	back := map[Register]Operand{}
	for _, p := range pointers {
		if _, known := back[p.at]; p.at == p.base || known || slices.Contains(r.local, p.at) {
			continue
		}
		back[p.at] = r.stack()
		held = append(held, HeldWord{In: back[p.at], Root: r.arguments[p.at]})
		r.doInteger(vec.IntCopy, p.at, back[p.at])
	}
	return held, func() {
		for _, g := range r.ofArguments() {
			if at, ok := back[g]; ok {
				r.doInteger(vec.IntCopy, at, g)
			}
		}
	}
}

// pointers finds the pointers that a body needs, the steps of its distances being given.
func (r *roller) pointers(body []Line, steps []int) (pointers []pointer, ok bool) {
	u := r.usesOf(body, steps)
	pointers, spare := u.advancing, r.spare(u.used)
	for i := range pointers {
		p := &pointers[i]
		alone := !slices.ContainsFunc(pointers, func(q pointer) bool { return q.base == p.base && q.step != p.step })
		switch {
		case u.written[p.base]:
			return nil, false
		case alone && !u.stays[p.base] && r.movable(p.base):
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
func (r *roller) ofArguments() (all []Register) {
	for _, name := range []string{"p", "ws", "x", "y", "grad"} {
		all = append(all, r.General().Arguments[name])
	}
	return all
}

// findLocal finds the general registers that the operations of the function have for themselves: those that are free at
// first, those of arguments that it hasn't, and some of others. What it keeps in one from one operation to the next, as
// in which turn of several it is, is in none of them.
func (r *roller) findLocal(segments []Segment) {
	used := map[Register]bool{}
	for _, n := range r.Nodes {
		p := r.target.Parts(n)
		for _, register := range p.Has {
			used[register] = true
		}
		if p.Reaches {
			used[p.Reach.Base] = true
		}
	}
	r.local = slices.Clone(r.General().Free)
	for _, g := range r.ofArguments() {
		if !used[g] || slices.Contains(r.Lent, g) {
			r.local = append(r.local, g)
		}
	}
	kept := r.readFirst(segments)
	r.local = slices.DeleteFunc(r.local, func(g Register) bool { return kept[g] })
}

// readFirst are the registers that an operation reads before it has written them, in the order of its code: they are
// kept from one before.
func (r *roller) readFirst(segments []Segment) map[Register]bool {
	read := map[Register]bool{}
	for _, s := range segments {
		written := map[Register]bool{}
		for _, n := range s.Nodes {
			p := r.target.Parts(n)
			if p.Reaches && !written[p.Reach.Base] {
				read[p.Reach.Base] = true
			}
			for _, g := range p.Written { // also where it is read as well: an exclusive or with itself is 0
				written[g] = true
			}
			for _, g := range p.Has {
				read[g] = read[g] || !written[g]
			}
		}
	}
	return read
}

// code is the code of a segment. Where it has not been written it is made of that of the segment it is like; labels and
// points get numbers of their own.
func (r *roller) code(s Segment) []Line {
	if s.Like == nil {
		return s.Nodes
	}
	labels, far := map[string]string{}, s.Far
	label := func(name string) string {
		if n, ok := pointOf(PauseLabel, name); ok {
			copied := r.copied(n)
			labels[fmt.Sprint(BackLabel, n)] = fmt.Sprint(BackLabel, copied)
			return fmt.Sprint(PauseLabel, copied)
		}
		if labels[name] == "" {
			labels[name] = fmt.Sprintf("again%d", r.labels)
			r.labels++
		}
		return labels[name]
	}
	place := func(p Reach) Reach {
		p.Far, far = far[0], far[1:]
		return p
	}
	nodes := []Line{r.target.CommentLine(s.Comment)}
	for _, n := range s.Like.Nodes[1:] {
		nodes = append(nodes, r.target.Remade(n, place, label))
	}
	return nodes
}
