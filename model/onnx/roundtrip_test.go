package onnx_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
)

// everyActivation are those of the catalogue, some with parameters, and formulas with every function.
func everyActivation() (list []spec.Function) {
	for _, e := range spec.Activations() {
		list = append(list, spec.Function{Name: e.Name})
		for _, p := range e.Params {
			for _, v := range []float64{0.3, 1.7} {
				if p.Whole {
					v = 2
				}
				list = append(list, spec.Function{Name: e.Name, Params: map[string]float64{p.Name: v}})
			}
		}
	}
	list = append(list, spec.Function{Name: "leaky-relu", Params: map[string]float64{"slope": -0.5}})
	for _, text := range []string{
		"z*min(max(z/6 + 0.5, 0), 1)", "z*tanh(max(z, 0) + log1p(exp(-abs(z))))", "min(max(z, 0), 6)", "sin(z) + " +
			"cos(2*z)",
		"expm1(z/3)*atan(z) - erf(z)", "exp(-z^2)", "log(1 + z^2)/sqrt(2 + " +
			"z^4)", "z*sigmoid(1.702*z)", "-z^3", "z^(-2)",
		"abs(z - 0.25)", "max(z, 0)^2", "z - min(max(z, -0.5), 0.5)", "2^z", "0.1*z + sin(z)^2", "max(0.3*z, sin(z))",
	} {
		list = append(list, spec.Function{Expr: text})
	}
	return list
}

// random returns a model of the widths, whose last activation is given; the others are tanh.
func random(rng *rand.Rand, precision spec.Precision, f spec.Function, widths ...int) *model.Model {
	n := spec.Network{Name: "Net", Precision: precision, Input: widths[0], Cost: spec.Function{Name: "mse"}}
	for i, w := range widths[1:] {
		act := spec.Function{Name: "tanh"}
		if i == len(widths)-2 {
			act = f
		}
		n.Layers = append(n.Layers, spec.Layer{Dense: w, Activation: act, NoBias: rng.IntN(3) == 0})
	}
	params := make([]float64, n.Params())
	for i := range params {
		params[i] = rng.NormFloat64()
		if precision == spec.Float32 {
			params[i] = float64(float32(params[i]))
		}
	}
	m, err := model.Of(n, params)
	if err != nil {
		panic(err)
	}
	return m
}

// TestRoundTrip writes and reads networks with every activation in the middle and at the end, in both precisions, of
// several widths: the same parameters bit for bit, and the same activations.
func TestRoundTrip(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for _, f := range everyActivation() {
			for _, widths := range [][]int{{3, 4}, {1, 2, 4, 2}, {2, 4, 4, 4, 1}, {1, 6, 2}} {
				if entry, _ := spec.Lookup(spec.ActivationRole, f.Name); entry.Pools {
					widths[len(widths)-1] = 4
				}
				m := random(rng, precision, f, widths...)
				if len(widths) > 3 { // also before another layer of the same width
					if entry, _ := spec.Lookup(spec.ActivationRole, f.Name); !entry.Pools {
						m.Layers[1].Activation = f
					}
				}
				name := fmt.Sprintf("%s %s%s %v %v", precision, f.Name, f.Expr, f.Params, widths)
				data, err := onnx.Marshal(m)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				r, err := onnx.Read(data, onnx.Options{})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if got, want := model.YAML(r.Model.Network("Net").WithDefaults(),
					""), model.YAML(m.Network("Net").WithDefaults(), ""); got != want {
					t.Errorf("%s is read back as\n%s\nnot\n%s", name, got, want)
				}
				if !slices.Equal(r.Model.Params(), m.Params()) {
					t.Errorf("%s: other parameters", name)
				}
			}
		}
	}
}
