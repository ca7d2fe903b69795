package assembly

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Layers that are alike have code that is alike, so it need not be written for each of them before it becomes a loop
// (roll.go). Of a stretch of operations that repeats itself the first periods are written. What they show is how far
// the distances of the code grow from one to the next, and that nothing else changes: then the code of the others
// follows from theirs.

// stretch is a part of a list of operations: a period that is repeated, or one operation.
type stretch struct {
	at int
	Period
}

// stretchesOf divides operations into stretches, all of which together are the list.
func (f *Function) stretchesOf(ops []plan.Op, where func(b *plan.Buffer) (room string, at []int)) (all []stretch) {
	outlines := f.File.outlines(ops, where)
	for at := 0; at < len(ops); {
		p := Begins(outlines[at:])
		if p.Times <= MinTimes {
			p = Period{1, 1}
		}
		all = append(all, stretch{at, p})
		at += p.Length * p.Times
	}
	return all
}

// outlines describes operations as roll describes their code: the shape is all that their code follows from but where
// buffers lie, and these are the distances.
func (c *Common) outlines(ops []plan.Op, where func(b *plan.Buffer) (room string, at []int)) []Segment {
	shapes := Texts{}
	outlines := make([]Segment, len(ops))
	for i, op := range ops {
		s := &outlines[i]
		s.Size = 1
		var text strings.Builder
		fmt.Fprintf(&text, "%T", op)
		for _, b := range slices.Concat(op.Reads(), op.Writes()) {
			room, at := where(b)
			fmt.Fprintf(&text, " %d %d×%d of %d in %s", b.Kind, b.Rows, b.Cols, c.layers[b.Layer], room)
			s.Far = append(s.Far, at...)
		}
		s.Shape = shapes.Of(text.String())
	}
	return outlines
}

// kindsOfLayers gives every layer a number, those that are equal in all but their place the same; 0 is the input's.
func kindsOfLayers(p *plan.Program) []int {
	n := p.Network
	known, kinds := Texts{"": 0}, []int{0}
	for l := 1; l <= n.Depth(); l++ {
		text := fmt.Sprintf("%d %v", n.Width(l-1), n.Layers[l-1])
		if l == n.Depth() {
			text += " last"
		}
		kinds = append(kinds, known.Of(text))
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
func (f *Function) layerByLayer(
	ops []plan.Op, where func(b *plan.Buffer) (room string, at []int), write func(op plan.Op),
) {
	f.toWrite = len(ops)
	if !f.File.Layered || f.File.Whole || f.File.Programs {
		for _, op := range ops {
			write(op)
		}
		return
	}
	stretches := f.stretchesOf(ops, where)
	f.toWrite = 0
	for _, s := range stretches {
		f.toWrite += s.Length * min(s.Times, MinTimes)
	}
	for _, s := range stretches {
		part := ops[s.at:][:s.Length*s.Times]
		for t := range min(s.Times, MinTimes) {
			f.Flush()
			before := f.Span
			for _, op := range part[t*s.Length:][:s.Length] {
				write(op)
			}
			f.written += s.Length
			if t+1 == MinTimes && s.Times > MinTimes {
				f.Flush()
				rest := float64(s.Times - MinTimes)
				f.Span.Total += rest * (f.Span.Total - before.Total)
				f.Span.open += rest * (f.Span.open - before.open)
				u := unwritten{after: f.written, length: s.Length, times: s.Times - MinTimes}
				for _, op := range part[MinTimes*s.Length:] {
					u.comments = append(u.comments, f.File.title(op))
				}
				f.Unwritten = append(f.Unwritten, u)
			}
		}
	}
}

// Complete puts the segments in their places that have not been written. It is false where the code before them does
// not say what theirs is.
func Complete(segments []Segment, missing []unwritten) (all []Segment, ok bool) {
	from := 0
	for _, u := range missing {
		written := segments[:u.after]
		all = append(all, written[from:]...)
		from = u.after
		shown := written[len(written)-MinTimes*u.length:]
		if Repeats(shown, u.length) < MinTimes {
			return nil, false
		}
		before, last := shown[(MinTimes-2)*u.length:], shown[(MinTimes-1)*u.length:]
		for k, comment := range u.comments {
			like, rounds := &last[k%u.length], k/u.length+1
			s := Segment{Size: like.Size, Shape: like.Shape, Like: like, Comment: comment}
			for i, far := range like.Far {
				s.Far = append(s.Far, far+rounds*(far-before[k%u.length].Far[i]))
			}
			all = append(all, s)
		}
	}
	return append(all, segments[from:]...), true
}
