package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// value is what a name of the graph stands for: a constant, a row or a comparison.
type value struct {
	c *constant
	r *row
	// less and more are the two sides of a comparison of a row with a number: row > number, for Where.
	compared *comparison
}

// row is the values of one sample: an expression at a point of the chain, laid out in dimensions of which one may be
// that of the batch.
type row struct {
	at    *point
	e     *expr
	dims  []int64
	batch int   // the axis of the batch, -1: none
	elem  int64 // the type of the numbers
	one   bool  // one number for each sample, which a reduction left: no unit of its own
}

// comparison is a > b, unit by unit, or a ≥ b.
type comparison struct{ a, b *value }

// width is the number of values.
func (r *row) width() int64 {
	n := int64(1)
	for i, d := range r.dims {
		if i != r.batch && d != dynamic {
			n *= d
		}
	}
	return n
}

// with is a row of the same layout.
func (r *row) with(e *expr) *row {
	s := *r
	s.e = e
	return &s
}

// axis counts an axis from the end if it is negative.
func axis(a int64, rank int) (int, error) {
	if a < 0 {
		a += int64(rank)
	}
	if a < 0 || a >= int64(rank) {
		return 0, fmt.Errorf("the axis %d of %d dimensions", a, rank)
	}
	return int(a), nil
}

// wide lists the axes other than the batch's that have more than one element.
func (r *row) wide() []int {
	var list []int
	for i, d := range r.dims {
		if i != r.batch && d != 1 {
			list = append(list, i)
		}
	}
	return list
}

// only says whether all values of the row lie along one axis.
func (r *row) only(axis int) bool {
	return axis != r.batch && !slices.ContainsFunc(r.wide(), func(i int) bool { return i != axis })
}

// alongside says whether an operation on two rows combines them value by value: none is spread over more than it has,
// but for the one number of a reduction.
func (r *row) alongside(s *row) bool {
	rank := max(len(r.dims), len(s.dims))
	size := func(q *row, i int) int64 {
		if i += len(q.dims) - rank; i >= 0 {
			return q.dims[i]
		}
		return 1
	}
	for _, q := range []*row{r, s} { // the batch lies along one axis of both
		other := r
		if q == r {
			other = s
		}
		if q.batch >= 0 && q.dims[q.batch] != 1 && q.batch+rank-len(q.dims) != other.batch+rank-len(other.dims) {
			return false
		}
	}
	for i := range rank {
		a, b := size(r, i), size(s, i)
		if a != b && !(r.one && a == 1) && !(s.one && b == 1) {
			return false
		}
	}
	return true
}

// shownDims writes dimensions for messages.
func shownDims(dims []int64) string {
	text := "["
	for i, d := range dims {
		if i > 0 {
			text += ", "
		}
		if d == dynamic {
			text += "batch"
		} else {
			text += fmt.Sprint(d)
		}
	}
	return text + "]"
}

// lanes returns a constant that is broadcast to a row as an expression, and the row's layout after that.
func (b *builder) lanes(r *row, c *constant) (*expr, *row, error) {
	values, err := c.asFloats()
	if err != nil {
		return nil, nil, err
	}
	s := *r
	for len(s.dims) < len(c.dims) {
		s.dims = append([]int64{1}, s.dims...)
		if s.batch >= 0 {
			s.batch++
		}
	}
	offset := len(s.dims) - len(c.dims)
	for i, d := range c.dims {
		at := s.dims[offset+i]
		switch {
		case d == 1, d == at && offset+i != s.batch:
		case d == at:
			return nil, nil, errors.New("a constant has a number for each sample of the batch")
		case at == 1 && s.one, at == 1:
			return nil, nil, fmt.Errorf("a constant of shape %v spreads values of shape %s over more", c.dims,
				shownDims(r.dims))
		default:
			return nil, nil, fmt.Errorf("a constant of shape %v does not fit values of shape %s", c.dims,
				shownDims(r.dims))
		}
	}
	if len(values) == 1 {
		return b.exprs.number(values[0]), &s, nil
	}
	if len(values) == 0 {
		return nil, nil, errors.New("a constant is empty")
	}
	// The constant has the width of the row, or less where it is broadcast over one of several axes.
	feature := make([]int64, 0, len(s.dims))
	mine := make([]int64, 0, len(s.dims))
	for i, d := range s.dims {
		if i == s.batch {
			continue
		}
		feature = append(feature, d)
		if i >= offset {
			mine = append(mine, c.dims[i-offset])
		} else {
			mine = append(mine, 1)
		}
	}
	list := make([]float64, s.width())
	for i := range list {
		list[i] = values[broadcastIndex(i, feature, mine)]
	}
	return b.exprs.vector(list), &s, nil
}

