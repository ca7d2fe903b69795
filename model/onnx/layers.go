package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
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
		return nil, fmt.Errorf("values of shape %s are multiplied by a matrix of shape %v", shownDims(r.dims),
			matrix.dims)
	}
	if !r.only(axis) {
		return nil, fmt.Errorf("it multiplies along one axis of values of shape %s, so that several share weights; "+
			"flatten "+
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
	return nil, fmt.Errorf("values are multiplied by a constant of shape %v, which is not a matrix", c.dims)
}

var errTwoRows = errors.New("it multiplies computed values by one another, as attention does; only fixed weights " +
	"are supported")

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
		return nil, fmt.Errorf("constants of shapes %v and %v are multiplied, which is too much work; export with "+
			"constants "+
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
		return nil, errors.New("its bias is computed, as that of a residual connection is; only fixed ones are supported")
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
		return nil, fmt.Errorf("its activation %s is not supported", quoted(name, `""`))
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
