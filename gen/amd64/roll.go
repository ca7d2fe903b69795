package amd64

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/assembly"
)

// The layers of a deep network are often alike: then so is the code of their operations, but for how far into its
// arguments it reads and writes, and that grows by as much from one to the next. Straight code of many layers is more
// than a core keeps decoded, and more than the first cache holds, so that it waits for its instructions. Such code is
// rolled up: what is repeated becomes a loop, in which pointers advance. It executes the same instructions in the same
// order, so that results are the same.

// roll makes loops of the code of a function that is repeated, some of which may not have been written. The error is
// errLong where the code has more than most nodes even so, and errUnlike where what was written doesn't say what was
// not.
func roll(fn *assembly.Function, most int) error {
	f := fn.Target.(*writer)
	head, segments := segmentsOf(f.Nodes, f.Pause)
	segments, ok := assembly.Complete(segments, f.Unwritten)
	if !ok {
		return errUnlike
	}
	r := &roller{fn: fn, pause: f.Pause, arguments: f.argumentsOf(), nodes: head, local: localOf(f)}
	for len(segments) > 0 {
		if p := assembly.Begins(segments); p.Times >= assembly.MinTimes && r.loop(segments, p) {
			segments = segments[p.Length*p.Times:]
			continue
		}
		if r.nodes = append(r.nodes, r.code(segments[0])...); len(r.nodes) > most {
			return assembly.ErrLong
		}
		segments = segments[1:]
	}
	f.Nodes = r.nodes
	if f.Pause != nil {
		f.Nodes = renumber(f.Pause, r.nodes)
		f.FinishPauses()
	}
	return errors.Join(append(f.Errs, r.err)...)
}

// segmentsOf divides code into what comes before the first operation, and the operations.
func segmentsOf(nodes []assembly.Line, pause *assembly.Pausing) (head []assembly.Line, segments []assembly.Segment) {
	for _, n := range nodes {
		if _, ok := n.(*ir.Comment); ok {
			segments = append(segments, assembly.Segment{})
		}
		if len(segments) == 0 {
			head = append(head, n)
			continue
		}
		s := &segments[len(segments)-1]
		s.Nodes = append(s.Nodes, n)
	}
	shapes := assembly.Texts{}
	for i := range segments {
		segments[i].Size = len(segments[i].Nodes)
		segments[i].Shape = shapes.Of(describe(&segments[i], pause))
	}
	return head, segments
}

// moving says whether a memory operand is some way from a pointer in a general register.
func moving(o operand.Op) (m operand.Mem, ok bool) {
	m, ok = o.(operand.Mem)
	return m, ok && m.Base.Kind() == reg.KindGP
}

// describe finds the distances of a segment, and its shape in words. The points of a function that pauses are alike
// where they hold the same.
func describe(s *assembly.Segment, pause *assembly.Pausing) (shape string) {
	var b strings.Builder
	labels := map[string]int{}
	for _, n := range s.Nodes {
		switch n := n.(type) {
		case ir.Label:
			labels[string(n)] = len(labels)
			fmt.Fprintf(&b, "label %d\n", labels[string(n)])
		case *ir.Instruction:
			b.WriteString(n.OpcodeWithSuffixes())
			for _, o := range n.Operands {
				b.WriteByte(' ')
				if m, ok := moving(o); ok {
					s.Far = append(s.Far, m.Disp)
					m.Disp = 0
					b.WriteString(m.Asm())
				} else if l, ok := o.(operand.LabelRef); ok {
					if p, ok := pointAt(pause, string(l)); ok {
						fmt.Fprintf(&b, "pause with %v", p)
						continue
					}
					number, known := labels[string(l)]
					if !known {
						number, s.Open = -1, true
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