// reshaped lays a row out anew, in the same order.
func (r *row) reshaped(target []int64) (*row, error) {
	width := r.width()
	rest, open, batch := int64(1), -1, -1
	for i, d := range target {
		switch {
		case d == -1 && open >= 0:
			return nil, fmt.Errorf("the shape %s has two open sizes", shownDims(target))
		case d == -1:
			open = i
		case d == dynamic && batch >= 0:
			return nil, fmt.Errorf("the shape %s has the batch twice", shownDims(target))
		case d == dynamic:
			batch = i
		case d <= 0:
			return nil, fmt.Errorf("the shape %s has a size that is not positive", shownDims(target))
		default:
			if rest > maxElements/d {
				return nil, fmt.Errorf("the shape %s is too large", shownDims(target))
			}
			rest *= d
		}
	}
	s := *r
	s.dims = slices.Clone(target)
	s.batch = batch
	size := int64(1) // of the batch, where it is fixed
	if r.batch >= 0 && r.dims[r.batch] != dynamic {
		size = r.dims[r.batch]
	}
	switch {
	case open >= 0 && batch >= 0 && rest > 0 && width%rest == 0:
		s.dims[open] = width / rest
	case open >= 0 && r.batch >= 0 && r.dims[r.batch] == dynamic && rest == width:
		s.dims[open], s.batch = dynamic, open
	case open >= 0 && batch < 0 && (width*size)%rest == 0:
		s.dims[open] = width * size / rest
	}
	if slices.Contains(s.dims, -1) {
		return nil, r.mixing(target)
	}
	if s.batch < 0 && size > 1 { // the axis of a fixed batch is the first of its size
		s.batch = slices.Index(s.dims, size)
	}
	if s.batch < 0 && size == 1 && len(s.dims) > 1 && s.dims[0] == 1 {
		s.batch = 0
	}
	if s.width() != width {
		return nil, r.mixing(target)
	}
	if size > 1 || r.batch >= 0 && r.dims[r.batch] == dynamic { // samples follow one another, before and after
		for _, q := range []*row{r, &s} {
			for i := range q.batch {
				if q.dims[i] != 1 {
					return nil, r.mixing(target)
				}
			}
		}
	}
	return &s, nil
}

func (r *row) mixing(target []int64) error {
	return fmt.Errorf("values of shape %s are laid out as %s, which mixes samples or does not fit", shownDims(r.dims),
		shownDims(target))
}

// transposed puts the axes of a row into another order, which may move the batch and axes of size 1.
func (r *row) transposed(perm []int) (*row, error) {
	s := *r
	s.dims = make([]int64, len(perm))
	s.batch = -1
	last := -1
	for i, p := range perm {
		s.dims[i] = r.dims[p]
		if p == r.batch {
			s.batch = i
			continue
		}
		if r.dims[p] != 1 {
			if p < last {
				return nil, fmt.Errorf("the values of a sample are put into another order: shape %s is transposed "+
					"to %s",
					shownDims(r.dims), shownDims(s.dims))
			}
			last = p
		}
	}
	return &s, nil
}
