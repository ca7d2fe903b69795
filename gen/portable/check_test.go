package portable

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

// mustSchedule returns the schedule of a network's plan.
func mustSchedule(t testing.TB, n spec.Network) *schedule.Schedule {
	t.Helper()
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// mustBuild returns the program of a network, in which every function asks for assembly.
func mustBuild(t testing.TB, n spec.Network) (*plan.Program, *code.File) {
	t.Helper()
	s := mustSchedule(t, n)
	f, err := Build(s, Options{Package: "net", Vector: func(string) bool { return true }})
	if err != nil {
		t.Fatal(err)
	}
	return s.Program, f
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
