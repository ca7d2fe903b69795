package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// product is a row times a constant matrix of k×n, or its transpose: the dense layer of W = matrixᵀ.
func (w *walk) product(r *row, matrix *constant, transposed bool, scale float64, axis int) (*value, error) {
	w.computesIn(matrix.elem)
	values, err := matrix.asFloats()
	if err != nil {
		return nil, err
	}
	k, n := int(matrix.dims[0]), int(matrix.dims[1])
	if transposed {
		k, n = n, k
	}
	if r.dims[axis] != int64(k) {
		return nil, fmt.Errorf("values of shape %s are multiplied by a matrix of shape %v", shownDims(r.dims), matrix.dims)
	}
	if !r.only(axis) {
		return nil, fmt.Errorf("it multiplies along one axis of values of shape %s, so that several share weights; flatten "+
			"them before", shownDims(r.dims))
	}
	if n == 0 {
		return nil, errors.New("the matrix has no columns")
	}
	p, m, err := w.settle(r.at, r.e)
	if err != nil {
		return nil, fmt.Errorf("the activation before it: %w", err)
	}
	at := func(i, j int) float64 { return values[j*n+i] }
	if transposed {
		at = func(i, j int) float64 { return values[i*k+j] }
	}
	d, err := w.newDense(p, m, n, func(i, j int) float64 { return scale * at(i, j) }, nil)
	if err != nil {
		return nil, err
	}
	if scale != 1 {
		d.dense.scaled(n)
	}
	s := &row{at: d, e: w.exprs.z, dims: slices.Clone(r.dims), batch: r.batch, elem: r.elem}
	s.dims[axis] = int64(n)
	return &value{r: s}, nil
}

// scaled notes that every weight of a layer with so many rows was multiplied by a number.
func (d *dense) scaled(rows int) {
	if d.wSize == nil {
		d.wSize, d.bSize = make([]float64, len(d.w)), make([]float64, rows)
		for i, v := range d.w {
			d.wSize[i] = math.Abs(v)
		}
		d.roundings = len(d.w)/rows + 2
	}
	d.roundings += perOperation
}

// matrixOf is a constant of two dimensions, of which a vector lacks one.
func matrixOf(c *constant, vectorIsRow bool) (*constant, error) {
	dims := c.dims
	for len(dims) > 2 && dims[0] == 1 { // of a batch of one
		dims = dims[1:]
	}
	switch len(dims) {
	case 2:
		return c.reshaped(dims), nil
	case 1:
		if vectorIsRow {
			return c.reshaped([]int64{1, dims[0]}), nil
		}
		return c.reshaped([]int64{dims[0], 1}), nil
	}
	return nil, fmt.Errorf("values are multiplied by a constant of shape %v, which is no matrix", c.dims)
}

var errTwoRows = errors.New("it multiplies computed values by one another, as attention does; only fixed weights can be had")

func matMul(w *walk, _ *node, args []*value) (*value, error) { return w.matMul(args, false, false, 1) }

// matMul is scale·a·b, of which one may be transposed.
func (w *walk) matMul(args []*value, transA, transB bool, scale float64) (*value, error) {
	a, b := args[0], args[1]
	switch {
	case a.r != nil && b.c != nil:
		m, err := matrixOf(b.c, false)
		if err != nil {
			return nil, err
		}
		r := a.r
		if transA {
			if r, err = lastTwoSwapped(r); err != nil {
				return nil, err
			}
		}
		v, err := w.product(r, m, transB, scale, len(r.dims)-1)
		if err == nil && len(b.c.dims) == 1 {
			v.r.dims = v.r.dims[:len(v.r.dims)-1]
			if v.r.batch >= len(v.r.dims) || len(v.r.dims) == 0 {
				return nil, errors.New("the product is one number without dimensions; keep the last one")
			}
		}
		return v, err
	case a.c != nil && b.r != nil: // columns are samples: W is the matrix itself
		m, err := matrixOf(a.c, true)
		if err != nil {
			return nil, err
		}
		r := b.r
		if transB {
			if r, err = lastTwoSwapped(r); err != nil {
				return nil, err
			}
		}
		axis := len(r.dims) - 2
		if len(r.dims) == 1 {
			axis = 0
		}
		return w.product(r, m, !transA, scale, axis)
	case a.c != nil && b.c != nil:
		return w.constantProduct(a.c, b.c)
	}
	return nil, errTwoRows
}

