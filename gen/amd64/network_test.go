package amd64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// compiledNetwork is the plan of a network, whose fields that are not set have their defaults.
func compiledNetwork(t testing.TB, n spec.Network) *plan.Program {
	t.Helper()
	p, err := plan.Compile(n.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	return p
}
