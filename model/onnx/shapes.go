package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// What exporters write around layers: layouts, types and constants.

func identity(_ *walk, _ *node, args []*value) (*value, error) { return args[0], nil }

// cast changes the type of numbers. Between floats it changes nothing here: weights are widened, and what is between
// layers is computed in the precision of the network.
func cast(_ *walk, n *node, args []*value) (*value, error) { return castTo(n.int("to", 0), args[0]) }

func castLike(_ *walk, _ *node, args []*value) (*value, error) {
	if len(args) < 2 || args[1] == nil {
		return nil, errors.New("it lacks the value whose type it takes")
	}
	switch like := args[1]; {
	case like.c != nil:
		return castTo(like.c.elem, args[0])
	case like.r != nil:
		return castTo(like.r.elem, args[0])
	}
	return nil, errNoNumbers
}

func castTo(elem int64, v *value) (*value, error) {
	switch {
	case v.compared != nil:
		return nil, errors.New("a comparison becomes numbers, which jump; only continuous activations are supported")
	case v.r != nil:
		if !isFloat(elem) && elem != v.r.elem {
			return nil, fmt.Errorf("values are cast to %s, which rounds them in steps", elemName(elem))
		}
		r := v.r.with(v.r.e)
		r.elem = elem
		return &value{r: r}, nil
	}
	c := *v.c
	c.elem = elem
	switch {
	case isFloat(elem):
		values, err := v.c.asFloats()
		if err != nil {
			return nil, err
		}
		c.floats, c.ints = make([]float64, len(values)), nil
		for i, x := range values {
			c.floats[i] = rounded(elem, x)
		}
	case isInteger(elem) && v.c.floats != nil:
		c.ints, c.floats = make([]int64, len(v.c.floats)), nil
		for i, x := range v.c.floats {
			if math.IsNaN(x) || math.Abs(x) > 1<<53 {
				return nil, fmt.Errorf("the constant %v is cast to %s", x, elemName(elem))
			}
			c.ints[i] = int64(x)
		}
	case !isInteger(elem):
		return nil, fmt.Errorf("a constant is cast to %s", elemName(elem))
	}
	return &value{c: &c}, nil
}

// constantNode has its value in an attribute.
func constantNode(w *walk, n *node, _ []*value) (*value, error) {
	for i := range n.attributes {
		a := &n.attributes[i]
		switch a.name {
		case "value":
			if a.t == nil {
				return nil, errors.New("it has no value")
			}
			c, err := w.decoded(a.t)
			return &value{c: c}, err
		case "value_float":
			return &value{c: &constant{elem: elemFloat, floats: []float64{float64(a.f)}}}, nil
		case "value_floats":
			return &value{c: floatsOf(a.floats)}, nil
		case "value_int":
			return &value{c: &constant{elem: elemInt64, ints: []int64{a.i}}}, nil
		case "value_ints":
			return &value{c: intsOf(a.ints...)}, nil
		case "sparse_value":
			return nil, errors.New("its value is sparse; export it dense")
		}
	}
	return nil, errors.New("it has no number for its value")
}

// constantOfShape repeats a number.
func constantOfShape(w *walk, n *node, args []*value) (*value, error) {
	if args[0].c == nil {
		return nil, errors.New("its shape is computed from values")
	}
	dims, err := args[0].c.integers()
	if err != nil {
		return nil, err
	}
	const most = 1 << 16
	length, err := count(dims, most)
	if err != nil {
		return nil, err
	}
	c := &constant{dims: slices.Clone(dims), elem: elemFloat, floats: make([]float64, length)}
	a := n.attribute("value")
	if a == nil || a.t == nil {
		return &value{c: c}, nil
	}
	fill, err := w.decoded(a.t)
	if err != nil {
		return nil, err
	}
	if fill.len() != 1 {
		return nil, errors.New("its value is not one number")
	}
	c.elem = fill.elem
	if fill.floats == nil {
		c.floats, c.ints = nil, make([]int64, length)
	}
	for i := range length {
		if fill.floats != nil {
			c.floats[i] = fill.floats[0]
		} else {
			c.ints[i] = fill.ints[0]
		}
	}
	return &value{c: c}, nil
}

