package judge

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestFields: fields that say z, a or ∇z of a layer are found, whatever their order, and no others.
func TestFields(t *testing.T) {
	n := verifytest.Build("mse", spec.Float32, []int{2, 6, 3}, "max-pool", "identity")
	n.Layers[0].Activation.Params = map[string]float64{spec.Window: 2}
	type workspace struct {
		D2, A2 [3]float32
		Z1     [6]float32
		M1     [1]float32
		a1     [3]float32
		A1     [3]float32
		A3     [9]float32
		Z01    [6]float32
		D      [3]float32
	}
	ws := &workspace{Z1: [6]float32{4: 7}}
	_ = ws.a1
	list, err := FieldsOf[float32](n, reflect.TypeFor[workspace](), unsafe.Pointer(ws))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range list {
		names = append(names, f.Block.Name)
		if f.gradient != strings.HasPrefix(f.Block.Name, "D") {
			t.Errorf("%s: gradient %v", f.Block.Name, f.gradient)
		}
		if f.Block.Name == "Z1" && f.View[4] != 7 {
			t.Errorf("Z1 is seen as %v", f.View)
		}
	}
	if got, want := strings.Join(names, " "), "D2 A2 Z1 A1"; got != want {
		t.Errorf("fields %s, want %s", got, want)
	}
	if _, err := FieldsOf[float32](n, reflect.TypeFor[struct{ A1 [6]float32 }](), nil); err == nil ||
		!strings.Contains(err.Error(), "field A1 is a [6]float32, for layer 1 it must be a [3]float32") {
		t.Errorf("a field of the wrong size: %v", err)
	}
	if list, err := FieldsOf[float32](n, reflect.TypeFor[[3]float32](), nil); err != nil || list != nil {
		t.Errorf("an array has the fields %v, error %v", list, err)
	}
	if _, l := documented(reflect.StructField{Name: "Z1", PkgPath: "x"}, 3); l != 0 {
		t.Error("an unexported field counts")
	}
}
