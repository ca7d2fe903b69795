package spec

import (
	"math"
	"reflect"
	"testing"
)

func TestWithDefaults(t *testing.T) {
	n := Network{Name: "A", Input: 1, Layers: []Layer{{Dense: 2}}, Cost: Function{Name: "mse"}}
	want := Network{
		Name: "A", Precision: Float32, Input: 1, Layers: []Layer{{Dense: 2, Activation: Function{Name: "identity"}}},
		Cost: Function{Name: "mse"}, Cache: CacheAuto, Batch: 32, Rounding: RoundingFast, Unroll: UnrollAuto,
		Optimizers: []Optimizer{}, Targets: []Target{AMD64, ARM64},
	}
	got := n.WithDefaults()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if again := got.WithDefaults(); !reflect.DeepEqual(again, want) {
		t.Errorf("twice: %+v", again)
	}
	got.Layers[0].Dense = 9
	if !reflect.DeepEqual(n.Layers[0], Layer{Dense: 2}) || n.Targets != nil {
		t.Errorf("the original has changed: %+v", n)
	}
}

func TestWithDefaultsKeeps(t *testing.T) {
	n := valid["everything.yaml"]
	if got := n.WithDefaults(); !reflect.DeepEqual(got, n) {
		t.Errorf("got  %+v\nwant %+v", got, n)
	}
	if got := n.WithDefaults().Targets; got == nil {
		t.Error("portable Go only became the default")
	}
}

func TestWithDefaultsFunctions(t *testing.T) {
	slope := map[string]float64{"slope": math.Copysign(0, -1)}
	n := Network{Layers: []Layer{
		{Dense: 4, Activation: Function{Name: "leaky-relu", Params: slope}},
		{Dense: 4, Activation: Function{Name: "elu"}},
		{Dense: 6, Activation: Function{Name: "max-pool"}},
		{Dense: 6, Activation: Function{Name: "avg-pool", Params: map[string]float64{Window: 2}}},
		{Dense: 4, Activation: Function{Expr: " 2 * (z)"}}, {Dense: 4, Activation: Function{Expr: "2 *"}},
		{Dense: 4, Activation: Function{Params: map[string]float64{}}},
	}, Cost: Function{Name: "huber"}}
	got := n.WithDefaults()
	want := []Function{
		{Name: "leaky-relu", Params: map[string]float64{"slope": 0}},
		{Name: "elu", Params: map[string]float64{"alpha": 1}},
		{Name: "max-pool", Params: map[string]float64{Window: 6}},
		{Name: "avg-pool", Params: map[string]float64{Window: 2}},
		{Expr: "2*z"}, {Expr: "2 *"}, {Name: "identity"},
	}
	for i, w := range want {
		if f := got.Layers[i].Activation; !reflect.DeepEqual(f, w) {
			t.Errorf("layers[%d]: %+v, want %+v", i, f, w)
		}
	}
	if v := got.Layers[0].Activation.Params["slope"]; math.Signbit(v) {
		t.Error("-0 is not 0")
	}
	if w := (Function{Name: "huber", Params: map[string]float64{"delta": 1}}); !reflect.DeepEqual(got.Cost, w) {
		t.Errorf("cost: %+v, want %+v", got.Cost, w)
	}
	if again := got.WithDefaults(); !reflect.DeepEqual(again, got) {
		t.Errorf("twice: %+v", again)
	}
	got.Layers[0].Activation.Params["slope"] = 9
	if slope["slope"] != 0 || !math.Signbit(slope["slope"]) {
		t.Error("the copy shares its parameters with the original")
	}
}
