// Package model is a network with its parameters, between another tool's file and a spec: a chain of dense layers, each
// with an activation of the catalogue or a formula.
//
// Readers (packages onnx and checkpoint below this one) fill a Model. Network makes it a spec.Network, YAML the text of
// a spec file, and Tensors the named tensors beside it. Of goes the other way. Parameters are float64 and hold numbers
// of the model's precision exactly. To fold several numbers into one, fold in float64 and round once.
package model

import (
	"errors"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
)

// Model is a chain of dense layers with parameters.
type Model struct {
	// Precision is the type of the parameters.
	Precision spec.Precision
	// Input is the number of inputs.
	Input int
	// Layers are the layers from the input to the output, at least one.
	Layers []Layer
}

// Layer is a = σ(W·x + b).
type Layer struct {
	// W is row-major: Out rows of In numbers.
	W []float64
	// B has Out numbers; nil for a layer without bias.
	B []float64
	// Out is the number of rows of W: the width before the activation.
	Out int
	// Activation is σ; its zero value is the identity.
	Activation spec.Function
	// Loss is nil for a layer whose parameters are those of the original.
	Loss *Loss
}

// Loss says how far the original, evaluated operation by operation, may be from the layer for having had its
// parameters folded out of several: a term of the affine map that the original computes is off by at most Roundings
// unit roundoffs of its magnitude, and the magnitudes are those that W and B would have if nothing in them
// cancelled.
type Loss struct {
	W, B      []float64
	Roundings int
}

// In returns how many inputs layer l has, counted from 0.
func (m *Model) In(l int) int {
	if l == 0 {
		return m.Input
	}
	return m.Layers[l-1].Width()
}

// Width returns the width of the layer after its activation.
func (l Layer) Width() int { return spec.Layer{Dense: l.Out, Activation: l.Activation}.Width() }

// Output returns the number of outputs.
func (m *Model) Output() int { return m.In(len(m.Layers)) }

// Cost returns the cost that goes with the last activation: cross-entropy with softmax, binary cross-entropy with
// sigmoid, and the mean squared error else.
func (m *Model) Cost() spec.Function {
	switch m.Layers[len(m.Layers)-1].Activation.Name {
	case "softmax":
		return spec.Function{Name: "cross-entropy"}
	case "sigmoid":
		return spec.Function{Name: "binary-cross-entropy"}
	}
	return spec.Function{Name: "mse"}
}

// Network returns the spec of the model under a name, with the cost that goes with its last activation.
func (m *Model) Network(name string) spec.Network {
	n := spec.Network{Name: name, Precision: m.Precision, Input: m.Input, Cost: m.Cost()}
	for _, l := range m.Layers {
		n.Layers = append(n.Layers, spec.Layer{Dense: l.Out, Activation: l.Activation, NoBias: l.B == nil})
	}
	return n
}

// Params returns the parameters in one new slice, W1, b1, W2, b2, …: the memory layout of an emitted parameter
// struct.
func (m *Model) Params() []float64 {
	size := 0
	for _, l := range m.Layers {
		size += len(l.W) + len(l.B)
	}
	flat := make([]float64, 0, size)
	for _, l := range m.Layers {
		flat = append(append(flat, l.W...), l.B...)
	}
	return flat
}

// Of returns the model of a network with given parameters, laid out as Params returns them. The slice is copied. The
// error says what is wrong with the network, or that parameters are missing, or are no numbers of its precision.
func Of(n spec.Network, params []float64) (*Model, error) {
	n = n.WithDefaults()
	if err := n.Validate(); err != nil {
		return nil, err
	}
	if len(params) != n.Params() {
		return nil, fmt.Errorf("%s given for a network of %d; give W1, b1, W2, b2, … in one slice",
			plural.Of(len(params), "parameter"), n.Params())
	}
	params = append([]float64{}, params...)
	m := &Model{Precision: n.Precision, Input: n.Input}
	for l, layer := range n.Layers {
		size := layer.Dense * n.Width(l)
		next := Layer{Out: layer.Dense, Activation: layer.Activation, W: params[:size:size]}
		params = params[size:]
		if !layer.NoBias {
			next.B = params[:layer.Dense:layer.Dense]
			params = params[layer.Dense:]
		}
		m.Layers = append(m.Layers, next)
	}
	return m, m.Check()
}

// errEmpty is the error of a model that computes nothing.
var errEmpty = errors.New("the model has no dense layer")

// Check demands that every slice has the length that the widths ask for, and that all parameters are finite numbers of
// the precision.
func (m *Model) Check() error {
	if len(m.Layers) == 0 {
		return errEmpty
	}
	for i, l := range m.Layers {
		if len(l.W) != l.Out*m.In(i) || l.B != nil && len(l.B) != l.Out {
			return fmt.Errorf("layer %d of %s has %s and %s for %s",
				i+1, plural.Of(l.Out, "unit"), plural.Of(len(l.W), "weight"), plural.Of(len(l.B), "bias"),
				plural.Of(m.In(i), "input"))
		}
		for _, part := range [][]float64{l.W, l.B} {
			for _, v := range part {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return fmt.Errorf("layer %d has a parameter that is not finite: %v", i+1, v)
				}
				if m.Precision == spec.Float32 && float64(float32(v)) != v {
					return fmt.Errorf("layer %d has a parameter that is no %s: %v", i+1, m.Precision, v)
				}
			}
		}
	}
	return nil
}

// Round rounds every parameter to the precision, to nearest, and records that in the losses. A number beyond the
// precision's range is an error.
func (m *Model) Round() error {
	if m.Precision != spec.Float32 {
		return m.Check()
	}
	for i := range m.Layers {
		l := &m.Layers[i]
		rounded := false
		for _, part := range [][]float64{l.W, l.B} {
			for j, v := range part {
				r := float64(float32(v))
				if math.IsInf(r, 0) && !math.IsInf(v, 0) {
					return fmt.Errorf("layer %d: the parameter %v is beyond the range of float32", i+1, v)
				}
				rounded = rounded || r != v
				part[j] = r
			}
		}
		if rounded && l.Loss == nil {
			l.Loss = &Loss{W: absolute(l.W), B: absolute(l.B)}
		}
		if rounded {
			l.Loss.Roundings++
		}
	}
	return m.Check()
}

func absolute(values []float64) []float64 {
	if values == nil {
		return nil
	}
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = math.Abs(v)
	}
	return list
}
