package onnx

import (
	"errors"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// plainOperators are the activations that are an operator without attributes.
var plainOperators = map[string]string{"sigmoid": "Sigmoid", "relu": "Relu", "tanh": "Tanh", "arctan": "Atan"}

// spelled are the activations that ONNX has no operator for in opset 17, or none that runtimes have in float64, as
// formulas. P stands for the parameter.
var spelled = map[string]string{
	"gelu":         "z*(1 + erf(z/sqrt(2)))/2",
	"silu":         "z/(1 + exp(-z))", // as a product onnxruntime makes an operator of it that it lacks in float64
	"softplus":     softplusText("z"),
	"hard-tanh":    "min(max(z, -1), 1)",
	"hard-sigmoid": "min(max(z/6 + 1/2, 0), 1)",
	"leaky-relu":   "max(z, 0) + P*min(z, 0)",
	"elu":          "max(z, 0) + P*expm1(min(z, 0))",
	"selu":         "1.0507009873554805*(max(z, 0) + 1.6732632423543772*expm1(min(z, 0)))",
	"softsign":     "z/(1 + abs(z))",
}

// activation writes the activation of a layer whose pre-activation is z; its output is w.result.
func (w *writer) activation(l model.Layer, z string) error {
	f := l.Activation
	if f.Expr != "" {
		return w.formula(f.Expr, z)
	}
	if op, ok := plainOperators[f.Name]; ok {
		w.node(op, []string{z}, w.result)
		return nil
	}
	last := intAttribute("axis", -1)
	switch f.Name {
	case "softmax":
		w.node("Softmax", []string{z}, w.result, last)
		return nil
	case "log-softmax":
		w.node("LogSoftmax", []string{z}, w.result, last)
		return nil
	case "radial-sigmoid":
		w.radial(z)
		return nil
	case "max-pool", "avg-pool":
		w.pool(l, z)
		return nil
	}
	if !w.double {
		switch f.Name { // with attributes, which are float32
		case "leaky-relu":
			w.node("LeakyRelu", []string{z}, w.result, floatAttribute("alpha", f.Param(spec.ActivationRole, "slope")))
			return nil
		case "elu":
			w.node("Elu", []string{z}, w.result, floatAttribute("alpha", f.Param(spec.ActivationRole, "alpha")))
			return nil
		case "selu":
			w.node("Selu", []string{z}, w.result)
			return nil
		case "softplus":
			w.node("Softplus", []string{z}, w.result)
			return nil
		case "softsign":
			w.node("Softsign", []string{z}, w.result)
			return nil
		case "hard-sigmoid":
			w.node("HardSigmoid", []string{z}, w.result, floatAttribute("alpha", 1.0/6), floatAttribute("beta", 0.5))
			return nil
		}
	}
	text, ok := spelled[f.Name]
	if !ok {
		return fmt.Errorf("no way to write the activation %s", f.Name)
	}
	node, err := formula.Parse(text, "z", "P")
	if err != nil {
		return err
	}
	parameter := 0.0
	if entry, ok := spec.Lookup(spec.ActivationRole, f.Name); ok && len(entry.Params) > 0 {
		parameter = f.Param(spec.ActivationRole, entry.Params[0].Name)
	}
	return w.written(node, z, parameter)
}

// radial is z/|z|·sigmoid(|z|), 0 where z is: there 0 is divided by the least number that is normal.
func (w *writer) radial(z string) {
	least := tiny32
	if w.double {
		least = tiny64
	}
	norm := w.node("ReduceL2", []string{z}, w.name(), intsAttribute("axes", -1), intAttribute("keepdims", 1))
	divisor := w.node("Max", []string{norm, w.number(least)}, w.name())
	unit := w.node("Div", []string{z, divisor}, w.name())
	w.node("Mul", []string{unit, w.node("Sigmoid", []string{norm}, w.name())}, w.result)
}

// pool lays windows out along an axis of their own and reduces it.
func (w *writer) pool(l model.Layer, z string) {
	width := l.Width()
	windows := w.node("Reshape", []string{z, w.ints(0, int64(width), int64(l.Out/width))}, w.name())
	op := "ReduceMax"
	if l.Activation.Name == "avg-pool" {
		op = "ReduceMean"
	}
	w.node(op, []string{windows}, w.result, intsAttribute("axes", 2), intAttribute("keepdims", 0))
}

// formula writes a formula in z.
func (w *writer) formula(text, z string) error {
	node, err := formula.Parse(text, "z")
	if err != nil {
		return err
	}
	return w.written(node, z, 0)
}

// written writes the nodes of a formula; the last one has the name of the layer's output.
func (w *writer) written(n formula.Node, z string, parameter float64) error {
	at, err := w.part(n, z, parameter)
	if err == nil {
		w.node("Identity", []string{at}, w.result)
	}
	return err
}

// operatorsOf are the operators that the functions and operations of formulas are written as.
var operatorsOf = map[string]string{
	"+": "Add", "-": "Sub", "*": "Mul", "/": "Div", "^": "Pow",
	"exp": "Exp", "log": "Log", "sqrt": "Sqrt", "tanh": "Tanh", "sigmoid": "Sigmoid", "erf": "Erf", "sin": "Sin",
	"cos": "Cos", "atan": "Atan", "abs": "Abs", "max": "Max", "min": "Min",
	"expm1": "Expm1", "log1p": "Log1p", // functions of ours
}

// part writes a part of a formula and returns the name of its value.
func (w *writer) part(n formula.Node, z string, parameter float64) (string, error) {
	if v, ok := constantOf(n, parameter); ok {
		return w.number(v), nil
	}
	var op string
	var parts []formula.Node
	switch n := n.(type) {
	case *formula.Variable:
		return z, nil
	case *formula.Negation:
		at, err := w.part(n.X, z, parameter)
		return w.node("Neg", []string{at}, w.name()), err
	case *formula.Binary:
		op, parts = operatorsOf[string(n.Op)], []formula.Node{n.X, n.Y}
	case *formula.Call:
		op, parts = operatorsOf[n.Name], n.Args
	}
	if op == "" {
		return "", errors.New("the formula has a function that ONNX lacks")
	}
	in := make([]string, len(parts))
	for i, part := range parts {
		var err error
		if in[i], err = w.part(part, z, parameter); err != nil {
			return "", err
		}
	}
	if op == "Expm1" || op == "Log1p" {
		return w.call(op, in[0]), nil
	}
	return w.node(op, in, w.name()), nil
}

// constantOf returns the value of a part without z.
func constantOf(n formula.Node, parameter float64) (float64, bool) {
	p := newPool()
	e := p.formula(n, func(name string) *expr {
		if name == "P" {
			return p.number(parameter)
		}
		return p.z
	})
	return e.value, e.op == opConst && !math.IsNaN(e.value)
}

// call calls a function of ours, and brings it into the file. Both functions keep their accuracy near 0:
//
//	e^x - 1   = 2t/(1 - t), t = tanh(x/2), for |x| < 1
//	log(1+x)  = log(u)·x/(u - 1), u = 1 + x, for x < 1 and u ≠ 1, and x for u = 1 (Higham, section 1.14.1)
func (w *writer) call(name, x string) string {
	output := w.name()
	w.nodes = appendMessage(w.nodes, 1, nodeMessage(name, ours, []string{x}, output))
	if w.has[name] {
		return output
	}
	if w.has == nil {
		w.has = map[string]bool{}
	}
	w.has[name] = true
	f := &writer{double: w.double}
	f.body(name)
	var b []byte
	b = appendText(b, 1, name)
	b = appendText(b, 4, "x")
	b = appendText(b, 5, "y")
	b = append(b, f.nodes...)
	b = appendMessage(b, 9, opset("", writtenOpset))
	b = appendText(b, 10, ours)
	w.functions = appendMessage(w.functions, 25, b)
	return output
}

// body writes the nodes of a function, whose field has the number 7 where that of a graph has 1.
func (w *writer) body(name string) {
	add := func(op string, output string, inputs ...string) string {
		w.nodes = appendMessage(w.nodes, 7, nodeMessage(op, "", inputs, output))
		return output
	}
	constant := func(output string, v float64) string {
		a := appendNumber(appendMessage(appendText(nil, 1, "value"), 5, w.tensor("", nil, []float64{v})), 20, 4)
		w.nodes = appendMessage(w.nodes, 7, nodeMessage("Constant", "", nil, output, a))
		return output
	}
	one := constant("one", 1)
	if name == "Expm1" {
		two := constant("two", 2)
		t := add("Tanh", "t", add("Div", "half", "x", two))
		near := add("Div", "near", add("Mul", "twice", two, t), add("Sub", "rest", one, t))
		far := add("Sub", "far", add("Exp", "e", "x"), one)
		add("Where", "y", add("Less", "small", add("Abs", "size", "x"), one), near, far)
		return
	}
	u := add("Add", "u", one, "x")
	l := add("Log", "l", u)
	more := add("Sub", "more", u, one)
	// Where u is 1 the quotient is 0/0, and not chosen.
	near := add("Where", "near", add("Equal", "same", u, one), "x",
		add("Div", "quotient", add("Mul", "lx", l, "x"), more))
	add("Where", "y", add("Less", "small", "x", one), near, l)
}
