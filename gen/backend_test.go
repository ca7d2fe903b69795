package gen_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// toy is a backend from outside: it takes Forward over, by a method that leaves the zeros of the workspace, and lists
// the operations of the plan in a file of its own.
type toy struct {
	p *plan.Program
	o gen.Options
}

func (t *toy) Has(function string) bool { return function == plan.Forward }

func (t *toy) Direct(string) bool { return false }

func (t *toy) Fields() (workspace, batch portable.Fields) {
	numbers := code.ArrayOf(code.Of(code.Float32), 3)
	return portable.Fields{List: []code.Field{{Name: "own", Type: numbers, Doc: "one toy's"}}, Bytes: 12},
		portable.Fields{List: []code.Field{{Name: "toys", Type: numbers, Doc: "for the toy"}}, Bytes: 12}
}

func (t *toy) Cuts() (tile, chunk int) { return 0, 0 }

func (t *toy) Explain() ([]string, string, error) {
	return []string{"a toy takes Forward over"}, "\ntoys\n", nil
}

func (t *toy) Write() error { return nil }

func (t *toy) Levels() []string { return nil }

func (t *toy) Emit([]string, []string) ([]gen.File, error) {
	var ops strings.Builder
	for _, op := range t.p.Func(plan.Forward).Ops {
		fmt.Fprintf(&ops, "\t%q,\n", op)
	}
	n := t.p.Network
	head := "package " + t.o.Package + "\n\n"
	method := fmt.Sprintf("func (p *Net) vectorForward(ws *NetWorkspace, x *[%d]float32) {}\n", n.Input)
	return []gen.File{
		{Name: "net_toy_gen.go", Kind: gen.More,
			Data: []byte(head + "var netToys = []string{\n" + ops.String() + "}\n")},
		{Name: "net_on_gen.go", Kind: gen.Declarations,
			Data: []byte("//go:build toy\n\n" + head + "const netLevel = 1\n\n" + method)},
	}, nil
}

// TestBackend emits a network with a backend that this package knows nothing of: its files come with the others and are
// type-checked with them, the portable Go leaves Forward to it, workspace and batch have its fields, and explain quotes
// it.
func TestBackend(t *testing.T) {
	t.Parallel()
	n := spec.Network{Name: "Net", Input: 2, Layers: []spec.Layer{{Dense: 3}}, Cost: spec.Function{Name: "mse"},
		Targets: []spec.Target{}}
	asked := false
	o := gen.Options{Backends: []gen.Backend{{
		Name:     "toy",
		Supports: func(n spec.Network) bool { asked = true; return n.Input == 2 },
		Files: func(stem string) []gen.FileName {
			return []gen.FileName{
				{Name: stem + "_toy_gen.go", Kind: gen.More}, {Name: stem + "_on_gen.go", Kind: gen.Declarations},
			}
		},
		Names: func(_ spec.Network, prefix string) []string { return []string{prefix + "Toys"} },
		Plan: func(p *plan.Program, o gen.Options, _ *gen.Shared) (gen.Output, error) {
			return &toy{p, o}, nil
		},
	}}}
	files, err := gen.Generate(n, o)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	want := slices.DeleteFunc(o.Names(n), func(f gen.FileName) bool {
		return f.Kind == gen.Weights || f.Kind == gen.Levels // it has none
	})
	if !slices.EqualFunc(want, files, func(w gen.FileName, f gen.File) bool {
		return w.Name == f.Name &&
			w.Kind == f.Kind
	}) || !asked {
		t.Errorf("the files are %v, want %v", names, want)
	}
	for _, want := range []string{"if netLevel > 0 {\n\t\tp.vectorForward(ws, x)", "toys    [3]float32",
		"own [3]float32"} {
		if !strings.Contains(string(files[0].Data), want) {
			t.Errorf("%q is not in\n%s", want, files[0].Data)
		}
	}
	if last := string(files[len(files)-1].Data); !strings.Contains(last, "//go:build !toy || purego") ||
		!strings.Contains(last, ") vectorForward(ws *NetWorkspace, x *[2]float32) { panic(\"no assembly\") }") {
		t.Errorf("what stands in for the toy is\n%s", last)
	}
	if !strings.Contains(string(files[4].Data), "z1 = W1·x + b1") {
		t.Errorf("the operations are not in\n%s", files[4].Data)
	}
	text, err := gen.Explain(n, o)
	if err != nil || !strings.Contains(text, "a toy takes Forward over") || !strings.Contains(text, "\ntoys\n") ||
		!strings.Contains(text, "net_toy_gen.go") {
		t.Errorf("explain says %v\n%s", err, text)
	}
	n.Input = 5
	if files, err := gen.Generate(n, o); err != nil || len(files) != 4 {
		t.Errorf("%d files of a network that the backend does not support: %v", len(files), err)
	}
}