func lastTwoSwapped(r *row) (*row, error) {
	if len(r.dims) != 2 {
		return nil, fmt.Errorf("values of shape %s are transposed", shownDims(r.dims))
	}
	return r.transposed([]int{1, 0})
}

// constantProduct is a product of two constant matrices, which exporters leave where a layer was merged by hand.
func (w *walk) constantProduct(a, b *constant) (*value, error) {
	x, err := a.asFloats()
	if err != nil {
		return nil, err
	}
	y, err := b.asFloats()
	if err != nil {
		return nil, err
	}
	if len(a.dims) != 2 || len(b.dims) != 2 || a.dims[1] != b.dims[0] {
		return nil, fmt.Errorf("constants of shapes %v and %v are multiplied", a.dims, b.dims)
	}
	m, k, n := int(a.dims[0]), int(a.dims[1]), int(b.dims[1])
	if m*n > len(x)+len(y) || m*n*k > 1<<28 {
		return nil, fmt.Errorf("constants of shapes %v and %v are multiplied, which is too much work; export with constants "+
			"folded", a.dims, b.dims)
	}
	r := &constant{dims: []int64{int64(m), int64(n)}, elem: a.elem, floats: make([]float64, m*n)}
	for i := range m {
		for j := range n {
			sum := 0.0
			for l := range k {
				sum += x[i*k+l] * y[l*n+j]
			}
			r.floats[i*n+j] = sum
		}
	}
	return &value{c: r}, nil
}

// gemm is alpha·A·B + beta·C, A and B transposed if asked.
func gemm(w *walk, n *node, args []*value) (*value, error) {
	alpha, beta := n.float("alpha", 1), n.float("beta", 1)
	v, err := w.matMul(args, n.int("transA", 0) != 0, n.int("transB", 0) != 0, alpha)
	if err != nil || len(args) < 3 || args[2] == nil || beta == 0 {
		return v, err
	}
	c := args[2]
	if c.c == nil {
		return nil, errors.New("its bias is computed, as that of a residual connection is; only fixed ones can be had")
	}
	if beta != 1 {
		scale := &value{c: &constant{elem: c.c.elem, floats: []float64{beta}}}
		if c, err = w.arithmetic("*", c, scale); err != nil {
			return nil, err
		}
	}
	return w.arithmetic("+", v, c)
}

// fusedGemm is a Gemm with an activation, which onnxruntime writes.
func fusedGemm(w *walk, n *node, args []*value) (*value, error) {
	v, err := gemm(w, n, args)
	if err != nil {
		return nil, err
	}
	name := n.text("activation", "")
	op, ok := operators[functionKey("", name)]
	if _, plain := pointwise[name]; !ok || !plain && name != "LeakyRelu" && name != "HardSigmoid" && name != "Elu" {
		return nil, fmt.Errorf("its activation %s is none that can be had", quoted(name, `""`))
	}
	act := &node{op: name}
	for from, to := range map[string]string{"activation_alpha": "alpha", "activation_beta": "beta"} {
		if a := n.attribute(from); a != nil {
			act.attributes = append(act.attributes, attribute{name: to, f: a.f})
		}
	}
	return op.run(w, act, []*value{v})
}

func fusedMatMul(w *walk, n *node, args []*value) (*value, error) {
	return w.matMul(args, n.int("transA", 0) != 0, n.int("transB", 0) != 0, n.float("alpha", 1))
}

