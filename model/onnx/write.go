package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/spec"
)

// What Marshal writes: IR version 8 and opset 17, which onnxruntime reads since 1.12.
const (
	writtenIR    = 8
	writtenOpset = 17
)

// ours is the domain of the functions that a written file brings with it, for what ONNX has no operator for.
const ours = "backpropgen"

// Marshal writes a model as an ONNX file: input x of shape [N, inputs], output y of shape [N, outputs], for each layer
// a Gemm with W1, b1, … as initializers, and its activation as an operator or spelled out in several. Read makes the
// same model of it, bit for bit.
func Marshal(m *model.Model) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	if err := m.Network("Net").Validate(); err != nil {
		return nil, err
	}
	w := &writer{double: m.Precision == spec.Float64}
	at := "x"
	for i, l := range m.Layers {
		if w.last = i == len(m.Layers)-1; w.last {
			w.result = "y"
		} else {
			w.result = fmt.Sprint("a", i+1)
		}
		var err error
		if at, err = w.layer(i+1, at, l, m.In(i)); err != nil {
			return nil, fmt.Errorf("layer %d: %w", i+1, err)
		}
	}
	return w.file(m.Input, m.Output()), nil
}

// writer collects the nodes and initializers of a graph.
type writer struct {
	double    bool
	nodes     []byte // fields of GraphProto
	weights   []byte
	functions []byte // fields of ModelProto
	has       map[string]bool
	last      bool
	result    string // the name of the layer's output
	names     int
}

func (w *writer) elem() uint64 {
	if w.double {
		return elemDouble
	}
	return elemFloat
}

// file is ModelProto.
func (w *writer) file(inputs, outputs int) []byte {
	graph := appendText(w.nodes, 2, "network")
	graph = append(graph, w.weights...)
	graph = appendMessage(graph, 11, w.valueInfo("x", inputs))
	graph = appendMessage(graph, 12, w.valueInfo("y", outputs))
	var b []byte
	b = appendNumber(b, 1, writtenIR)
	b = appendText(b, 2, "backpropgen")
	b = appendMessage(b, 7, graph)
	b = appendMessage(b, 8, opset("", writtenOpset))
	if len(w.functions) > 0 {
		b = appendMessage(b, 8, opset(ours, 1))
	}
	return append(b, w.functions...)
}

func opset(domain string, version uint64) []byte {
	return appendNumber(appendText(nil, 1, domain), 2, version)
}

// valueInfo is the shape [N, width].
func (w *writer) valueInfo(name string, width int) []byte {
	shape := appendMessage(nil, 1, appendText(nil, 2, "N"))
	shape = appendMessage(shape, 1, appendNumber(nil, 1, uint64(width)))
	tensor := appendMessage(appendNumber(nil, 1, w.elem()), 2, shape)
	return appendMessage(appendText(nil, 1, name), 2, appendMessage(nil, 1, tensor))
}

// layer writes one layer and returns the name of its output.
func (w *writer) layer(number int, at string, l model.Layer, inputs int) (string, error) {
	weights, bias := fmt.Sprint("W", number), fmt.Sprint("b", number)
	w.floats(weights, []int{l.Out, inputs}, l.W)
	in := []string{at, weights}
	if l.B != nil {
		w.floats(bias, []int{l.Out}, l.B)
		in = append(in, bias)
	}
	z := fmt.Sprint("z", number)
	if identity := l.Activation.Expr == "" && (l.Activation.Name == "" || l.Activation.Name == "identity"); identity {
		z = w.result
	}
	w.node("Gemm", in, z, intAttribute("transB", 1))
	if z == w.result {
		return z, nil
	}
	return w.result, w.activation(l, z)
}

// floats adds an initializer in the model's precision.
func (w *writer) floats(name string, shape []int, values []float64) {
	w.weights = appendMessage(w.weights, 5, w.tensor(name, shape, values))
}

// tensor is TensorProto.
func (w *writer) tensor(name string, shape []int, values []float64) []byte {
	t := appendDims(nil, shape)
	t = appendNumber(t, 2, w.elem())
	t = appendText(t, 8, name)
	size := 4
	if w.double {
		size = 8
	}
	t = protowire.AppendVarint(protowire.AppendTag(t, 9, protowire.BytesType), uint64(size*len(values)))
	for _, v := range values {
		if w.double {
			t = binary.LittleEndian.AppendUint64(t, math.Float64bits(v))
		} else {
			t = binary.LittleEndian.AppendUint32(t, math.Float32bits(float32(v)))
		}
	}
	return t
}

// ints adds an initializer of integers.
func (w *writer) ints(values ...int64) string {
	name := w.name()
	t := appendDims(nil, []int{len(values)})
	t = appendNumber(t, 2, elemInt64)
	t = appendText(t, 8, name)
	var raw []byte
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	w.weights = appendMessage(w.weights, 5, appendMessage(t, 9, raw))
	return name
}

// number adds an initializer of one number.
func (w *writer) number(v float64) string {
	name := w.name()
	w.floats(name, nil, []float64{v})
	return name
}

// name is a new name.
func (w *writer) name() string {
	w.names++
	return fmt.Sprint("t", w.names)
}

// node adds a node and returns the name of its output.
func (w *writer) node(op string, inputs []string, output string, attributes ...[]byte) string {
	w.nodes = appendMessage(w.nodes, 1, nodeMessage(op, "", inputs, output, attributes...))
	return output
}

func nodeMessage(op, domain string, inputs []string, output string, attributes ...[]byte) []byte {
	var n []byte
	for _, in := range inputs {
		n = appendText(n, 1, in)
	}
	n = appendText(n, 2, output)
	n = appendText(n, 3, output)
	n = appendText(n, 4, op)
	for _, a := range attributes {
		n = appendMessage(n, 5, a)
	}
	if domain != "" {
		n = appendText(n, 7, domain)
	}
	return n
}

func intAttribute(name string, v int64) []byte {
	a := appendNumber(appendText(nil, 1, name), 3, uint64(v))
	return appendNumber(a, 20, 2)
}

func intsAttribute(name string, values ...int64) []byte {
	a := appendText(nil, 1, name)
	for _, v := range values {
		a = appendNumber(a, 8, uint64(v))
	}
	return appendNumber(a, 20, 7)
}

func floatAttribute(name string, v float64) []byte {
	a := protowire.AppendFixed32(protowire.AppendTag(appendText(nil, 1, name), 2, protowire.Fixed32Type),
		math.Float32bits(float32(v)))
	return appendNumber(a, 20, 1)
}

func appendDims(b []byte, shape []int) []byte {
	for _, d := range shape {
		b = appendNumber(b, 1, uint64(d))
	}
	return b
}

func appendNumber(b []byte, number protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, number, protowire.VarintType), v)
}

func appendText(b []byte, number protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, number, protowire.BytesType), s)
}

func appendMessage(b []byte, number protowire.Number, m []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), m)
}
