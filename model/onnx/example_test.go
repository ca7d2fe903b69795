package onnx_test

import (
	"fmt"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
)

// A network that was trained here becomes an ONNX file, and the file a network. The parameters are W1, b1, W2, …, in
// one slice, as the method Flat of an emitted network has them.
func ExampleMarshal() {
	network := spec.Network{
		Name: "Line", Input: 2, Layers: []spec.Layer{{Dense: 1, Activation: spec.Function{Name: "tanh"}}},
		Cost: spec.Function{Name: "mse"},
	}
	m, err := model.Of(network, []float64{0.5, -2, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	file, err := onnx.Marshal(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := onnx.Read(file, onnx.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Model.Params(), r.Model.Layers[0].Activation)
	fmt.Print(model.YAML(r.Model.Network("Line"), "line.safetensors"))
	// Output:
	// [0.5 -2 1] tanh
	// name: Line
	// precision: float32
	// input: 2
	// layers:
	//   - dense: 1
	//     activation: tanh
	// cost: mse
	// weights: line.safetensors
}
