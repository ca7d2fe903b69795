package trial

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
)

// run computes the reference and its bounds on a sample.
func run(t *testing.T, n spec.Network, s Sample) (*reference.Network, *reference.Trace, *reference.Gradient) {
	t.Helper()
	network, err := reference.New(n, s.Params)
	if err != nil {
		t.Fatal(err)
	}
	trace := network.Algorithm4(s.X, s.Y)
	bounds, err := network.Bounds(trace, n.Precision)
	if err != nil {
		t.Fatal(err)
	}
	return network, trace, bounds
}

// drawn returns trial i of a network.
func drawn(t *testing.T, n spec.Network, i int) Sample {
	t.Helper()
	s, err := New(n, i)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
