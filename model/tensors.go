package model

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// Tensors returns the parameters as named tensors, W1, b1, W2, b2, …: those that an emitted network loads. metadata
// goes into the file as it is.
func (m *Model) Tensors(metadata map[string]string) *tensors.File {
	f := &tensors.File{Metadata: metadata}
	for i, l := range m.Layers {
		f.Tensors = append(f.Tensors, m.tensor(fmt.Sprint("W", i+1), []int{l.Out, m.In(i)}, l.W))
		if l.B != nil {
			f.Tensors = append(f.Tensors, m.tensor(fmt.Sprint("b", i+1), []int{l.Out}, l.B))
		}
	}
	return f
}

// TorchTensors returns the parameters under the names that they have in PyTorch's nn.Sequential of linear layers, each
// but the last followed by its activation: 0.weight, 0.bias, 2.weight, …
func (m *Model) TorchTensors() *tensors.File {
	f := &tensors.File{}
	for i, l := range m.Layers {
		f.Tensors = append(f.Tensors, m.tensor(fmt.Sprint(2*i, ".weight"), []int{l.Out, m.In(i)}, l.W))
		if l.B != nil {
			f.Tensors = append(f.Tensors, m.tensor(fmt.Sprint(2*i, ".bias"), []int{l.Out}, l.B))
		}
	}
	return f
}

// tensor is a tensor of the model's precision.
func (m *Model) tensor(name string, shape []int, values []float64) tensors.Tensor {
	if m.Precision == spec.Float64 {
		return tensors.New(name, shape, values)
	}
	short := make([]float32, len(values))
	for i, v := range values {
		short[i] = float32(v)
	}
	return tensors.New(name, shape, short)
}
