package verify

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// traced computes the reference and its bounds on a sample.
func traced(t *testing.T, n spec.Network, s sample) (*Network, *Trace, *Gradient) {
	t.Helper()
	reference, err := NewNetwork(n, s.params)
	if err != nil {
		t.Fatal(err)
	}
	trace := reference.Algorithm4(s.x, s.y)
	bounds, err := reference.Bounds(trace, n.Precision)
	if err != nil {
		t.Fatal(err)
	}
	return reference, trace, bounds
}

// drawn returns trial i of a network.
func drawn(t *testing.T, n spec.Network, i int) sample {
	t.Helper()
	s, err := newSample(n, i)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
