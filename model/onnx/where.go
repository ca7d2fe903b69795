package onnx

import (
	"errors"
	"fmt"
	"math"
)

func compare(_ *walk, n *node, args []*value) (*value, error) {
	a, b := args[0], args[1]
	if n.op == "Less" || n.op == "LessOrEqual" {
		a, b = b, a
	}
	if a.compared != nil || b.compared != nil || a.c != nil && b.c != nil {
		return nil, errors.New("two constants or comparisons are compared")
	}
	return &value{compared: &comparison{a, b}}, nil
}

// where chooses between two values by a comparison of a row with a number. If both agree there, it is continuous, and
// what one of them does above and the other below.
func where(w *walk, _ *node, args []*value) (*value, error) {
	c := args[0].compared
	if c == nil {
		return nil, errors.New("its condition does not compare values with a number")
	}
	above, below, r, edge := args[1], args[2], c.a, c.b
	if r.r == nil { // number > row
		above, below, r, edge = below, above, c.b, c.a
	}
	if edge.c == nil || above.compared != nil || below.compared != nil {
		return nil, errors.New("its condition does not compare values with a number")
	}
	at, err := edge.c.number()
	if err != nil {
		return nil, err
	}
	p := w.exprs
	side := func(v *value) (*expr, error) {
		switch {
		case v.c != nil:
			e, _, err := w.lanes(r.r, v.c)
			return e, err
		case v.r.at != r.r.at || !v.r.alongside(r.r) || v.r.e.dependsBeside(r.r.e):
			return nil, errors.New("it chooses between values that are not made of those in its condition")
		}
		return v.r.e, nil
	}
	x, err := side(above)
	if err != nil {
		return nil, err
	}
	y, err := side(below)
	if err != nil {
		return nil, err
	}
	z, k := r.r.e, p.number(at)
	xk, yk := p.replace(x, z, k), p.replace(y, z, k)
	if xk.op != opConst || yk.op != opConst {
		return nil, fmt.Errorf("it chooses by %w", errPerUnit)
	}
	if !near(xk.value, yk.value, w.tolerance) && math.Abs(xk.value-yk.value) > w.tolerance*math.Abs(at) {
		return nil, fmt.Errorf("it jumps from %g to %g where the condition changes; only continuous activations "+
			"are supported",
			yk.value, xk.value)
	}
	e := p.apply("+", p.replace(x, z, p.apply("max", z, k)), p.replace(y, z, p.apply("min", z, k)))
	return w.checked(r.r.with(p.apply("-", e, yk)))
}
