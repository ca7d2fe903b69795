package onnx

import (
	"errors"
	"fmt"
	"slices"
)

// reshape lays values out anew.
func reshape(_ *walk, n *node, args []*value) (*value, error) {
	if args[1].c == nil {
		return nil, errors.New("its shape is computed from values")
	}
	given, err := args[1].c.integers()
	if err != nil {
		return nil, err
	}
	if len(given) > maxRank {
		return nil, fmt.Errorf("a shape of %d dimensions", len(given))
	}
	dims, err := dimsOf(args[0])
	if err != nil {
		return nil, err
	}
	target := slices.Clone(given)
	for i, d := range target {
		if d == 0 && n.int("allowzero", 0) == 0 {
			if i >= len(dims) {
				return nil, fmt.Errorf("the shape %v takes over a dimension that values of shape %s lack", given,
					shownDims(dims))
			}
			target[i] = dims[i]
		}
	}
	return relaid(args[0], target)
}

// relaid is a constant or a row in another shape.
func relaid(v *value, target []int64) (*value, error) {
	if v.r != nil {
		r, err := v.r.reshaped(target)
		return &value{r: r}, err
	}
	target = slices.Clone(target)
	rest, open := int64(1), -1
	for i, d := range target {
		switch {
		case d == -1 && open < 0:
			open = i
		case d < 0 || d > maxElements || d > 0 && rest > maxElements/d:
			return nil, fmt.Errorf("a constant is laid out as %s", shownDims(target))
		default:
			rest *= d
		}
	}
	if open >= 0 && rest > 0 {
		target[open] = int64(v.c.len()) / rest
		rest *= target[open]
	}
	if open >= 0 && rest == 0 || rest != int64(v.c.len()) {
		return nil, fmt.Errorf("a constant of shape %v is laid out as %s", v.c.dims, shownDims(target))
	}
	return &value{c: v.c.reshaped(target)}, nil
}

// flatten makes two dimensions.
func flatten(_ *walk, n *node, args []*value) (*value, error) {
	dims, err := dimsOf(args[0])
	if err != nil {
		return nil, err
	}
	a := n.int("axis", 1)
	if a < 0 {
		a += int64(len(dims))
	}
	if a < 0 || a > int64(len(dims)) {
		return nil, fmt.Errorf("the axis %d of %d dimensions", a, len(dims))
	}
	part := func(dims []int64) int64 {
		n := int64(1)
		for _, d := range dims {
			if d == dynamic {
				return dynamic
			}
			n *= d
		}
		return n
	}
	first, second := part(dims[:a]), part(dims[a:])
	if r := args[0].r; r != nil && r.batch >= 0 && r.dims[r.batch] == dynamic {
		switch {
		case first == dynamic && slices.ContainsFunc(dims[:a], func(d int64) bool { return d != dynamic && d != 1 }):
			return nil, r.mixing([]int64{-1, second})
		case second == dynamic:
			return nil, r.mixing([]int64{first, -1})
		}
	}
	return relaid(args[0], []int64{first, second})
}

// axesOf are the axes of a squeeze: an attribute, since opset 13 an input.
func axesOf(n *node, args []*value) ([]int64, error) {
	if len(args) < 2 || args[1] == nil {
		return n.ints("axes"), nil
	}
	if args[1].c == nil {
		return nil, errors.New("its axes are computed from values")
	}
	return args[1].c.integers()
}