func dimsOf(v *value) ([]int64, error) {
	switch {
	case v.c != nil:
		return v.c.dims, nil
	case v.r != nil:
		return v.r.dims, nil
	}
	return nil, errNoNumbers
}

// shape is the dimensions of a value, or their product.
func shape(_ *walk, n *node, args []*value) (*value, error) {
	dims, err := dimsOf(args[0])
	if err != nil {
		return nil, err
	}
	if n.op == "Size" {
		if slices.Contains(dims, dynamic) {
			return nil, errors.New("the size of the batch is used in arithmetic")
		}
		size, err := count(dims, maxElements)
		return &value{c: &constant{elem: elemInt64, ints: []int64{int64(size)}}}, err
	}
	from, to := n.int("start", 0), n.int("end", int64(len(dims)))
	return &value{c: intsOf(dims[bounded(from, len(dims)):max(bounded(from, len(dims)),
		bounded(to, len(dims)))]...)}, nil
}

// bounded is an index from the front or the end, held within a list.
func bounded(i int64, length int) int {
	if i < 0 {
		i += int64(length)
	}
	return int(min(max(i, 0), int64(length)))
}

var errPicks = errors.New("it picks some of the values; only chains that use all of them are supported")

func gather(_ *walk, n *node, args []*value) (*value, error) {
	if args[0].c == nil || args[1].c == nil {
		return nil, errPicks
	}
	if n.int("axis", 0) != 0 {
		return nil, errors.New("it picks columns of a constant; export with constants folded")
	}
	c, err := args[0].c.gathered(args[1].c)
	return &value{c: c}, err
}

// slice takes a range of a list: starts, ends, axes and steps are attributes, since opset 10 inputs.
func slice(_ *walk, n *node, args []*value) (*value, error) {
	lists := [][]int64{n.ints("starts"), n.ints("ends"), n.ints("axes"), nil}
	for i, a := range args[1:] {
		if a == nil {
			continue
		}
		if a.c == nil || i >= len(lists) {
			return nil, errPicks
		}
		var err error
		if lists[i], err = a.c.integers(); err != nil {
			return nil, err
		}
	}
	dims, err := dimsOf(args[0])
	if err != nil {
		return nil, err
	}
	starts, ends, axes, steps := lists[0], lists[1], lists[2], lists[3]
	if len(starts) != len(ends) {
		return nil, errors.New("it has not as many ends as starts")
	}
	v := args[0]
	for i := range starts {
		at, step := int64(i), int64(1)
		if i < len(axes) {
			at = axes[i]
		}
		if i < len(steps) {
			step = steps[i]
		}
		along, err := axis(at, len(dims))
		if err != nil {
			return nil, err
		}
		if dims[along] == dynamic || v.r != nil {
			if starts[i] != 0 || step != 1 || ends[i] < dims[along] || dims[along] == dynamic &&
				ends[i] < math.MaxInt32 {
				return nil, errPicks
			}
			continue
		}
		if step != 1 || len(dims) != 1 {
			return nil, errPicks
		}
		from, to := bounded(starts[i], int(dims[0])), bounded(ends[i], int(dims[0]))
		c := &constant{elem: v.c.elem, dims: []int64{int64(max(0, to-from))}}
		if v.c.floats != nil {
			c.floats = v.c.floats[from:max(from, to)]
		} else {
			c.ints = v.c.ints[from:max(from, to)]
		}
		v = &value{c: c}
	}
	return v, nil
}

// concat joins lists, of which shapes are made.
func concat(_ *walk, n *node, args []*value) (*value, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	c := &constant{}
	for i, a := range args {
		if a == nil || a.c == nil {
			return nil, errors.New(remedyFor("Concat"))
		}
		if len(a.c.dims) != 1 {
			return nil, errors.New("it joins constants of several dimensions; export with constants folded")
		}
		if i == 0 {
			c.elem = a.c.elem
		}
		c.ints = append(c.ints, a.c.ints...)
		c.floats = append(c.floats, a.c.floats...)
	}
	if len(c.floats) > 0 && len(c.ints) > 0 {
		return nil, errors.New("it joins integers and floats")
	}
	c.dims = []int64{int64(c.len())}
	return &value{c: c}, nil
}
