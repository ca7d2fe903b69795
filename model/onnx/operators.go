package onnx

import (
	"errors"
	"fmt"
)

// Domains beside ONNX's own.
const (
	microsoft = "com.microsoft"
	learning  = "ai.onnx.ml"
)

// operator is a rule for a node: how many inputs it must have, and what it makes of them.
type operator struct {
	least int
	run   func(w *walk, n *node, args []*value) (*value, error)
}

// operators is the table of the rules, by domain and name. It is filled once.
var operators = map[string]operator{}

func init() {
	standard := func(name string, least int, run func(w *walk, n *node, args []*value) (*value, error)) {
		operators[functionKey("", name)] = operator{least, run}
	}
	for name, formula := range pointwise {
		standard(name, 1, formulaOf(formula))
	}
	for name, op := range map[string]string{"Add": "+", "Sub": "-", "Mul": "*", "Div": "/", "Pow": "^"} {
		standard(name, 2, func(w *walk, _ *node, args []*value) (*value,
			error) {
			return w.arithmetic(op, args[0], args[1])
		})
	}
	for name, op := range map[string]string{"Max": "max", "Min": "min", "Sum": "+", "Mean": "+"} {
		standard(name, 1, func(w *walk, _ *node, args []*value) (*value, error) { return w.several(name, op, args) })
	}
	standard("LeakyRelu", 1, leakyRelu)
	standard("PRelu", 2, pRelu)
	standard("Elu", 1, elu)
	standard("Selu", 1, selu)
	standard("Celu", 1, celu)
	standard("Gelu", 1, gelu)
	standard("Swish", 1, swish)
	standard("Shrink", 1, shrink)
	standard("HardSigmoid", 1, hardSigmoid)
	standard("Clip", 1, clip)
	standard("Softmax", 1, softmax)
	standard("LogSoftmax", 1, softmax)
	standard("Greater", 2, compare)
	standard("GreaterOrEqual", 2, compare)
	standard("Less", 2, compare)
	standard("LessOrEqual", 2, compare)
	standard("Where", 3, where)
	for name, op := range map[string]string{
		"ReduceSum": opSum, "ReduceMean": opMean, "ReduceMax": opMax, "ReduceL2": opNorm,
	} {
		standard(name, 1, func(w *walk, n *node, args []*value) (*value, error) { return w.reduce(n, op, args) })
	}
	standard("MaxPool", 1, pool1)
	standard("AveragePool", 1, pool1)
	standard("GlobalMaxPool", 1, globalPool)
	standard("GlobalAveragePool", 1, globalPool)

	standard("Gemm", 2, gemm)
	standard("MatMul", 2, matMul)
	standard("BatchNormalization", 5, batchNormalization)

	standard("Identity", 1, identity)
	standard("Dropout", 1, identity)
	standard("Cast", 1, cast)
	standard("CastLike", 1, castLike)
	standard("Constant", 0, constantNode)
	standard("ConstantOfShape", 1, constantOfShape)
	standard("Shape", 1, shape)
	standard("Size", 1, shape)
	standard("Reshape", 2, reshape)
	standard("Flatten", 1, flatten)
	standard("Squeeze", 1, squeeze)
	standard("Unsqueeze", 1, unsqueeze)
	standard("Transpose", 1, transpose)
	standard("Expand", 2, expand)
	standard("Gather", 2, gather)
	standard("Slice", 1, slice)
	standard("Concat", 1, concat)

	operators[functionKey(microsoft, "Gelu")] = operator{1, gelu}
	operators[functionKey(microsoft, "FastGelu")] = operator{1, fastGelu}
	operators[functionKey(microsoft, "BiasGelu")] = operator{2, biasGelu}
	operators[functionKey(microsoft, "QuickGelu")] = operator{1, swish}
	operators[functionKey(microsoft, "FusedGemm")] = operator{2, fusedGemm}
	operators[functionKey(microsoft, "FusedMatMul")] = operator{2, fusedMatMul}
	operators[functionKey(ours, "Expm1")] = operator{1, formulaOf("expm1(z)")}
	operators[functionKey(ours, "Log1p")] = operator{1, formulaOf("log1p(z)")}
	operators[functionKey(learning, "Scaler")] = operator{1, scaler}
	operators[functionKey(learning, "LinearRegressor")] = operator{1, linearRegressor}
}

// pointwise are the operators of one input that are formulas.
var pointwise = map[string]string{
	"Relu": "max(z, " +
		"0)", "Sigmoid": "sigmoid(z)", "Tanh": "tanh(z)", "Exp": "exp(z)", "Log": "log(z)", "Sqrt": "sqrt(z)",
	"Abs": "abs(z)", "Neg": "-z", "Erf": "erf(z)", "Sin": "sin(z)", "Cos": "cos(z)", "Atan": "atan(z)",
	"Reciprocal": "1/z", "Softsign": "z/(1 + abs(z))", "Softplus": softplusText("z"),
	"HardSwish": "z*min(max(z/6 + 1/2, 0), 1)", "Mish": "z*tanh(" + softplusText("z") + ")",
	"Tan": "sin(z)/cos(z)", "Sinh": "(exp(z) - exp(-z))/2", "Cosh": "(exp(z) + exp(-z))/2",
	"Asinh": "log(z + sqrt(z^2 + 1))",
}

