package gentest

import "github.com/backpropgen/backpropgen/spec"

// Act is a layer of units with an activation that has no parameters.
func Act(units int, activation string) spec.Layer {
	return spec.Layer{Dense: units, Activation: spec.Function{Name: activation}}
}

// LargeNetwork has so many inputs and layers of so many units.
func LargeNetwork(name string, input int, widths ...int) spec.Network {
	n := spec.Network{Name: name, Input: input, Cost: spec.Function{Name: "cross-entropy"}, Batch: 32}
	for _, width := range widths {
		n.Layers = append(n.Layers, Act(width, "relu"))
	}
	n.Layers[len(widths)-1].Activation.Name = "softmax"
	return n
}

// DeepNetwork has so many layers that are alike.
func DeepNetwork(name string, layers, width int, r spec.Rounding) spec.Network {
	n := spec.Network{Name: name, Input: width, Unroll: spec.UnrollLoop, Rounding: r, InputGradient: true,
		Cost: spec.Function{Name: "half-squared-error"}}
	for range layers {
		n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "tanh"}})
	}
	return n
}