// batchNormalization is (x - mean)/√(variance + epsilon)·scale + shift, unit by unit.
func batchNormalization(w *walk, n *node, args []*value) (*value, error) {
	// Until opset 14 that it has more outputs than one says so.
	more := slices.ContainsFunc(n.outputs[min(1, len(n.outputs)):], func(name string) bool { return name != "" })
	if n.int("training_mode", 0) != 0 || n.version < 14 && more {
		return nil, errors.New("it takes mean and variance from the batch, as in training; call model.eval() and export again")
	}
	r := args[0].r
	if r == nil {
		return nil, errors.New("it normalises a constant")
	}
	at := 1 // of the channels
	if len(r.dims) == 1 {
		at = 0
	}
	if at >= len(r.dims) || !r.only(at) {
		return nil, fmt.Errorf("it normalises channels of values of shape %s, so that several share numbers; flatten them before",
			shownDims(r.dims))
	}
	p := w.exprs
	numbers := make([]*expr, 5)
	for i := 1; i < 5; i++ {
		c := args[i].c
		if c == nil {
			return nil, errors.New("its numbers are computed; only fixed ones can be had")
		}
		if int64(c.len()) != r.dims[at] {
			return nil, fmt.Errorf("it has %d numbers for values of shape %s", c.len(), shownDims(r.dims))
		}
		values, err := c.asFloats()
		if err != nil {
			return nil, err
		}
		numbers[i] = p.vector(values)
	}
	scale, shift, mean, variance := numbers[1], numbers[2], numbers[3], numbers[4]
	spread := p.apply("sqrt", p.apply("+", variance, p.number(n.float("epsilon", float64(float32(1e-5))))))
	e := p.apply("/", p.apply("-", r.e, mean), spread)
	return w.checked(r.with(p.apply("+", p.apply("*", e, scale), shift)))
}

// scaler is (x - offset)·scale.
func scaler(w *walk, n *node, args []*value) (*value, error) {
	v := args[0]
	for name, op := range map[string]string{"offset": "-"} {
		if a := n.attribute(name); a != nil && len(a.floats) > 0 {
			var err error
			if v, err = w.arithmetic(op, v, &value{c: floatsOf(a.floats)}); err != nil {
				return nil, err
			}
		}
	}
	a := n.attribute("scale")
	if a == nil || len(a.floats) == 0 {
		return v, nil
	}
	return w.arithmetic("*", v, &value{c: floatsOf(a.floats)})
}

func floatsOf(list []float32) *constant {
	c := &constant{dims: []int64{int64(len(list))}, elem: elemFloat, floats: make([]float64, len(list))}
	for i, v := range list {
		c.floats[i] = float64(v)
	}
	return c
}

// linearRegressor is a dense layer in attributes.
func linearRegressor(w *walk, n *node, args []*value) (*value, error) {
	if t := n.text("post_transform", "NONE"); t != "NONE" {
		return nil, fmt.Errorf("its transformation %s is none that can be had", quoted(t, `""`))
	}
	a, targets := n.attribute("coefficients"), n.int("targets", 1)
	if a == nil || targets < 1 || int64(len(a.floats))%targets != 0 || args[0].r == nil {
		return nil, errors.New("it has no coefficients, or not as many for each target")
	}
	c := floatsOf(a.floats).reshaped([]int64{targets, int64(len(a.floats)) / targets})
	v, err := w.matMul([]*value{args[0], {c: c}}, false, true, 1)
	if b := n.attribute("intercepts"); err == nil && b != nil && len(b.floats) > 0 {
		return w.arithmetic("+", v, &value{c: floatsOf(b.floats)})
	}
	return v, err
}

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
			return nil, fmt.Errorf("it is not over all units of a sample: over axis %d of values of shape %s", a, shownDims(r.dims))
		}
	} else {
		a, err := axis(n.int("axis", -1), len(r.dims))
		if err != nil {
			return nil, err
		}
		if !r.only(a) {
			return nil, fmt.Errorf("it is not over all units of a sample: over axis %d of values of shape %s", a, shownDims(r.dims))
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
			return nil, errors.New("its windows overlap or have two dimensions; only windows of units side by side can be had")
		} else if k != 1 {
			at, window = axis, k
		}
	}
	for _, name := range []string{"pads", "dilations"} {
		for _, v := range n.ints(name) {
			if name == "pads" && v != 0 || name == "dilations" && v != 1 {
				return nil, fmt.Errorf("it has %s; only windows of units side by side can be had", name)
			}
		}
	}
	if !r.only(at) || window < 1 || r.dims[at]%window != 0 {
		return nil, fmt.Errorf("windows of %d units do not divide values of shape %s", window, shownDims(r.dims))
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
		return nil, errors.New("it pools each of several channels; only one can be had")
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
