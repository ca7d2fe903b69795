package plan

import (
	"sync"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// drawnPlan returns the plan of a random network, which is the same one for all tests: they look at it and change
// nothing. Compiling takes longer than most of what they look at.
func drawnPlan(t testing.TB, n spec.Network) *Program {
	t.Helper()
	drawnPlans.Lock()
	defer drawnPlans.Unlock()
	key := string(n.JSON())
	if drawnPlans.of[key] == nil {
		drawnPlans.of[key] = mustCompile(t, n)
	}
	return drawnPlans.of[key]
}

var drawnPlans = struct {
	sync.Mutex
	of map[string]*Program
}{of: map[string]*Program{}}

// mustCompile returns the compiled plan of a network.
func mustCompile(t testing.TB, n spec.Network) *Program {
	t.Helper()
	p, err := Compile(n)
	if err != nil {
		t.Fatalf("%v\n%s", err, n.JSON())
	}
	return p
}

// traced returns what see makes of the plan after every stage, by the stage's name.
func traced[T any](t *testing.T, n spec.Network, see func(p *Program) T) map[string]T {
	t.Helper()
	seen := map[string]T{}
	if _, err := Trace(n, func(stage string, p *Program) { seen[stage] = see(p) }); err != nil {
		t.Fatalf("%v\n%s", err, n.JSON())
	}
	return seen
}
