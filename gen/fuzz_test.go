package gen_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// fuzzLimit is the most parameters of a network that fuzzing generates: what matters about size TestLargest tries, and
// small networks are many more in the same time.
const fuzzLimit = 2000

// FuzzGenerate reads anything as a spec: it gives an error that says what is wrong with the spec, or files that
// type-check.
func FuzzGenerate(f *testing.F) {
	patterns := []string{"../spec/testdata/valid/*", "../generated/*/*.yaml"}
	if flag.Lookup("test.fuzz").Value.String() == "" {
		patterns = patterns[:1] // the committed networks are generated for their golden files
	}
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files (%v)", pattern, len(files), err)
		}
		for _, name := range files[:min(len(files), seeds(5*len(files)))] {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data, strings.EqualFold(filepath.Ext(name), ".json"))
		}
	}
	for i, n := range gentest.DrawSpecs(1, seeds(20), gentest.Small) {
		f.Add([]byte(gentest.YAML(n)), false)
		if i%4 == 0 {
			f.Add(n.JSON(), true)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, json bool) {
		name := "x.yaml"
		if json {
			name = "x.json"
		}
		if n, err := spec.Decode(name, data); err == nil {
			generates(t, n, name)
		}
	})
}

// FuzzGenerateFormulas makes networks of formulas, in every mode of the cache, both precisions, straight and in loops.
func FuzzGenerateFormulas(f *testing.F) {
	activations, costs := gentest.Formulas[spec.ActivationRole], gentest.Formulas[spec.CostRole]
	for i, a := range activations[:min(len(activations), seeds(5*len(activations)))] {
		f.Add(a, costs[i%len(costs)], uint8(i))
	}
	for i, n := range gentest.DrawSpecs(1, seeds(200), gentest.Small) {
		if e := n.Layers[0].Activation.Expr; e != "" && n.Cost.Expr != "" {
			f.Add(e, n.Cost.Expr, uint8(i))
		}
	}
	f.Add("z^-2^3*1e30", "a^y/0", uint8(0))
	f.Add("z^0/z^z + (z*1e-30)^-16", "log(a)^(1/y) - 0*a", uint8(9))
	f.Fuzz(func(t *testing.T, activation, cost string, mode uint8) {
		layer := func(width int) spec.Layer {
			return spec.Layer{Dense: width, Activation: spec.Function{Expr: activation}}
		}
		targets := []spec.Target{}
		if mode%5 == 0 {
			targets = nil // writing assembly takes most of the time
		}
		generates(t, spec.Network{
			Name: "Net", Targets: targets, Input: 2, Layers: []spec.Layer{layer(3), layer(1)},
			Cost:      spec.Function{Expr: cost},
			Cache:     []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth}[mode%4],
			Precision: []spec.Precision{spec.Float32, spec.Float64}[mode/4%2],
			Unroll:    []spec.Unroll{spec.UnrollFull, spec.UnrollLoop}[mode/8%2],
		}, "x.yaml")
	})
}

// seeds is how many networks the fuzzer begins with: all where it is at work. As a test it tries a fifth of them, for
// TestGenerateAny and TestFormulas generate more of the same kinds, and with -short a few.
func seeds(all int) int {
	switch {
	case flag.Lookup("test.fuzz").Value.String() != "":
		return all
	case testing.Short():
		return min(all/5, 2)
	}
	return all / 5
}

// generates fails the test unless a network gives files that hold together, or mistakes of the spec. Generate
// type-checks what it returns, and says so in an error of another kind.
func generates(t *testing.T, n spec.Network, source string) {
	t.Helper()
	limit := fuzzLimit
	if testing.Short() {
		limit = 150
	}
	if n.Validate() == nil && n.Params() > limit {
		return
	}
	o := gen.Options{Package: "p", Source: source, NoMacros: true}
	files, err := gentest.Generate(t, n, o)
	list := spec.ErrorList(nil)
	switch {
	case err == nil:
		if n.Package != "" {
			o.Package = n.Package
		}
		if problem := coherent(n, o, files); problem != "" {
			t.Fatalf("%s; the spec:\n%s", problem, gentest.YAML(n))
		}
	case !errors.As(err, &list) || len(list) == 0 || files != nil:
		t.Fatalf("%T, %d files: %v; the spec:\n%s", err, len(files), err, gentest.YAML(n))
	}
}
