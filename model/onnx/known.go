package onnx

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// known are the ways in which graphs spell the activations of the catalogue, as formulas. P stands for the parameter,
// which follows from the value at -1.
var known = []struct {
	name, parameter string
	forms           []string
}{
	{"sigmoid", "", []string{"sigmoid(z)", "(1 + tanh(z/2))/2", "exp(z)/(1 + exp(z))"}},
	{"relu", "", []string{"max(z, 0)", "(z + abs(z))/2", "z - min(z, 0)"}},
	{"leaky-relu", "slope", []string{
		"max(z, 0) + P*min(z, 0)", "max(z, P*z)", "z + (P - 1)*min(z, 0)", "P*z + (1 - P)*max(z, 0)",
	}},
	{"tanh", "", []string{
		"tanh(z)", "2*sigmoid(2*z) - 1", "(exp(z) - exp(-z))/(exp(z) + exp(-z))",
		"(exp(2*z) - 1)/(exp(2*z) + 1)", "(1 - exp(-2*z))/(1 + exp(-2*z))",
	}},
	{"arctan", "", []string{"atan(z)"}},
	{"softplus", "", []string{"log(1 + exp(z))", softplusText("z"), "-log(sigmoid(-z))"}},
	{"elu", "alpha", []string{
		"max(z, 0) + P*(exp(min(z, 0)) - 1)", "max(z, 0) + min(P*(exp(z) - 1), 0)", "max(z, P*(exp(min(z, 0)) - 1))",
	}},
	{"selu", "", []string{
		"1.0507009873554805*(max(z, 0) + 1.6732632423543772*(exp(min(z, 0)) - 1))",
		"1.0507009873554805*(max(z, 0) + min(1.6732632423543772*(exp(z) - 1), 0))",
	}},
	{"gelu", "", []string{"z*(1 + erf(z/sqrt(2)))/2"}},
	{"silu", "", []string{"z*sigmoid(z)", "z*(1 + tanh(z/2))/2"}},
	{"softsign", "", []string{"z/(1 + abs(z))"}},
	{"hard-sigmoid", "", []string{"min(max(z/6 + 1/2, 0), 1)"}},
	{"hard-tanh", "", []string{"min(max(z, -1), 1)"}},
}

// formulas are activations that the catalogue lacks, in the form that a spec is given.
var formulas = []string{
	"z*min(max(z/6 + 0.5, 0), 1)",
	"z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))/2",
	"z*tanh(" + softplusText("z") + ")",
	"z*tanh(log(1 + exp(z)))",
}

// softplusText is log(1 + e^z) such that nothing overflows, and its terms are positive.
func softplusText(z string) string {
	return "max(" + z + ", 0) + log1p(exp(-abs(" + z + ")))"
}

// fixedForms are the normal forms of the activations without parameter, made once.
var fixedForms = sync.OnceValue(func() map[string][]total {
	forms := map[string][]total{}
	for _, k := range known {
		if k.parameter == "" {
			for _, text := range k.forms {
				forms[k.name] = append(forms[k.name], normal(mustParse(newPool(), text)))
			}
		}
	}
	for _, text := range formulas {
		forms[text] = []total{normal(mustParse(newPool(), text))}
	}
	return forms
})

// mustParse reads a formula of this package's own.
func mustParse(p *pool, text string) *expr {
	e, err := fromFormula(p, text)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", text, err)) // a mistake in a table of this package
	}
	return e
}

// fromFormula makes an expression of a formula in z.
func fromFormula(p *pool, text string) (*expr, error) {
	node, err := formula.Parse(text, "z")
	if err != nil {
		return nil, err
	}
	return p.formula(node, func(string) *expr { return p.z }), nil
}

// formula is the expression of a formula whose variables stand for expressions.
func (p *pool) formula(n formula.Node, variable func(name string) *expr) *expr {
	switch n := n.(type) {
	case *formula.Number:
		return p.number(n.Value)
	case *formula.Variable:
		return variable(n.Name)
	case *formula.Negation:
		return p.apply(opNeg, p.formula(n.X, variable))
	case *formula.Binary:
		return p.apply(string(n.Op), p.formula(n.X, variable), p.formula(n.Y, variable))
	case *formula.Call:
		args := make([]*expr, len(n.Args))
		for i, a := range n.Args {
			args[i] = p.formula(a, variable)
		}
		return p.apply(n.Name, args...)
	}
	return p.z
}

// catalogued returns the activation of the catalogue that e is, if any. Numbers may be off by the tolerance, to which
// the exporter rounded them.
func catalogued(e *expr, tolerance float64) (spec.Function, bool) {
	if e.perUnit() || e.size >= maxExpr {
		return spec.Function{}, false
	}
	if e.some(func(e *expr) bool { return reduces(e.op) }) {
		return wholeLayer(e, tolerance)
	}
	form := normal(e)
	fixed := fixedForms()
	for _, k := range known {
		if k.parameter == "" {
			for _, f := range fixed[k.name] {
				if sameTotal(form, f, tolerance) {
					return spec.Function{Name: k.name}, true
				}
			}
			continue
		}
		value := short(parameterOf(k.name, e), tolerance)
		f := spec.Function{Name: k.name, Params: map[string]float64{k.parameter: value}}
		if !formula.InRange(value) || k.name == "elu" && value <= 0 {
			continue
		}
		for _, text := range k.forms {
			if k.name == "leaky-relu" && strings.HasPrefix(text, "max(z, P") && value > 1 {
				continue // there it is the minimum that leaks
			}
			other, err := fromFormula(newPool(), strings.ReplaceAll(text, "P", fmt.Sprintf("(%v)", value)))
			if err == nil && sameTotal(form, normal(other), tolerance) {
				return f, true
			}
		}
	}
	for _, text := range formulas {
		if sameTotal(form, fixed[text][0], tolerance) {
			return spec.Function{Expr: strings.Replace(text, "log(1 + exp(z))", softplusText("z"), 1)}, true
		}
	}
	return spec.Function{}, false
}

