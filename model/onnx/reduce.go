package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
)

// softmax is the activation of a whole layer.
func softmax(w *walk, n *node, args []*value) (*value, error) {
	r := args[0].r
	if r == nil {
		return nil, errors.New("it is of a constant")
	}
	name := "softmax"
	if n.op == "LogSoftmax" {
		name = "log-softmax"
	}
	if n.version < 13 && n.domain == "" { // all axes from the given one on
		a, err := axis(n.int("axis", 1), len(r.dims))
		if err != nil {
			return nil, err
		}
		if r.batch >= a || slices.ContainsFunc(r.wide(), func(i int) bool { return i < a }) {
			return nil, fmt.Errorf("it is not over all units of a sample: over axis %d of values of shape %s", a,
				shownDims(r.dims))
		}
	} else {
		a, err := axis(n.int("axis", -1), len(r.dims))
		if err != nil {
			return nil, err
		}
		if !r.only(a) {
			return nil, fmt.Errorf("it is not over all units of a sample: over axis %d of values of shape %s", a,
				shownDims(r.dims))
		}
	}
	p, err := w.beforeActivation(r.at, r.e)
	if err != nil {
		return nil, err
	}
	s := r.with(w.exprs.z)
	s.at = p.activated(spec.Function{Name: name})
	return &value{r: s}, nil
}

// reduce makes one number of all units, or of every window of them.
func (w *walk) reduce(n *node, op string, args []*value) (*value, error) {
	r := args[0].r
	if r == nil {
		return nil, errors.New("it reduces a constant")
	}
	axes := n.ints("axes")
	if len(args) > 1 && args[1] != nil {
		if args[1].c == nil {
			return nil, errors.New("its axes are computed")
		}
		var err error
		if axes, err = args[1].c.integers(); err != nil {
			return nil, err
		}
	}
	if len(axes) == 0 {
		for i := range r.dims {
			axes = append(axes, int64(i))
		}
		if n.int("noop_with_empty_axes", 0) != 0 {
			return args[0], nil
		}
	}
	gone := make([]bool, len(r.dims))
	for _, a := range axes {
		i, err := axis(a, len(r.dims))
		if err != nil {
			return nil, err
		}
		if i == r.batch {
			return nil, errors.New("it goes over the samples of a batch")
		}
		gone[i] = true
	}
	keep := n.int("keepdims", 1) != 0
	wide := r.wide()
	reduced := slices.DeleteFunc(slices.Clone(wide), func(i int) bool { return !gone[i] })
	s := r.with(nil)
	s.dims, s.batch = nil, -1
	window := int64(1)
	for i, d := range r.dims {
		if i == r.batch {
			s.batch = len(s.dims)
		}
		switch {
		case !gone[i]:
			s.dims = append(s.dims, d)
		case keep:
			s.dims = append(s.dims, 1)
		}
		if gone[i] {
			window *= d
		}
	}
	if len(reduced) == 0 && len(wide) > 0 && op != opNorm { // of one number each
		s.e = r.e
		return &value{r: s}, nil
	}
	if len(reduced) == len(wide) { // of all units: the whole expression says what becomes of it
		s.one = true
		s.e = w.exprs.apply(op, r.e)
		return w.checked(s)
	}
	if !slices.Equal(wide[len(wide)-len(reduced):], reduced) {
		return nil, fmt.Errorf("its windows of values of shape %s are not of consecutive units", shownDims(r.dims))
	}
	return w.pool(r, s, op, window)
}

// pool makes one number of every window of consecutive units.
func (w *walk) pool(r, s *row, op string, window int64) (*value, error) {
	name := map[string]string{opMax: "max-pool", opMean: "avg-pool", opSum: "avg-pool"}[op]
	if name == "" {
		return nil, errors.New("it goes over windows of units, and makes neither their maximum nor their mean")
	}
	p, err := w.beforeActivation(r.at, r.e)
	if err != nil {
		return nil, err
	}
	s.at = p.activated(spec.Function{Name: name, Params: map[string]float64{spec.Window: float64(window)}})
	s.e = w.exprs.z
	if op == opSum {
		s.e = w.exprs.apply("*", s.e, w.exprs.number(float64(window)))
	}
	return &value{r: s}, nil
}

// pool1 is a pool along the only axis, of windows side by side.
func pool1(w *walk, n *node, args []*value) (*value, error) {
	r := args[0].r
	if r == nil || len(r.dims) < 3 {
		return nil, errors.New("it pools values without a spatial axis")
	}
	kernel, strides := n.ints("kernel_shape"), n.ints("strides")
	at, window := len(r.dims)-1, int64(1)
	for i, k := range kernel {
		stride := int64(1)
		if i < len(strides) {
			stride = strides[i]
		}
		if axis := i + 2; k != 1 && (axis >= len(r.dims) || window > 1) || stride != k {
			return nil, errors.New("its windows overlap or have two dimensions; only windows of units side by side " +
				"are supported")
		} else if k != 1 {
			at, window = axis, k
		}
	}
	for _, name := range []string{"pads", "dilations"} {
		for _, v := range n.ints(name) {
			if name == "pads" && v != 0 || name == "dilations" && v != 1 {
				return nil, fmt.Errorf("it has %s; only windows of units side by side are supported", name)
			}
		}
	}
	if !r.only(at) || window < 1 || r.dims[at]%window != 0 {
		return nil, fmt.Errorf("windows of %s do not divide values of shape %s", plural.Of(window, "unit"),
			shownDims(r.dims))
	}
	s := r.with(r.e)
	s.dims = slices.Clone(r.dims)
	s.dims[at] /= window
	op := opMax
	if n.op == "AveragePool" {
		op = opMean
	}
	if window == 1 {
		return args[0], nil
	}
	return w.pool(r, s, op, window)
}

// globalPool is a pool over everything behind the channels.
func globalPool(w *walk, n *node, args []*value) (*value, error) {
	r := args[0].r
	if r == nil || len(r.dims) < 3 || slices.ContainsFunc(r.wide(), func(i int) bool { return i < 2 }) {
		return nil, errors.New("it pools each of several channels; only one is supported")
	}
	s := r.with(r.e)
	s.dims = slices.Clone(r.dims)
	for i := 2; i < len(s.dims); i++ {
		s.dims[i] = 1
	}
	op := opMax
	if n.op == "GlobalAveragePool" {
		op = opMean
	}
	return w.pool(r, s, op, r.width())
}
