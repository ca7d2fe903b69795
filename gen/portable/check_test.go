package portable

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// mustBuild returns the program of a network, in which every function asks for assembly.
func mustBuild(t testing.TB, n spec.Network) (*plan.Program, *code.File) {
	t.Helper()
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Build(p, Options{Package: "net", Vector: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	return p, f
}

// TestPrograms checks that the programs of random networks are well typed.
func TestPrograms(t *testing.T) {
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n := d.network()
		_, f := mustBuild(t, n)
		if _, err := code.Check(f); err != nil {
			t.Error(err)
		}
	})
}
