package assembly

import (
	"errors"
	"fmt"
)

// The layers of a deep network are often alike: then so is the code of their operations, but for how far into its
// arguments it reads and writes, and that grows by as much from one to the next. Straight code of many layers is more
// than a core keeps decoded, and more than the first cache holds, so that it waits for its instructions. Such code is
// rolled up: what is repeated becomes a loop, in which pointers advance. It executes the same instructions in the same
// order, so that results are the same.

// Rollable is a target whose code can be rolled up: it says what its lines are made of, and makes others of them.
type Rollable interface {
	Target
	// Parts are what a line is made of, and AppendShape appends its text, without how far it reads and writes from
	// pointers, and with other names of labels.
	Parts(n Line) Parts
	AppendShape(text []byte, n Line, label func(name string) string) []byte
	// Remade is a line that reads and writes at other places, where it does, and has other names of labels.
	Remade(n Line, place func(p Reach) Reach, label func(name string) string) Line
	// CommentLine is a line of text.
	CommentLine(text string) Line
}

// Reach is how far from a pointer in a general register a line reads or writes.
type Reach struct {
	Base Register
	Far  int
}

// Parts are what rolling code up must know of a line.
type Parts struct {
	// Comment says that it is a text, with which an operation begins.
	Comment bool
	// Label is the label whose place it is, and Goes the one that it may go on at; empty: none.
	Label, Goes string
	// Reach is where it reads or writes memory by a pointer, where Reaches says so.
	Reach   Reach
	Reaches bool
	// Has are the general registers that it reads or writes beside that pointer, and Written those that it writes.
	Has, Written []Register
}

// errUnlike says that the code of operations that are alike is not.
var errUnlike = errors.New("the code of layers that are alike is not")

// StraightNodes is how many instructions functions of deep networks have that are not rolled up: what a core keeps
// decoded and, in bytes, the first cache.
const StraightNodes = 4500

// WriteRolled writes a function and rolls its parts up, so that none has more than most nodes. It has the function
// written layer by layer, and where the first layers don't say what the code of the others is, once more as a whole.
func WriteRolled(most int, write func(whole bool) ([]*Function, error)) (parts []*Function, err error) {
	for _, whole := range []bool{false, true} {
		if parts, err = write(whole); err == nil {
			err = rollAll(parts, most)
		}
		if !errors.Is(err, errUnlike) {
			break
		}
	}
	return parts, err
}

// rollAll rolls parts up.
func rollAll(parts []*Function, most int) error {
	var errs []error
	for _, part := range parts {
		errs = append(errs, Roll(part, most))
	}
	return errors.Join(errs...)
}

// Roll makes loops of the code of a function that is repeated, some of which may not have been written. The error is
// ErrLong where the code has more than most nodes even so, and errUnlike where what was written doesn't say what was
// not.
func Roll(fn *Function, most int) error {
	r := &roller{Function: fn, target: fn.Target.(Rollable), arguments: map[Register]Operand{}}
	head, segments := r.segments()
	segments, ok := Complete(segments, fn.Unwritten)
	if !ok {
		return errUnlike
	}
	for name, base := range fn.Bases {
		r.arguments[registerIn(base)] = fn.inMemory(fn.Arguments[name])
	}
	r.findLocal(segments)
	fn.Nodes = head
	for len(segments) > 0 {
		if p := Begins(segments); p.Times >= MinTimes && r.loop(segments, p) {
			segments = segments[p.Length*p.Times:]
			continue
		}
		if fn.Nodes = append(fn.Nodes, r.code(segments[0])...); len(fn.Nodes) > most {
			return ErrLong
		}
		segments = segments[1:]
	}
	if fn.Pause != nil {
		fn.Nodes = r.renumber(fn.Nodes)
		fn.FinishPauses()
	}
	return errors.Join(fn.Errs...)
}

// segments divides code into what comes before the first operation, and the operations.
func (r *roller) segments() (head []Line, segments []Segment) {
	for _, n := range r.Nodes {
		if r.target.Parts(n).Comment {
			segments = append(segments, Segment{})
		}
		if len(segments) == 0 {
			head = append(head, n)
			continue
		}
		s := &segments[len(segments)-1]
		s.Nodes = append(s.Nodes, n)
	}
	shapes := Texts{}
	for i := range segments {
		segments[i].Size = len(segments[i].Nodes)
		segments[i].Shape = shapes.Of(r.describe(&segments[i]))
	}
	return head[:len(head):len(head)], segments
}

// describe finds the distances of a segment, and its shape in words. The points of a function that pauses are alike
// where they hold the same.
func (r *roller) describe(s *Segment) (shape string) {
	var text []byte
	labels := map[string]int{}
	label := func(name string) string {
		if p, ok := r.pointAt(name); ok {
			return fmt.Sprintf("pause with %v", p)
		}
		number, known := labels[name]
		if !known {
			number, s.Open = -1, true
		}
		return fmt.Sprintf("label %d", number)
	}
	for _, n := range s.Nodes[1:] {
		p := r.target.Parts(n)
		if p.Label != "" {
			labels[p.Label] = len(labels)
		}
		if p.Reaches {
			s.Far = append(s.Far, p.Reach.Far)
		}
		text = append(r.target.AppendShape(text, n, label), '\n')
	}
	return string(text)
}
