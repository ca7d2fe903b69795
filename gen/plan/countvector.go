package plan

import "github.com/backpropgen/backpropgen/gen/expr"

// softmax counts the passes of a softmax: over z for the largest, for the exponentials and their sum, and for the division.
func (b block) softmax(o *Softmax) {
	one := len(o.Outer) == 1 && !o.Outer[0].Looped() // the exponentials stay in scalars
	if o.Outer[0].Looped() {
		b.read(o.In, 1)
	}
	for i, seg := range o.Outer {
		s, first := b.enter(seg, "i")
		s.load(o.In, first, seg.Size)
		s.arithmetic(expr.Count{Selects: later(i, seg)})
	}
	for i, seg := range o.Outer {
		s, first := b.enter(seg, "i")
		for k := range seg.Size {
			s.peek(o.In, first.plus(k))
		}
		s.arithmetic(expr.Count{Calls: seg.Size, Adds: seg.Size + later(i, seg)})
		if !one {
			s.write(o.Out, seg.Size)
		}
	}
	b.arithmetic(expr.Count{Divs: 1})
	for _, seg := range o.Outer {
		s, first := b.enter(seg, "i")
		if !one {
			s.read(o.Out, seg.Size)
		}
		s.arithmetic(expr.Count{Muls: seg.Size})
		for k := range seg.Size {
			s.store(o.Out, first.plus(k))
		}
	}
	for _, buf := range some(o.Max, o.Total) {
		b.store(buf, index{})
	}
}

// later is the number of operations that bring the elements of segment i together with one another and, unless they are the
// first, with what was formed of those before.
func later(i int, s Segment) int {
	if i == 0 && !s.Looped() {
		return s.Size - 1
	}
	return s.Size
}

// softmaxJacobian counts δ = a ⊙ (v − aᵀv).
func (b block) softmaxJacobian(o *SoftmaxJacobian) {
	for i, seg := range o.Outer {
		s, first := b.enter(seg, "i")
		s.load(o.A, first, seg.Size)
		s.load(o.V, first, seg.Size)
		s.arithmetic(expr.Count{Muls: seg.Size, Adds: later(i, seg)})
	}
	for _, seg := range o.Outer {
		s, first := b.enter(seg, "i")
		s.load(o.A, first, seg.Size)
		s.load(o.V, first, seg.Size)
		s.arithmetic(expr.Count{Muls: seg.Size, Adds: seg.Size})
		for k := range seg.Size {
			s.store(o.D, first.plus(k))
		}
	}
}
