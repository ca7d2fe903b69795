package plan

import "github.com/backpropgen/backpropgen/gen/expr"

// terms counts n sums of m products each, a weight and a scalar, with the biases b where b is not nil.
func (b block) terms(l *Loops, w, bias *Buffer, n, m int, short bool) {
	b.read(w, n*m)
	adds := n * (m + l.Lanes - 1) // every product is added to a partial sum that starts from a constant or the bias
	if l.Ordered {
		adds = n * l.additions(m, l.Inner)
	}
	switch {
	case bias != nil:
		b.read(bias, n)
		if l.Ordered {
			adds += n
		}
	case short && !l.Ordered:
		adds -= n
	}
	b.arithmetic(expr.Count{Muls: int64(n * m), Adds: int64(adds)})
}

// additions is how many an ordered sum of n terms takes: in straight code it starts from its first terms, in loops
// every partial sum from -0.
func (l *Loops) additions(n int, along []Segment) int {
	if along[0].Looped() {
		return n + l.Lanes - 1
	}
	return n - 1
}

// affine counts z = W·in + b, a block of rows at a time.
func (b block) affine(o *Affine, p Piece) {
	within := p.Nest == Within
	if o.Keeps() && !within {
		b.load(o.In, index{}, o.W.Cols)
	}
	each := o.Each.each(AccForward)
	for _, seg := range p.Outer {
		s, row := b.enter(seg, "i")
		if !seg.Looped() && !o.Keeps() {
			s = s.inner()
		}
		if within {
			s = s.repeat()
			if o.Keeps() {
				s.load(o.In, index{}, o.W.Cols)
			}
		}
		s.terms(&o.Loops, o.W, o.B, seg.Size, o.W.Cols, o.Short())
		for _, in := range o.Inner {
			t, col := s.enter(in, "j")
			t.load(o.In, col, in.Size)
		}
		for k := range seg.Size {
			each(s, row.plus(k))
		}
	}
}

// backAffine counts v = Wᵀ·δ, a block of columns at a time, and the update of the same weights where it is fused.
func (b block) backAffine(o *BackAffine, p Piece) {
	u := o.Update
	within := p.Nest == Within
	if o.Keeps() && !within {
		b.load(o.D, index{}, o.W.Rows)
	}
	if u != nil {
		b.biasUpdate(u, p.First())
	}
	each := o.Each.each(AccBackward)
	for _, seg := range p.Outer {
		s, col := b.enter(seg, "i")
		if !seg.Looped() && o.Blocks() {
			s = s.inner()
		}
		if within {
			s = s.repeat()
			if o.Keeps() {
				s.load(o.D, index{}, o.W.Rows)
			}
		}
		s.terms(&o.Loops, o.W, nil, seg.Size, o.W.Rows, o.Short())
		if u != nil {
			s.load(u.A, col, seg.Size)
			// The old weight is in a scalar by then.
			n := seg.Size * o.W.Rows
			s.arithmetic(expr.Count{Muls: int64(n), Adds: int64(n)})
			s.write(o.W, n)
		}
		for _, in := range o.Inner {
			t, row := s.enter(in, "j")
			t.load(o.D, row, in.Size)
			if u != nil {
				for k := range in.Size {
					t.rated(u, row.plus(k))
				}
			}
		}
		for k := range seg.Size {
			each(s, col.plus(k))
		}
	}
}

// rated counts rate·δ of a row, which is formed unless a scalar in reach holds it.
func (b block) rated(u *Update, row index) {
	name := element("rate·"+u.D.Name, row)
	if _, ok := b.scalars.Find(name); !ok {
		b.get(u.D, row)
		b.arithmetic(expr.Count{Muls: 1})
		b.scalars.Hold(nil, name, name)
	}
}

// biasUpdate counts b −= rate·δ, in the first piece of an operation, and rate·δ of straight rows.
func (b block) biasUpdate(u *Update, first bool) {
	for _, seg := range u.Outer {
		if seg.Looped() && (u.B == nil || !first) {
			continue
		}
		s, row := b.enter(seg, "j")
		for k := range seg.Size {
			s.rated(u, row.plus(k))
			if first {
				s.descend(u.B, 1)
			}
		}
	}
}

// descend counts n elements of a parameter from which something is subtracted; nil is none.
func (b block) descend(buf *Buffer, n int) {
	if buf != nil {
		b.read(buf, n)
		b.write(buf, n)
		b.arithmetic(expr.Count{Adds: int64(n)})
	}
}

// outer counts ∇W = δ·aᵀ and ∇b = δ.
func (b block) outer(o *Outer, p Piece) {
	b.rankOne(o.A, p, o.Keeps(), func(s block, row index) {
		s.get(o.D, row)
		if o.GB != nil {
			s.write(o.GB, 1)
		}
		s.arithmetic(expr.Count{Muls: int64(o.GW.Cols)})
		s.write(o.GW, o.GW.Cols)
	})
}

// update counts W −= (rate·δ)·aᵀ and b −= rate·δ.
func (b block) update(o *Update, p Piece) {
	b.rankOne(o.A, p, o.Keeps(), func(s block, row index) {
		s.rated(o, row)
		s.descend(o.B, 1)
		s.arithmetic(expr.Count{Muls: int64(o.W.Cols)})
		s.descend(o.W, o.W.Cols)
	})
}

// rankOne counts each row of a matrix that is the product of two vectors, and the elements of a. The rows of a loop's
// body go over a together; a straight row reads what no scalar holds.
func (b block) rankOne(a *Buffer, p Piece, keep bool, row func(s block, row index)) {
	if keep {
		b.load(a, index{}, a.Len())
	}
	for _, seg := range p.Outer {
		s, first := b.enter(seg, "i")
		for k := range seg.Size {
			row(s, first.plus(k))
		}
		for _, in := range p.Op.Loop().Inner {
			t, col := s.enter(in, "j")
			if seg.Looped() && seg.Size > 1 {
				t.load(a, col, in.Size)
				continue
			}
			t.times *= int64(seg.Size)
			for k := range in.Size {
				t.peek(a, col.plus(k))
			}
		}
	}
}