// parameterOf returns the parameter that an activation would have to have for its value at -1.
func parameterOf(name string, e *expr) float64 {
	v := e.at(-1)
	if name == "elu" {
		v /= math.Expm1(-1)
	} else {
		v = -v
	}
	if w := float64(float32(v)); near(v, w, 0x1p-50) {
		return w
	}
	return v
}

// wholeLayer returns the activation of a whole layer that e is, if any.
func wholeLayer(e *expr, tolerance float64) (spec.Function, bool) {
	form := normal(e)
	for _, w := range wholeLayerForms() {
		if sameTotal(form, w.form, tolerance) {
			return spec.Function{Name: w.name}, true
		}
	}
	return spec.Function{}, false
}

type namedForm struct {
	name string
	form total
}

// wholeLayerForms are the ways to spell the activations of whole layers.
var wholeLayerForms = sync.OnceValue(func() []namedForm {
	p := newPool()
	exp, div, mul, sub := caller(p, "exp"), caller(p, "/"), caller(p, "*"), caller(p, "-")
	sum, largest, norm, log := caller(p, opSum), caller(p, opMax), caller(p, opNorm), caller(p, "log")
	shifted := sub(p.z, largest(p.z))
	softmax := func(z *expr) *expr { return div(exp(z), sum(exp(z))) }
	logarithm := func(z *expr) *expr { return sub(z, log(sum(exp(z)))) }
	sigmoid := caller(p, "sigmoid")
	var forms []namedForm
	for name, list := range map[string][]*expr{
		"softmax":     {softmax(p.z), softmax(shifted)},
		"log-softmax": {logarithm(p.z), logarithm(shifted), log(softmax(p.z)), log(softmax(shifted))},
		"radial-sigmoid": {
			mul(div(p.z, norm(p.z)), sigmoid(norm(p.z))),
			// With the least number that keeps the quotient of zeros 0, as this package writes it.
			mul(div(p.z, p.apply("max", norm(p.z), p.number(tiny32))), sigmoid(norm(p.z))),
			mul(div(p.z, p.apply("max", norm(p.z), p.number(tiny64))), sigmoid(norm(p.z))),
		},
	} {
		for _, e := range list {
			forms = append(forms, namedForm{name, normal(e)})
		}
	}
	return forms
})

// The least normal numbers of both precisions.
const (
	tiny32 = 0x1p-126
	tiny64 = 0x1p-1022
)

// caller makes calls of one operation.
func caller(p *pool, op string) func(...*expr) *expr {
	return func(args ...*expr) *expr { return p.apply(op, args...) }
}

// errPerUnit is the error of an activation that is not one for all units.
var errPerUnit = errors.New("its numbers differ from unit to unit")

// asFormula returns e as a formula of a spec.
func asFormula(e *expr) (spec.Function, error) {
	if e.size >= maxExpr {
		return spec.Function{}, errors.New("it is too long for a formula")
	}
	node, err := toNode(e)
	if err != nil {
		return spec.Function{}, err
	}
	text := formula.Format(node)
	if _, err := formula.Parse(text, "z"); err != nil {
		return spec.Function{}, fmt.Errorf("as the formula %s: %w", text, err)
	}
	return spec.Function{Expr: text}, nil
}

func toNode(e *expr) (formula.Node, error) {
	args := make([]formula.Node, len(e.args))
	for i, a := range e.args {
		var err error
		if args[i], err = toNode(a); err != nil {
			return nil, err
		}
	}
	switch {
	case e.op == opZ:
		return &formula.Variable{Name: "z"}, nil
	case e.op == opConst && (math.IsNaN(e.value) || math.IsInf(e.value, 0)):
		return nil, fmt.Errorf("it has the constant %v", e.value)
	case e.op == opConst && e.value < 0:
		return &formula.Negation{X: &formula.Number{Value: -e.value}}, nil
	case e.op == opConst:
		return &formula.Number{Value: e.value}, nil
	case e.op == opVec:
		return nil, errPerUnit
	case e.op == opNeg:
		return &formula.Negation{X: args[0]}, nil
	case reduces(e.op):
		return nil, errors.New("it needs all units of the layer at once, as layer normalisation does, and is no " +
			"softmax, " +
			"log-softmax or radial sigmoid")
	case strings.Contains("+-*/^", e.op):
		return &formula.Binary{Op: e.op[0], X: args[0], Y: args[1]}, nil
	}
	return &formula.Call{Name: e.op, Args: args}, nil
}
