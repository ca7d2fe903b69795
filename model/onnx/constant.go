package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/backpropgen/backpropgen/spec"
)

// maxElements bounds the elements of one tensor: those of the largest network.
const maxElements = spec.MaxParams

// constant is a tensor whose numbers are known: floats, or integers, among which dynamic stands for the size of the
// batch.
type constant struct {
	dims   []int64
	elem   int64
	floats []float64
	ints   []int64
}

func (c *constant) len() int { return max(len(c.floats), len(c.ints)) }

// integers returns a constant as a list of integers.
func (c *constant) integers() ([]int64, error) {
	if c.floats != nil {
		return nil, fmt.Errorf("an input is of %s where integers belong", elemName(c.elem))
	}
	return c.ints, nil
}

// number returns the only number of a constant.
func (c *constant) number() (float64, error) {
	switch {
	case c.len() != 1:
		return 0, fmt.Errorf("an input has the shape %v where one number belongs", c.dims)
	case c.floats != nil:
		return c.floats[0], nil
	case c.ints[0] == dynamic:
		return 0, errors.New("the size of the batch is used in arithmetic")
	}
	return float64(c.ints[0]), nil
}

// asFloats returns the numbers of a constant as floats.
func (c *constant) asFloats() ([]float64, error) {
	if c.floats != nil || len(c.ints) == 0 {
		return c.floats, nil
	}
	list := make([]float64, len(c.ints))
	for i, v := range c.ints {
		if v == dynamic {
			return nil, errors.New("the size of the batch is used in arithmetic")
		}
		list[i] = float64(v)
	}
	return list, nil
}

// intsOf is a list of integers as a constant.
func intsOf(list ...int64) *constant {
	return &constant{dims: []int64{int64(len(list))}, elem: elemInt64, ints: list}
}

// broadcastDims is the shape of an operation on two constants.
func broadcastDims(a, b []int64) ([]int64, error) {
	dims := make([]int64, max(len(a), len(b)))
	for i := range dims {
		x, y := int64(1), int64(1)
		if j := i - len(dims) + len(a); j >= 0 {
			x = a[j]
		}
		if j := i - len(dims) + len(b); j >= 0 {
			y = b[j]
		}
		if x != y && x != 1 && y != 1 {
			return nil, fmt.Errorf("the shapes %v and %v do not fit", a, b)
		}
		dims[i] = x
		if x == 1 {
			dims[i] = y
		}
	}
	return dims, nil
}

// broadcastIndex returns the index of an element in a tensor of shape dims that is broadcast to shape to.
func broadcastIndex(index int, to, dims []int64) int {
	r, stride := 0, 1
	for i := len(to) - 1; i >= 0; i-- {
		at := index % int(to[i])
		index /= int(to[i])
		if j := i - len(to) + len(dims); j >= 0 {
			if dims[j] != 1 {
				r += at * stride
			}
			stride *= int(dims[j])
		}
	}
	return r
}

// elementwise computes an operation of expressions on constants.
func elementwise(op string, elem int64, args ...*constant) (*constant, error) {
	dims := args[0].dims
	lists := make([][]float64, len(args))
	ints := true
	for i, a := range args {
		var err error
		if dims, err = broadcastDims(dims, a.dims); err != nil {
			return nil, err
		}
		if lists[i], err = a.asFloats(); err != nil {
			return nil, err
		}
		ints = ints && a.floats == nil
	}
	n, err := count(dims, maxElements)
	if err != nil {
		return nil, err
	}
	// An outer product of two lists would be larger than the file.
	most := 0
	for _, a := range args {
		most = max(most, a.len())
	}
	if n > most {
		return nil, fmt.Errorf("constants of shapes %v and %v make one of %v", args[0].dims, args[len(args)-1].dims,
			dims)
	}
	r := &constant{dims: dims, elem: elem}
	values := make([]float64, n)
	x := make([]float64, len(args))
	for i := range values {
		for j, a := range args {
			x[j] = lists[j][broadcastIndex(i, dims, a.dims)]
		}
		values[i] = evaluate(op, x)
	}
	if !ints {
		r.floats = values
		return r, nil
	}
	r.ints = make([]int64, n)
	for i, v := range values {
		r.ints[i] = int64(v)
	}
	return r, nil
}

// transposed is a constant with its dimensions in another order.
func (c *constant) transposed(perm []int) *constant {
	rank := len(c.dims)
	strides := make([]int, rank)
	for i, s := rank-1, 1; i >= 0; i-- {
		strides[i] = s
		s *= int(c.dims[i])
	}
	r := &constant{dims: make([]int64, rank), elem: c.elem}
	for i, p := range perm {
		r.dims[i] = c.dims[p]
	}
	index := make([]int64, rank)
	from := 0
	n := c.len()
	if c.floats != nil {
		r.floats = make([]float64, n)
	} else {
		r.ints = make([]int64, n)
	}
	for to := range n {
		if c.floats != nil {
			r.floats[to] = c.floats[from]
		} else {
			r.ints[to] = c.ints[from]
		}
		for i := rank - 1; i >= 0; i-- {
			index[i]++
			from += strides[perm[i]]
			if index[i] < r.dims[i] {
				break
			}
			from -= strides[perm[i]] * int(r.dims[i])
			index[i] = 0
		}
	}
	return r
}

// reshaped is a constant in another shape of as many elements.
func (c *constant) reshaped(dims []int64) *constant {
	r := *c
	r.dims = dims
	return &r
}

// gathered takes some of a list of integers.
func (c *constant) gathered(index *constant) (*constant, error) {
	if len(c.dims) != 1 {
		return nil, fmt.Errorf("elements are gathered from the shape %v", c.dims)
	}
	at, err := index.integers()
	if err != nil {
		return nil, err
	}
	r := &constant{dims: slices.Clone(index.dims), elem: c.elem}
	for _, i := range at {
		if i < 0 {
			i += int64(c.len())
		}
		if i < 0 || i >= int64(c.len()) {
			return nil, fmt.Errorf("element %d is gathered from %d", i, c.len())
		}
		if c.floats != nil {
			r.floats = append(r.floats, c.floats[i])
		} else {
			r.ints = append(r.ints, c.ints[i])
		}
	}
	return r, nil
}

// short is v in as few digits as tell it from other numbers of the precision that a tolerance belongs to.
func short(v, tolerance float64) float64 {
	if tolerance < tolerance32 || float64(float32(v)) != v {
		return v
	}
	w, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 32), 64)
	if err != nil {
		return v
	}
	return w
}
