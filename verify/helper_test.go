package verify

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// build makes a network from widths n_0 … n_L and the activations of the layers 1 … L.
func build(cost string, precision spec.Precision, widths []int, activations ...string) spec.Network {
	n := spec.Network{Name: "Net", Input: widths[0], Precision: precision, Cost: spec.Function{Name: cost}}
	for l, a := range activations {
		n.Layers = append(n.Layers, spec.Layer{Dense: widths[l+1], Activation: spec.Function{Name: a}})
	}
	return n.WithDefaults()
}

// everyPair returns networks of two or three layers that have every activation in a hidden layer, and every
// valid pair of a last activation and a cost; one in three layers has no bias.
func everyPair(t *testing.T, precision spec.Precision) []spec.Network {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	var list []spec.Network
	layers := 0
	for _, hidden := range spec.Activations() {
		for _, last := range spec.Activations() {
			for _, cost := range spec.Costs() {
				widths := []int{1 + rng.IntN(6), 1 + rng.IntN(8), 1 + rng.IntN(5)}
				activations := []string{hidden.Name, last.Name}
				if rng.IntN(2) == 0 {
					widths = append([]int{2 + rng.IntN(4)}, widths...)
					activations = append([]string{"tanh"}, activations...)
				}
				n := build(cost.Name, precision, widths, activations...)
				for l := range n.Layers {
					layers++
					n.Layers[l].NoBias = layers%3 == 0
				}
				if n.Validate() == nil {
					list = append(list, n)
				}
			}
		}
	}
	// Two costs take any last activation, two want one of the two that are probabilities.
	kinds := len(spec.Activations())
	if want := kinds * (kinds*2 + 2*2); len(list) != want {
		t.Fatalf("%d valid networks over all activations and costs, want %d", len(list), want)
	}
	return list
}

// title names a network in a subtest.
func title(n spec.Network) string {
	s := fmt.Sprint(n.Input)
	for _, l := range n.Layers {
		s += fmt.Sprintf("-%d%s", l.Dense, l.Activation.Name)
	}
	return s + "-" + n.Cost.Name
}

// run computes the reference and its bounds on a sample.
func run(t *testing.T, n spec.Network, s sample) (*Network, *Trace, *Gradient) {
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

// draw returns trial i of a network.
func draw(t *testing.T, n spec.Network, i int) sample {
	t.Helper()
	s, err := newSample(n, i)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
