package model_test

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/spec"
)

// TestYAML: what a spec file needs is written so that package spec reads the same back.
func TestYAML(t *testing.T) {
	for _, f := range []spec.Function{
		{}, {Name: "identity"}, {Name: "relu"}, {Name: "leaky-relu", Params: map[string]float64{"slope": 1e-7}},
		{Name: "elu", Params: map[string]float64{"alpha": 2.5e20}}, {Name: "max-pool",
			Params: map[string]float64{"window": 2}},
		{Name: "leaky-relu", Params: map[string]float64{"slope": -0.125}}, {Expr: "max(z, 0) + 0.5*min(z, 0)"},
	} {
		n := spec.Network{Name: "Net", Precision: spec.Float64, Input: 3, Cost: spec.Function{Name: "huber",
			Params: map[string]float64{"delta": 0.3}}, Layers: []spec.Layer{{Dense: 4, Activation: f,
			NoBias: true}, {Dense: 2}}}
		text := model.YAML(n, "", "a comment")
		back, err := spec.Decode("net.yaml", []byte(text))
		if err != nil {
			t.Errorf("%v: %v\n%s", f, err, text)
			continue
		}
		if a, b := back.WithDefaults(), n.WithDefaults(); a.Digest() != b.Digest() {
			t.Errorf("%v is read back as another network:\n%s", f, text)
		}
	}
}

// TestOf: parameters that do not fit, or are no numbers of the precision, are refused.
func TestOf(t *testing.T) {
	n := spec.Network{Name: "Net", Input: 1, Layers: []spec.Layer{{Dense: 1}}, Cost: spec.Function{Name: "mse"}}
	for _, c := range []struct {
		params []float64
		want   string
	}{
		{[]float64{1, 2}, ""},
		{[]float64{1}, "1 parameter given for a network of 2"},
		{[]float64{0.1, 2}, "is no float32"},
		{[]float64{math.NaN(), 2}, "is not finite"},
		{[]float64{1, math.Inf(1)}, "is not finite"},
	} {
		m, err := model.Of(n, c.params)
		if c.want == "" && (err != nil || m.Output() != 1) || c.want != "" &&
			(err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v, want %q", c.params, err, c.want)
		}
	}
}

// TestRound: folded parameters are rounded once, and that they were is known; what float32 cannot hold is an error.
func TestRound(t *testing.T) {
	m := &model.Model{Precision: spec.Float32, Input: 1,
		Layers: []model.Layer{{W: []float64{0.1}, B: []float64{1}, Out: 1}}}
	if err := m.Round(); err != nil || m.Layers[0].W[0] != float64(float32(0.1)) || m.Layers[0].Loss == nil {
		t.Errorf("%+v, %v", m.Layers[0], err)
	}
	m.Layers[0].Loss = nil
	if err := m.Round(); err != nil || m.Layers[0].Loss != nil {
		t.Errorf("rounded again: %+v, %v", m.Layers[0], err)
	}
	m.Layers[0].W[0] = 1e39
	if err := m.Round(); err == nil || !strings.Contains(err.Error(), "beyond the range") {
		t.Errorf("%v", err)
	}
}
