package plan

import (
	"fmt"
	"strings"
)

// group makes the parts of every function. Functions with the same operations share parts; an operation too large
// for one Go function is cut along its outer segments; a function that is small altogether is
// one part, its own body.
func group(p *Program) {
	users := map[Op]string{}
	for _, f := range p.Funcs {
		for _, op := range f.Ops {
			users[op] += f.Name + " "
		}
	}
	g := &grouper{users: users, made: map[Op][]*Part{}, count: map[string]int{}}
	for _, f := range p.Funcs {
		if total := emittedTotal(f.Ops); total <= inlineLimit {
			part := &Part{}
			for _, op := range f.Ops {
				part.Pieces = append(part.Pieces, Piece{op, op.Loop().Outer})
			}
			f.Parts = []*Part{part}
			continue
		}
		f.Parts = nil
		for i := 0; i < len(f.Ops); {
			run := g.run(f.Ops[i:])
			f.Parts = append(f.Parts, g.parts(run)...)
			i += len(run)
		}
	}
	g.number()
}

type grouper struct {
	users map[Op]string
	made  map[Op][]*Part // by the first operation of a run
	order []*Part
	count map[string]int
}

// run is the longest beginning of ops used by the same functions that makes one part, or one
// operation that makes several.
func (g *grouper) run(ops []Op) []Op {
	n, total := 0, 0
	for n < len(ops) && g.users[ops[n]] == g.users[ops[0]] {
		total += emitted(ops[n], ops[n].Loop().Outer)
		if n > 0 && total > inlineLimit {
			break
		}
		n++
	}
	return ops[:n]
}

func (g *grouper) parts(run []Op) []*Part {
	if made := g.made[run[0]]; made != nil {
		return made
	}
	stem := stemOf(g.users[run[0]])
	var parts []*Part
	part := &Part{Name: stem}
	room := partLimit
	for _, op := range run {
		outer := op.Loop().Outer
		for len(outer) > 0 {
			n := 1
			for n < len(outer) && emitted(op, outer[:n+1]) <= room {
				n++
			}
			if size := emitted(op, outer[:n]); size > room && len(part.Pieces) > 0 {
				parts = append(parts, part)
				part, room = &Part{Name: stem}, partLimit
				continue
			} else {
				room -= size
			}
			part.Pieces = append(part.Pieces, Piece{op, outer[:n]})
			outer = outer[n:]
		}
	}
	parts = append(parts, part)
	g.made[run[0]] = parts
	g.order = append(g.order, parts...)
	for range parts {
		g.count[stem]++
	}
	return parts
}

// number appends an index to the names of parts that are not alone of their kind.
func (g *grouper) number() {
	next := map[string]int{}
	for _, part := range g.order {
		stem := part.Name
		if g.count[stem] > 1 {
			next[stem]++
			part.Name = fmt.Sprintf("%s%d", stem, next[stem])
		}
	}
}

// stemOf names a part by the functions that use it.
func stemOf(users string) string {
	switch {
	case strings.Contains(users, Forward+" "):
		return "forward"
	case strings.Contains(users, LossOnly+" "):
		return "loss"
	case strings.Contains(users, Backward+" ") && strings.Contains(users, Step+" "):
		return "delta"
	case strings.Contains(users, Step+" "):
		return "descend"
	}
	return "backward"
}

func emittedTotal(ops []Op) int {
	n := 0
	for _, op := range ops {
		n += emitted(op, op.Loop().Outer)
	}
	return n
}