func squeeze(_ *walk, n *node, args []*value) (*value, error) {
	axes, err := axesOf(n, args)
	if err != nil {
		return nil, err
	}
	dims, err := dimsOf(args[0])
	if err != nil {
		return nil, err
	}
	drop := make([]bool, len(dims))
	for i, d := range dims {
		drop[i] = len(axes) == 0 && d == 1
	}
	for _, a := range axes {
		i, err := axis(a, len(dims))
		if err != nil {
			return nil, err
		}
		if dims[i] != 1 {
			return nil, fmt.Errorf("it takes axis %d from values of shape %s", i, shownDims(dims))
		}
		drop[i] = true
	}
	target := []int64{}
	batch := -1
	for i, d := range dims {
		if drop[i] {
			continue
		}
		if args[0].r != nil && args[0].r.batch == i {
			batch = len(target)
		}
		target = append(target, d)
	}
	if args[0].c != nil {
		return &value{c: args[0].c.reshaped(target)}, nil
	}
	if len(target) == 0 {
		target = []int64{1}
	}
	r := args[0].r.with(args[0].r.e)
	r.dims, r.batch = target, batch
	return &value{r: r}, nil
}

func unsqueeze(_ *walk, n *node, args []*value) (*value, error) {
	axes, err := axesOf(n, args)
	if err != nil {
		return nil, err
	}
	dims, err := dimsOf(args[0])
	if err != nil {
		return nil, err
	}
	if len(dims)+len(axes) > maxRank {
		return nil, fmt.Errorf("a shape of %d dimensions", len(dims)+len(axes))
	}
	target := make([]int64, len(dims)+len(axes))
	for _, a := range axes {
		i, err := axis(a, len(target))
		if err != nil {
			return nil, err
		}
		if target[i] == 1 {
			return nil, fmt.Errorf("it has the axis %d twice", i)
		}
		target[i] = 1
	}
	batch, from := -1, 0
	for i := range target {
		if target[i] == 1 {
			continue
		}
		if args[0].r != nil && args[0].r.batch == from {
			batch = i
		}
		target[i] = dims[from]
		from++
	}
	if args[0].c != nil {
		return &value{c: args[0].c.reshaped(target)}, nil
	}
	r := args[0].r.with(args[0].r.e)
	r.dims, r.batch = target, batch
	return &value{r: r}, nil
}

func transpose(_ *walk, n *node, args []*value) (*value, error) {
	dims, err := dimsOf(args[0])
	if err != nil {
		return nil, err
	}
	perm := make([]int, len(dims))
	given := n.ints("perm")
	seen := make([]bool, len(dims))
	for i := range perm {
		perm[i] = len(dims) - 1 - i
		if given != nil {
			if len(given) != len(dims) || given[i] < 0 || given[i] >= int64(len(dims)) || seen[given[i]] {
				return nil, fmt.Errorf("its permutation %v is none of %d axes", given, len(dims))
			}
			perm[i] = int(given[i])
			seen[perm[i]] = true
		}
	}
	if args[0].c != nil {
		return &value{c: args[0].c.transposed(perm)}, nil
	}
	r, err := args[0].r.transposed(perm)
	return &value{r: r}, err
}

// expand spreads values over more; what stays as it is, is supported.
func expand(w *walk, _ *node, args []*value) (*value, error) {
	if args[1].c == nil || args[0].compared != nil {
		return nil, errors.New("its shape is computed from values")
	}
	target, err := args[1].c.integers()
	if err != nil {
		return nil, err
	}
	if r := args[0].r; r != nil {
		if len(target) > len(r.dims) {
			return nil, errors.New("it repeats values")
		}
		for i, d := range target {
			if at := len(r.dims) - len(target) + i; d != 1 && d != r.dims[at] {
				return nil, errors.New("it repeats values")
			}
		}
		return args[0], nil
	}
	dims, err := broadcastDims(args[0].c.dims, target)
	if err != nil {
		return nil, err
	}
	length, err := count(dims, 1<<16)
	if err != nil {
		return nil, err
	}
	c := &constant{dims: dims, elem: args[0].c.elem}
	for i := range length {
		at := broadcastIndex(i, dims, args[0].c.dims)
		if args[0].c.floats != nil {
			c.floats = append(c.floats, args[0].c.floats[at])
		} else {
			c.ints = append(c.ints, args[0].c.ints[at])
		}
	}
	return &value{c: c}, nil
}
