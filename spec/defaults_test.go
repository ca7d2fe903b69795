package spec

import (
	"reflect"
	"testing"
)

func TestWithDefaults(t *testing.T) {
	n := Network{Name: "A", Input: 1, Layers: []Layer{{Dense: 2}}, Cost: Function{Name: "mse"}}
	want := Network{
		Name: "A", Precision: Float32, Input: 1, Layers: []Layer{{Dense: 2, Activation: Function{Name: "identity"}}},
		Cost: Function{Name: "mse"}, Cache: CacheAuto, Batch: 32, Rounding: RoundingFast, Unroll: UnrollAuto,
		Targets: []Target{AMD64},
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
