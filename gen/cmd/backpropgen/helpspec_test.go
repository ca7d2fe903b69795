package main

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

func TestHelpSpecIsComplete(t *testing.T) {
	text := helpSpec()
	for _, e := range append(spec.Activations(), spec.Costs()...) {
		if !strings.Contains(text, "\n  "+e.Name+" ") {
			t.Errorf("no %s %s", e.Role, e.Name)
		}
		for _, p := range e.Params {
			if !strings.Contains(text, " "+p.Name+" (default ") && !strings.Contains(text, " "+p.Name+": how many") {
				t.Errorf("no parameter %s of %s", p.Name, e.Name)
			}
		}
	}
	for _, o := range spec.Optimizers() {
		if !strings.Contains(text, "\n  "+string(o.Name)+" ") {
			t.Errorf("no optimizer %s", o.Name)
		}
		for _, p := range o.Params {
			if !strings.Contains(text, " "+p.Name+" (default ") {
				t.Errorf("no hyperparameter %s of %s", p.Name, o.Name)
			}
		}
	}
	for _, d := range spec.Derivatives() {
		if !strings.Contains(text, "\n  "+string(d.Name)+" ") {
			t.Errorf("no derivative %s", d.Name)
		}
	}
	for _, f := range formula.Functions() {
		if !strings.Contains(text, f.Name) {
			t.Errorf("no function %s", f.Name)
		}
	}
	for _, line := range strings.Split(text, "\n") {
		if n := utf8.RuneCountInString(line); n > 120 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
}

// The example is a spec, and the defaults it gives are what leaving the fields out means.
func TestHelpSpecExampleIsTrue(t *testing.T) {
	explicit, warnings, err := spec.DecodeWarnings("iris.yaml", []byte(specExample))
	if err != nil || warnings != nil {
		t.Fatal(err, warnings)
	}
	required, _, found := strings.Cut(specExample, "# Optional")
	if !found {
		t.Fatal("no optional fields")
	}
	plain, err := spec.Decode("iris.yaml", []byte(required))
	if err != nil {
		t.Fatal(err)
	}
	plain.Package, plain.Weights = explicit.Package, explicit.Weights // which have no defaults
	if !reflect.DeepEqual(plain.WithDefaults(), explicit.WithDefaults()) {
		t.Errorf("the optional fields are not the defaults:\n%+v\n%+v", plain.WithDefaults(), explicit.WithDefaults())
	}
	explicit.Weights = "" // the file is not there
	if testing.Short() {
		explicit.Targets = []spec.Target{} // assembly takes a second
	}
	if _, err := gen.Generate(explicit, gen.Options{}); err != nil {
		t.Error(err)
	}
	for _, field := range []string{"name", "package", "precision", "input", "layers", "dense", "activation", "bias",
		"cost",
		"cache", "batch", "rounding", "unroll", "input_gradient", "sample_weights", "optimizers", "emit", "targets",
		"weights"} {
		if !strings.Contains(specExample, field+": ") {
			t.Errorf("no field %s", field)
		}
	}
}
