package portable

import (
	"bytes"
	"flag"
	"go/format"
	"os"
	"path/filepath"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

var update = flag.Bool("update", false, "write the golden files under testdata instead of comparing with them")

func network(cost string, widths []int, activations ...string) spec.Network {
	n := spec.Network{Name: "Net", Input: widths[0], Cost: spec.Function{Name: cost}}
	for l, a := range activations {
		n.Layers = append(n.Layers, spec.Layer{Dense: widths[l+1], Activation: spec.Function{Name: a}})
	}
	return n.WithDefaults()
}

func mustPrint(t testing.TB, n spec.Network) []byte {
	t.Helper()
	file, err := Build(mustSchedule(t, n), Options{Package: "net", Header: []string{"emitted"}})
	if err != nil {
		t.Fatal(err)
	}
	src, err := templates.Program(file).Render()
	if err != nil {
		t.Fatal(err)
	}
	return src
}

// cases are small networks that between them show every construct the package prints.
func cases() map[string]spec.Network {
	straight := network("mse", []int{2, 2, 1}, "relu", "identity")
	straight.InputGradient = true
	straight.Layers[0].NoBias = true
	straight.Optimizers = []spec.Optimizer{spec.Adam}

	hidden := network("squared-error", []int{2, 3, 2}, "softmax", "tanh")
	hidden.Precision = spec.Float64
	hidden.Cache = spec.CachePre
	hidden.Optimizers = []spec.Optimizer{spec.RMSprop, spec.Momentum}

	loops := network("cross-entropy", []int{18, 17, 9}, "sigmoid", "softmax")
	loops.Unroll = spec.UnrollLoop

	lanes := network("binary-cross-entropy", []int{33, 1}, "sigmoid")

	strict := network("mse", []int{33, 4, 2}, "softmax", "identity")
	strict.Unroll = spec.UnrollLoop
	strict.Rounding = spec.RoundingStrict
	strict.Optimizers = []spec.Optimizer{spec.Adam}
	return map[string]spec.Network{"straight": straight, "hidden": hidden, "loops": loops, "lanes": lanes,
		"strict": strict}
}

// TestPrintGolden compares the emitted code of the cases with testdata; look at the difference before renewing it with
// -update.
func TestPrintGolden(t *testing.T) {
	for name, n := range cases() {
		t.Run(name, func(t *testing.T) {
			got := mustPrint(t, n)
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the printed code differs from %s; if that is meant, run go test ./gen/portable -update and look at the difference. Printed:\n%s", file, got)
			}
		})
	}
}

// TestPrintIsFormatted checks that gofmt has nothing to change, and that printing again gives the same bytes.
func TestPrintIsFormatted(t *testing.T) {
	for name, n := range cases() {
		src := mustPrint(t, n)
		formatted, err := format.Source(src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Equal(src, formatted) {
			t.Errorf("%s: gofmt changes the printed code", name)
		}
		if !bytes.Equal(src, mustPrint(t, n)) {
			t.Errorf("%s: printing a second time gives other bytes", name)
		}
	}
}

func TestPrefix(t *testing.T) {
	for name, want := range map[string]string{"Iris": "iris", "XOR": "xOR", "A": "a"} {
		if got := Prefix(name); got != want {
			t.Errorf("Prefix(%q) is %q, want %q", name, got, want)
		}
	}
}
