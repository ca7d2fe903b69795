package gen_test

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// TestSharedUpdates lets a network be judged that has so many parameters that the workers of a team share updates of its
// optimizer.
func TestSharedUpdates(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("judging a large network takes a while; go test without -short does it")
	}
	at := slices.IndexFunc(packageVictims, func(n spec.Network) bool { return n.Name == "Shared" })
	n := packageVictims[at]
	m := newModule(t)
	m.emitWith(t, n, gen.Options{Package: "shared", Qualify: true})
	results := m.test(t, []spec.Network{n}, "-short", "./shared")
	if r := results[n.Name]; !r.ok(n) {
		t.Errorf("%s: %s failed\n%s\n%s", n.Name, r.failed, r.message, results[""].message)
	}
}