// formulaOf is the rule of an operator that is a formula.
func formulaOf(text string) func(*walk, *node, []*value) (*value, error) {
	return func(w *walk, _ *node, args []*value) (*value, error) { return w.formula(text, args[0]) }
}

// formula applies a formula in z.
func (w *walk) formula(text string, v *value) (*value, error) {
	f, err := fromFormula(w.exprs, text)
	if err != nil {
		return nil, err
	}
	return w.applied(f, v)
}

// applied puts a value into an expression in z.
func (w *walk) applied(f *expr, v *value) (*value, error) {
	switch {
	case v.c != nil:
		values, err := v.c.asFloats()
		if err != nil {
			return nil, err
		}
		r := &constant{dims: v.c.dims, elem: v.c.elem, floats: make([]float64, len(values))}
		for i, x := range values {
			r.floats[i] = rounded(r.elem, f.at(x))
		}
		return &value{c: r}, nil
	case v.r == nil:
		return nil, errNoNumbers
	}
	e := w.exprs.replace(f, w.exprs.z, v.r.e)
	if e.size >= maxExpr {
		return nil, errTooLong
	}
	return &value{r: v.r.with(e)}, nil
}

var (
	errTooLong   = fmt.Errorf("the arithmetic since the last dense layer has more than %d operations", maxExpr)
	errNoNumbers = errors.New("an input is a comparison, where numbers belong")
)

// rounded is a constant in its own type, as the graph computes it.
func rounded(elem int64, v float64) float64 {
	if elem == elemFloat {
		return float64(float32(v))
	}
	return v
}

// arithmetic is an operation of two values.
func (w *walk) arithmetic(op string, a, b *value) (*value, error) {
	switch {
	case a.compared != nil || b.compared != nil:
		return nil, errNoNumbers
	case a.c != nil && b.c != nil:
		c, err := elementwise(op, max(a.c.elem, b.c.elem), a.c, b.c)
		if err == nil && c.floats != nil {
			c.elem = a.c.elem
			for i, v := range c.floats {
				c.floats[i] = rounded(c.elem, v)
			}
		}
		return &value{c: c}, err
	case a.r != nil && b.r != nil:
		return w.together(op, a.r, b.r)
	case a.r != nil:
		e, r, err := w.lanes(a.r, b.c)
		if err != nil {
			return nil, err
		}
		if op == "+" && len(b.c.dims) > 0 {
			e = w.bias(r, e)
		}
		return w.checked(r.with(w.exprs.apply(op, r.e, e)))
	}
	e, r, err := w.lanes(b.r, a.c)
	if err != nil {
		return nil, err
	}
	if op == "+" && len(a.c.dims) > 0 {
		e = w.bias(r, e)
	}
	return w.checked(r.with(w.exprs.apply(op, e, r.e)))
}

// bias keeps a number that is added to a dense layer without bias one for each unit, though all may be the same: it is
// the layer's, and no part of the activation.
func (w *walk) bias(r *row, e *expr) *expr {
	if r.e != w.exprs.z || r.at.dense == nil || r.at.dense.b != nil || e.op != opConst {
		return e
	}
	values := make([]float64, r.at.width)
	for i := range values {
		values[i] = e.value
	}
	return w.exprs.make(opVec, 0, values)
}

func (w *walk) checked(r *row) (*value, error) {
	if r.e.size >= maxExpr {
		return nil, errTooLong
	}
	return &value{r: r}, nil
}

// together is an operation of two rows: of what was made of the same values.
func (w *walk) together(op string, a, b *row) (*value, error) {
	if a.at != b.at {
		return nil, errors.New("it joins two branches, as a residual connection does; only chains are supported")
	}
	r := a
	if a.one {
		r = b
	}
	if !a.alongside(b) {
		return nil, fmt.Errorf("values of shapes %s and %s are not combined one by one", shownDims(a.dims),
			shownDims(b.dims))
	}
	return w.checked(r.with(w.exprs.apply(op, a.e, b.e)))
}

// several is an operation of any number of values.
func (w *walk) several(name, op string, args []*value) (*value, error) {
	v := args[0]
	for _, a := range args[1:] {
		if a == nil {
			return nil, errors.New("one of its inputs is left out")
		}
		var err error
		if v, err = w.arithmetic(op, v, a); err != nil {
			return nil, err
		}
	}
	if name != "Mean" {
		return v, nil
	}
	return w.arithmetic("/", v, &value{c: &constant{elem: elemFloat, floats: []float64{float64(len(args))}}})
}
