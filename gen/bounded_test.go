package gen_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// TestBounded generates legal networks whose assembly would be larger than it may be: many layers none of which is like
// another, and a long formula. What has no room is left to Go, and explain says so.
func TestBounded(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("large networks take seconds each; go test without -short generates them")
	}
	mixed := spec.Network{Name: "Mixed", Input: 16, Cost: spec.Function{Name: "mse"}}
	names := []string{"tanh", "gelu", "softmax", "silu", "elu", "softplus", "arctan"}
	for i := range 200 {
		mixed.Layers = append(mixed.Layers, spec.Layer{Dense: 10 + i%30,
			Activation: spec.Function{Name: names[i%len(names)]}})
	}
	var powers []string
	for i := range 38 {
		powers = append(powers, fmt.Sprintf("abs(z)^%d.5", i+1))
	}
	formula := spec.Network{
		Name: "Powers", Input: 4, Cost: spec.Function{Name: "mse"},
		Layers: []spec.Layer{{Dense: 8, Activation: spec.Function{Expr: strings.Join(powers, "+")}},
			{Dense: 3, Activation: spec.Function{Name: "tanh"}}},
	}
	for _, n := range []spec.Network{mixed, formula} {
		c, err := gen.Compile(n, gen.Options{NoMacros: true}) // longer than with them
		if err != nil {
			t.Fatal(err)
		}
		files, err := c.Files()
		if err != nil {
			t.Fatal(err)
		}
		size := 0
		for _, f := range files {
			if strings.HasSuffix(f.Name, ".s") {
				size = len(f.Data)
			}
		}
		if size == 0 || size > 4<<20 {
			t.Errorf("%s: %d bytes of assembly, want some and at most 4 MB", n.Name, size)
		}
		text, err := c.Explain()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"assembly for AVX2 and AVX-512: Forward",
			"portable Go on amd64, because all of the assembly would be larger than 4 MB, or take too long to write"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: explain does not say %q", n.Name, want)
			}
		}
	}
}

// TestTooMuchGo: loops that are asked for are refused where all of them together are more Go than is written and
// type-checked in some seconds.
func TestTooMuchGo(t *testing.T) {
	n := spec.Network{Name: "Loops", Input: 64, Unroll: spec.UnrollLoop, Cost: spec.Function{Name: "mse"}}
	for range spec.MaxLayers {
		n.Layers = append(n.Layers,
			spec.Layer{Dense: 64, Activation: spec.Function{Expr: "tanh(sin(tanh(cos(tanh(sin(tanh(cos(z))))))))"}})
	}
	_, err := gen.Generate(n, gen.Options{})
	var mistakes spec.ErrorList
	if !errors.As(err, &mistakes) || len(mistakes) != 1 || mistakes[0].Path != "unroll" ||
		!strings.Contains(mistakes[0].Message, "use unroll: auto") {
		t.Fatalf("got %v, want a mistake in unroll", err)
	}
}
