package onnx

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// batchNormalization is (x - mean)/√(variance + epsilon)·scale + shift, unit by unit.
func batchNormalization(w *walk, n *node, args []*value) (*value, error) {
	// Until opset 14 that it has more outputs than one says so.
	more := slices.ContainsFunc(n.outputs[min(1, len(n.outputs)):], func(name string) bool { return name != "" })
	if n.int("training_mode", 0) != 0 || n.version < 14 && more {
		return nil, errors.New("it takes mean and variance from the batch, as in training; call model.eval() and " +
			"export again")
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
		return nil, fmt.Errorf("it normalises channels of values of shape %s, so that several share numbers; "+
			"flatten them before",
			shownDims(r.dims))
	}
	p := w.exprs
	numbers := make([]*expr, 5)
	for i := 1; i < 5; i++ {
		c := args[i].c
		if c == nil {
			return nil, errors.New("its numbers are computed; only fixed ones are supported")
		}
		if int64(c.len()) != r.dims[at] {
			return nil, fmt.Errorf("it has %s for values of shape %s", plural.Of(c.len(), "number"), shownDims(r.dims))
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
		return nil, fmt.Errorf("its transformation %s is not supported", quoted(t, `""`))
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
