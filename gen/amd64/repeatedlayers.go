package amd64

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Layers that are alike have code that is alike, so it need not be written for each of them before it becomes a loop
// (roll.go). Of a stretch of operations that repeats itself the first periods are written. What they show is how far
// the distances of the code grow from one to the next, and that nothing else changes: then the code of the others
// follows from theirs.

// stretch is a part of a list of operations: a period that is repeated, or one operation.
type stretch struct {
	at int
	period
}

// stretchesOf divides operations into stretches, all of which together are the list.
func (f *function) stretchesOf(ops []plan.Op, where func(b *plan.Buffer) (room string, at []int)) (all []stretch) {
	outlines := f.file.outlines(ops, where)
	for at := 0; at < len(ops); {
		p := begins(outlines[at:])
		if p.times <= minTimes {
			p = period{1, 1}
		}
		all = append(all, stretch{at, p})
		at += p.length * p.times
	}
	return all
}

// outlines describes operations as roll describes their code: the shape is all that their code follows from but where
// buffers lie, and these are the distances.
func (c *common) outlines(ops []plan.Op, where func(b *plan.Buffer) (room string, at []int)) []segment {
	shapes := texts{}
	outlines := make([]segment, len(ops))
	for i, op := range ops {
		s := &outlines[i]
		s.size = 1
		var text strings.Builder
		fmt.Fprintf(&text, "%T", op)
		for _, b := range slices.Concat(op.Reads(), op.Writes()) {
			room, at := where(b)
			fmt.Fprintf(&text, " %d %d×%d of %d in %s", b.Kind, b.Rows, b.Cols, c.layers[b.Layer], room)
			s.far = append(s.far, at...)
		}
		s.shape = shapes.of(text.String())
	}
	return outlines
}

// kindsOfLayers gives every layer a number, those that are equal in all but their place the same; 0 is the input's.
func kindsOfLayers(p *plan.Program) []int {
	n := p.Network
	known, kinds := texts{"": 0}, []int{0}
	for l := 1; l <= n.Depth(); l++ {
		text := fmt.Sprintf("%d %v", n.Width(l-1), n.Layers[l-1])
		if l == n.Depth() {
			text += " last"
		}
		kinds = append(kinds, known.of(text))
	}
	return kinds
}

// unwritten are periods whose code follows from that of those before: so many of a length, after the written segment
// with a number. The comments are those of their operations.
type unwritten struct {
	after, length, times int
	comments             []string
}

// layerByLayer writes operations, of those that are alike the first few.
func (f *function) layerByLayer(
	ops []plan.Op, where func(b *plan.Buffer) (room string, at []int), write func(op plan.Op),
) {
	f.toWrite = len(ops)
	if !f.file.layered || f.file.whole || f.file.programs {
		for _, op := range ops {
			write(op)
		}
		return
	}
	stretches := f.stretchesOf(ops, where)
	f.toWrite = 0
	for _, s := range stretches {
		f.toWrite += s.length * min(s.times, minTimes)
	}
	for _, s := range stretches {
		part := ops[s.at:][:s.length*s.times]
		for t := range min(s.times, minTimes) {
			f.flush()
			before := f.span
			for _, op := range part[t*s.length:][:s.length] {
				write(op)
			}
			f.written += s.length
			if t+1 == minTimes && s.times > minTimes {
				f.flush()
				rest := float64(s.times - minTimes)
				f.span.total += rest * (f.span.total - before.total)
				f.span.open += rest * (f.span.open - before.open)
				u := unwritten{after: f.written, length: s.length, times: s.times - minTimes}
				for _, op := range part[minTimes*s.length:] {
					u.comments = append(u.comments, f.file.title(op))
				}
				f.unwritten = append(f.unwritten, u)
			}
		}
	}
}

// complete puts the segments in their places that have not been written. It is false where the code before them does
// not say what theirs is.
func complete(segments []segment, missing []unwritten) (all []segment, ok bool) {
	from := 0
	for _, u := range missing {
		written := segments[:u.after]
		all = append(all, written[from:]...)
		from = u.after
		shown := written[len(written)-minTimes*u.length:]
		if repeats(shown, u.length) < minTimes {
			return nil, false
		}
		before, last := shown[(minTimes-2)*u.length:], shown[(minTimes-1)*u.length:]
		for k, comment := range u.comments {
			like, rounds := &last[k%u.length], k/u.length+1
			s := segment{size: like.size, shape: like.shape, like: like, comment: comment}
			for i, far := range like.far {
				s.far = append(s.far, far+rounds*(far-before[k%u.length].far[i]))
			}
			all = append(all, s)
		}
	}
	return append(all, segments[from:]...), true
}

// code is the code of a segment. Where it has not been written it is made of that of the segment it is like; labels and
// points get numbers of their own.
func (r *roller) code(s segment) []ir.Node {
	if s.like == nil {
		return s.nodes
	}
	labels, far := map[string]string{}, s.far
	label := func(name string) string {
		if n, ok := pointOf(pauseLabel, name); ok {
			copied := r.pause.copied(n)
			labels[fmt.Sprint(backLabel, n)] = fmt.Sprint(backLabel, copied)
			return fmt.Sprint(pauseLabel, copied)
		}
		if labels[name] == "" {
			labels[name] = fmt.Sprintf("again%d", r.labels)
			r.labels++
		}
		return labels[name]
	}
	nodes := []ir.Node{ir.NewComment(s.comment)}
	for _, n := range s.like.nodes[1:] {
		switch node := n.(type) {
		case ir.Label:
			n = ir.Label(label(string(node)))
		case *ir.Instruction:
			n = relabelled(rebased(node, func(m operand.Mem) operand.Mem {
				m.Disp, far = far[0], far[1:]
				return m
			}), label)
		}
		nodes = append(nodes, n)
	}
	return nodes
}
