package onnx

import (
	"errors"
	"fmt"
	"math"
)

// The activations whose numbers are attributes or inputs of the node.

func leakyRelu(w *walk, n *node, args []*value) (*value, error) {
	return w.leaky(args[0], n.float("alpha", float64(float32(0.01))))
}

func (w *walk) leaky(v *value, slope float64) (*value, error) {
	p := w.exprs
	return w.applied(p.apply("+", p.apply("max", p.z, p.number(0)),
		p.apply("*", p.number(slope), p.apply("min", p.z, p.number(0)))), v)
}

func pRelu(w *walk, _ *node, args []*value) (*value, error) {
	if args[1].c == nil || args[0].r == nil {
		return nil, errors.New("its slopes are computed; only fixed ones are supported")
	}
	slopes, _, err := w.lanes(args[0].r, args[1].c)
	if err != nil {
		return nil, err
	}
	if slopes.op != opConst {
		return nil, fmt.Errorf("a slope for each unit; give all units of the layer one, as torch.nn.PReLU() does")
	}
	return w.leaky(args[0], slopes.value)
}

// exponentialBelow is z above 0 and below it scale·(e^(z/width) - 1).
func (w *walk) exponentialBelow(scale, width float64) *expr {
	p := w.exprs
	below := p.apply("/", p.apply("min", p.z, p.number(0)), p.number(width))
	return p.apply("+", p.apply("max", p.z, p.number(0)), p.apply("*", p.number(scale), p.apply("expm1", below)))
}

func elu(w *walk, n *node, args []*value) (*value, error) {
	return w.applied(w.exponentialBelow(n.float("alpha", 1), 1), args[0])
}

func selu(w *walk, n *node, args []*value) (*value, error) {
	alpha, gamma := n.float("alpha", 1.6732632423543772), n.float("gamma", 1.0507009873554805)
	return w.applied(w.exprs.apply("*", w.exprs.number(gamma), w.exponentialBelow(alpha, 1)), args[0])
}

func celu(w *walk, n *node, args []*value) (*value, error) {
	alpha := n.float("alpha", 1)
	return w.applied(w.exponentialBelow(alpha, alpha), args[0])
}

func gelu(w *walk, n *node, args []*value) (*value, error) {
	if n.text("approximate", "none") == "tanh" {
		return fastGelu(w, n, args[:1])
	}
	return w.formula("z*(1 + erf(z/sqrt(2)))/2", args[0])
}

func fastGelu(w *walk, _ *node, args []*value) (*value, error) {
	v := args[0]
	if len(args) > 1 && args[1] != nil {
		var err error
		if v, err = w.arithmetic("+", v, args[1]); err != nil {
			return nil, err
		}
	}
	return w.formula("z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))/2", v)
}

func biasGelu(w *walk, n *node, args []*value) (*value, error) {
	v, err := w.arithmetic("+", args[0], args[1])
	if err != nil {
		return nil, err
	}
	return gelu(w, n, []*value{v})
}

func swish(w *walk, n *node, args []*value) (*value, error) {
	otherwise := 1.0
	if n.domain == microsoft {
		otherwise = float64(float32(1.702))
	}
	p := w.exprs
	return w.applied(p.apply("*", p.z, p.apply("sigmoid", p.apply("*", p.number(n.float("alpha", otherwise)), p.z))),
		args[0])
}

func shrink(w *walk, n *node, args []*value) (*value, error) {
	edge, bias := n.float("lambd", 0.5), n.float("bias", 0)
	if edge != bias {
		return nil, errors.New("it jumps at lambd; only a soft shrink, with lambd equal to bias, is supported")
	}
	p := w.exprs
	inside := p.apply("max", p.apply("min", p.z, p.number(edge)), p.number(-edge))
	return w.applied(p.apply("-", p.z, inside), args[0])
}

func hardSigmoid(w *walk, n *node, args []*value) (*value, error) {
	alpha, beta := n.float("alpha", float64(float32(0.2))), n.float("beta", 0.5)
	p := w.exprs
	line := p.apply("+", p.apply("*", p.number(alpha), p.z), p.number(beta))
	return w.applied(p.apply("min", p.apply("max", line, p.number(0)), p.number(1)), args[0])
}

func clip(w *walk, n *node, args []*value) (*value, error) {
	p := w.exprs
	e := p.z
	for i, limited := range []struct{ name, op string }{{"min", "max"}, {"max", "min"}} {
		limit, given := 0.0, false
		if a := n.attribute(limited.name); a != nil { // before opset 11
			limit, given = float64(a.f), true
		}
		if i+1 < len(args) && args[i+1] != nil {
			c := args[i+1].c
			if c == nil {
				return nil, errors.New("its limits are computed; only fixed ones are supported")
			}
			var err error
			if limit, err = c.number(); err != nil {
				return nil, err
			}
			given = true
		}
		if given && math.Abs(limit) < math.MaxFloat32 { // the whole range is no limit
			e = p.apply(limited.op, e, p.number(limit))
		}
	}
	return w.applied(e, args[0])
}
