package amd64

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/spec"
)

// The layers of a deep network are often alike: then so is the code of their operations, but for how far into its
// arguments it reads and writes, and that grows by as much from one to the next. Straight code of many layers is more
// than a core keeps decoded, and more than the first cache holds, so that it waits for its instructions. Such code is
// rolled up: what is repeated becomes a loop, in which pointers advance. It executes the same instructions in the same
// order, so that results are the same.

// deep says whether a network has many layers that are like the one before, or one some layers before.
func deep(n spec.Network) bool {
	const many = 6
	for period := 1; 2*period <= maxPeriod; period++ {
		run := 0
		for l := 1 + period; l <= n.Depth(); l++ {
			now, before := n.Layers[l-1], n.Layers[l-1-period]
			if run++; n.Width(l-1) != n.Width(l-1-period) || !reflect.DeepEqual(now, before) {
				run = 0
			}
			if run == many {
				return true
			}
		}
	}
	return false
}

// segment is the code of an operation, from its comment to the next one.
type segment struct {
	nodes []ir.Node
	// size is how many nodes it has, or would have if it had been written.
	size int
	// shape is the number of the code but for how far from pointers it reads and writes, and far are these distances.
	shape int
	far   []int
	// open says that it goes back to a loop that began before.
	open bool
	// like is the segment whose code it has but for the distances, where it has not been written itself, and comment
	// its first line then.
	like    *segment
	comment string
}

// period is a stretch of segments that is repeated.
type period struct {
	length, times int
}

// maxPeriod is how many segments may be repeated together: the operations of a layer, twice for scratch vectors that
// take turns.
const maxPeriod = 8

// minTimes is how often a period must be repeated: of two there is nothing to tell how far the third would be.
const minTimes = 3

// roll makes loops of the code of a function that is repeated, some of which may not have been written. The error is
// errLong where the code has more than most nodes even so, and errUnlike where what was written doesn't say what was
// not.
func roll(f *function, most int) error {
	head, segments := segmentsOf(f.fn.Nodes, f.pause)
	segments, ok := complete(segments, f.unwritten)
	if !ok {
		return errUnlike
	}
	r := &roller{fn: f.fn, pause: f.pause, arguments: f.argumentsOf(), nodes: head, local: localOf(f.fn, f.lent)}
	for len(segments) > 0 {
		if p := begins(segments); p.times >= minTimes && r.loop(segments, p) {
			segments = segments[p.length*p.times:]
			continue
		}
		if r.nodes = append(r.nodes, r.code(segments[0])...); len(r.nodes) > most {
			return errLong
		}
		segments = segments[1:]
	}
	f.fn.Nodes = r.nodes
	if f.pause != nil {
		f.fn.Nodes = f.pause.renumber(r.nodes)
		f.finishPauses()
	}
	return errors.Join(append(f.errs, r.err)...)
}

// begins is the period that the segments begin with whose repetitions have the most nodes. It is none where one begins
// later that has more: the first layer is often unlike the others, but for pairs of layers.
func begins(segments []segment) period {
	p, saved := longest(segments)
	for later := 1; later <= p.length && later < len(segments); later++ {
		if _, n := longest(segments[later:]); n > saved {
			return period{}
		}
	}
	return p
}

// longest finds the period that the segments begin with whose repetitions have the most nodes.
func longest(segments []segment) (p period, saved int) {
	size := 0
	for length := 1; length <= min(maxPeriod, len(segments)); length++ {
		size += segments[length-1].size
		times := repeats(segments, length)
		if n := size * (times - 1); times >= minTimes && n > saved {
			p, saved = period{length, times}, n
		}
	}
	return p, saved
}

// segmentsOf divides code into what comes before the first operation, and the operations.
func segmentsOf(nodes []ir.Node, pause *pausing) (head []ir.Node, segments []segment) {
	for _, n := range nodes {
		if _, ok := n.(*ir.Comment); ok {
			segments = append(segments, segment{})
		}
		if len(segments) == 0 {
			head = append(head, n)
			continue
		}
		s := &segments[len(segments)-1]
		s.nodes = append(s.nodes, n)
	}
	shapes := texts{}
	for i := range segments {
		segments[i].size = len(segments[i].nodes)
		segments[i].shape = shapes.of(segments[i].describe(pause))
	}
	return head, segments
}

// texts numbers texts, equal ones alike.
type texts map[string]int

// of is the number of a text.
func (t texts) of(text string) int {
	if _, known := t[text]; !known {
		t[text] = len(t)
	}
	return t[text]
}

// moving says whether a memory operand is some way from a pointer in a general register.
func moving(o operand.Op) (m operand.Mem, ok bool) {
	m, ok = o.(operand.Mem)
	return m, ok && m.Base.Kind() == reg.KindGP
}

// describe finds the distances of a segment, and its shape in words. The points of a function that pauses are alike
// where they hold the same.
func (s *segment) describe(pause *pausing) (shape string) {
	var b strings.Builder
	labels := map[string]int{}
	for _, n := range s.nodes {
		switch n := n.(type) {
		case ir.Label:
			labels[string(n)] = len(labels)
			fmt.Fprintf(&b, "label %d\n", labels[string(n)])
		case *ir.Instruction:
			b.WriteString(n.OpcodeWithSuffixes())
			for _, o := range n.Operands {
				b.WriteByte(' ')
				if m, ok := moving(o); ok {
					s.far = append(s.far, m.Disp)
					m.Disp = 0
					b.WriteString(m.Asm())
				} else if l, ok := o.(operand.LabelRef); ok {
					if p, ok := pause.at(string(l)); ok {
						fmt.Fprintf(&b, "pause with %v", p)
						continue
					}
					number, known := labels[string(l)]
					if !known {
						number, s.open = -1, true
					}
					fmt.Fprintf(&b, "label %d", number)
				} else {
					b.WriteString(o.Asm())
				}
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// repeats is how often the first so many segments come one after the other, each time as far from the last as the
// second from the first.
func repeats(segments []segment, length int) int {
	if len(segments) < length {
		return 0
	}
	times := 1
	for ; (times+1)*length <= len(segments); times++ {
		for i := range length {
			last, s := &segments[(times-1)*length+i], &segments[times*length+i]
			if s.shape != last.shape || s.open {
				return times
			}
			for k, far := range s.far {
				if far-last.far[k] != segments[length+i].far[k]-segments[i].far[k] {
					return times
				}
			}
		}
	}
	return times
}
