package assembly

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Functions that pause are rolled up before the code of their pauses is written: a point in a loop over layers holds
// the loop's counter and pointers as well, and points that are alike become one.

// pointAt is the point that a jump to a label leads to. A function that doesn't pause has none.
func (r *roller) pointAt(label string) (Point, bool) {
	if n, ok := pointOf(PauseLabel, label); ok && r.Pause != nil {
		return r.Pause.Points[n-1], true
	}
	return Point{}, false
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
func (r *roller) pointsIn(code []Line) (points []int) {
	for _, n := range code {
		if n, ok := pointOf(PauseLabel, r.target.Parts(n).Goes); ok {
			points = append(points, n)
		}
	}
	return points
}

// words are what a function that pauses holds while it is in a loop over layers, beside what its operations do: the
// counter and the pointers, but for those that are held anyway.
func (r *roller) words(counter Operand, pointers []pointer) (held []HeldWord) {
	for _, p := range pointers {
		switch {
		case p.at != p.base:
			held = append(held, HeldWord{In: p.at, Root: p.base})
		case !r.held(p.base):
			held = append(held, HeldWord{In: p.base, Root: r.arguments[p.base]})
		}
	}
	return append(held, HeldWord{In: counter})
}

// held says whether a register is held wherever the function pauses.
func (r *roller) held(g Register) bool {
	return r.Pause != nil &&
		slices.ContainsFunc(r.Pause.Words, func(w HeldWord) bool { return w.In == g })
}

// movable says whether a base may advance itself. One that is not held is what it was at first after a pause, and what
// is held as a distance from it would be lost.
func (r *roller) movable(base Register) bool {
	return r.Pause == nil || r.held(base) || r.lendable(base)
}

// room says whether every point of some code has room for so many words more.
func (r *roller) room(code []Line, words int) bool {
	if r.Pause == nil {
		return true
	}
	return !slices.ContainsFunc(r.pointsIn(code), func(n int) bool {
		return len(r.Pause.Points[n-1].Words)+len(r.Pause.Words)+words > HeldWords
	})
}

// hold makes every point of some code hold words as well.
func (r *roller) hold(code []Line, words []HeldWord) {
	if r.Pause == nil {
		return
	}
	for _, n := range r.pointsIn(code) {
		p := &r.Pause.Points[n-1]
		p.Words = slices.Concat(p.Words, words)
	}
}

// copied is the number of a new point that holds what another does.
func (r *roller) copied(n int) int {
	r.Pause.Points = append(r.Pause.Points, r.Pause.Points[n-1])
	return len(r.Pause.Points)
}

// renumber leaves the points that code has, in its order, and returns the code with their numbers.
func (r *roller) renumber(code []Line) (renumbered []Line) {
	order := r.pointsIn(code)
	numbers, points := map[int]int{}, make([]Point, 0, len(order))
	for i, n := range order {
		numbers[n] = i + 1
		points = append(points, r.Pause.Points[n-1])
	}
	r.Pause.Points = points
	number := func(label string) string {
		for _, kind := range []string{PauseLabel, BackLabel} {
			if at, ok := pointOf(kind, label); ok {
				return fmt.Sprint(kind, numbers[at])
			}
		}
		return label
	}
	for _, n := range code {
		if p := r.target.Parts(n); p.Label != "" || p.Goes != "" {
			n = r.target.Remade(n, samePlace, number)
		}
		renumbered = append(renumbered, n)
	}
	return renumbered
}
