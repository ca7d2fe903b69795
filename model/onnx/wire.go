package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// The messages of onnx.proto, as far as a chain of dense layers can need them. Bytes and texts are views of the file:
// reading takes memory for nodes, names and lists, never for the numbers of a tensor.

// file is ModelProto.
type file struct {
	ir        int64
	producer  string
	graph     *graph
	opsets    map[string]int64 // the version of each domain
	functions []*function
}

// graph is GraphProto.
type graph struct {
	nodes        []*node
	initializers []*tensor
	inputs       []valueInfo
	outputs      []valueInfo
	sparse       []string // names of sparse initializers
}

// function is FunctionProto, one call of which stands for its nodes.
type function struct {
	domain, name    string
	inputs, outputs []string
	attributes      []string    // without default
	defaults        []attribute // with one
	nodes           []*node
	opsets          map[string]int64
}

// node is NodeProto.
type node struct {
	name, op, domain string
	inputs, outputs  []string
	attributes       []attribute
	version          int64 // of the domain, where the node stands
}

// attribute is AttributeProto. Of a graph only its presence is known.
type attribute struct {
	name, ref string
	f         float32
	i         int64
	s         string
	t         *tensor
	floats    []float32
	ints      []int64
	strings   []string
}

// valueInfo is ValueInfoProto: an input or output, with its shape where the file has it.
type valueInfo struct {
	name   string
	elem   int64
	tensor bool
	shaped bool
	dims   []int64 // dynamic where it is not fixed
}

// dynamic is a size that is only known when the network runs.
const dynamic = math.MinInt64

// Limits of a file, beside those of a spec. Messages of a few bytes become structs of some hundred: these keep what is
// allocated within a small multiple of the largest network.
const (
	maxNodes      = 1 << 14 // nodes, before and after functions are inlined
	maxTensors    = 1 << 14 // initializers and constants
	maxAttributes = 64      // of one node
	maxEdges      = 256     // inputs, or outputs, of one node
	maxList       = 1 << 16 // numbers in an attribute
	maxRank       = 16
	maxValues     = 1 << 14 // inputs, or outputs, of the graph
	maxFunctions  = 1 << 12
	maxName       = 1 << 12 // bytes of the name of a value
)

var errTruncated = errors.New("the file is cut short, or not an ONNX model: a message ends before its last field")

// field is one field of a message.
type field struct {
	number protowire.Number
	kind   protowire.Type
	bytes  []byte // of what has a length
	word   uint64 // of what has none
}

// each visits the fields of a message.
func each(message []byte, visit func(field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return errTruncated
		}
		message = message[n:]
		f := field{number: number, kind: kind}
		switch kind {
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			f.word, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var w uint32
			w, n = protowire.ConsumeFixed32(message)
			f.word = uint64(w)
		case protowire.Fixed64Type:
			f.word, n = protowire.ConsumeFixed64(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return errTruncated
		}
		message = message[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// wrongType is the error of a field that is not what its number says.
func wrongType(message string, f field) error {
	return fmt.Errorf("field %d of %s is of the wrong type; this is no ONNX model", f.number, message)
}

// message returns a field that has a length.
func (f field) message(of string) ([]byte, error) {
	if f.kind != protowire.BytesType {
		return nil, wrongType(of, f)
	}
	return f.bytes, nil
}

// grow appends to a list of at most most elements.
func grow[T any](list []T, v T, most int, what string) ([]T, error) {
	if len(list) >= most {
		return nil, fmt.Errorf("more than %d %s; no chain of dense layers has so many", most, what)
	}
	return append(list, v), nil
}

// growName appends the name of a value.
func growName(list []string, f field, most int, what string) ([]string, error) {
	if len(f.bytes) > maxName {
		return nil, fmt.Errorf("a name is %s long; at most %d are allowed", plural.Of(len(f.bytes), "byte"), maxName)
	}
	return grow(list, string(f.bytes), most, what)
}

// clipped is the name of a node, for messages.
func clipped(name string) string {
	const most = 200
	if len(name) <= most {
		return name
	}
	return name[:most] + "…"
}

// words appends the numbers of a repeated field of integers: packed, or one.
func words(list []int64, f field, most int, what string) ([]int64, error) {
	if f.kind == protowire.VarintType {
		return grow(list, int64(f.word), most, what)
	}
	if f.kind != protowire.BytesType {
		return nil, wrongType(what, f)
	}
	for b := f.bytes; len(b) > 0; {
		w, n := protowire.ConsumeVarint(b)
		if n < 0 {
			return nil, errTruncated
		}
		b = b[n:]
		var err error
		if list, err = grow(list, int64(w), most, what); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// parse reads a file.
func parse(data []byte) (*file, error) {
	m := &file{opsets: map[string]int64{}}
	err := each(data, func(f field) error {
		var err error
		switch f.number {
		case 1: // ir_version
			m.ir = int64(f.word)
		case 2: // producer_name
			m.producer = string(f.bytes)
		case 7: // graph
			var b []byte
			if b, err = f.message("ModelProto"); err == nil {
				if m.graph != nil {
					return errors.New("the file has two graphs")
				}
				m.graph, err = parseGraph(b)
			}
		case 8: // opset_import
			err = parseOpset(f, m.opsets)
		case 25: // functions
			var b []byte
			if b, err = f.message("ModelProto"); err == nil {
				var fn *function
				if fn, err = parseFunction(b); err == nil {
					m.functions, err = grow(m.functions, fn, maxFunctions, "functions")
				}
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if m.graph == nil {
		return nil, errors.New("the file has no graph: it is not an ONNX model, or an empty one")
	}
	return m, nil
}

func parseOpset(f field, into map[string]int64) error {
	b, err := f.message("OperatorSetIdProto")
	if err != nil {
		return err
	}
	domain, version := "", int64(0)
	err = each(b, func(f field) error {
		switch f.number {
		case 1:
			domain = string(f.bytes)
		case 2:
			version = int64(f.word)
		}
		return nil
	})
	if len(into) < maxFunctions {
		into[canonicalDomain(domain)] = version
	}
	return err
}

// canonicalDomain is the domain of the standard operators under one of its two names.
func canonicalDomain(domain string) string {
	if domain == "ai.onnx" {
		return ""
	}
	return domain
}

func parseGraph(b []byte) (*graph, error) {
	g := &graph{}
	return g, each(b, func(f field) error {
		switch f.number {
		case 1, 5, 11, 12, 15:
		default:
			return nil
		}
		b, err := f.message("GraphProto")
		if err != nil {
			return err
		}
		switch f.number {
		case 1: // node
			var n *node
			if n, err = parseNode(b); err == nil {
				g.nodes, err = grow(g.nodes, n, maxNodes, "nodes")
			}
		case 5: // initializer
			var t *tensor
			if t, err = parseTensor(b); err == nil {
				g.initializers, err = grow(g.initializers, t, maxTensors, "initializers")
			}
		case 11: // input
			var v valueInfo
			if v, err = parseValueInfo(b); err == nil {
				g.inputs, err = grow(g.inputs, v, maxValues, "inputs")
			}
		case 12: // output
			var v valueInfo
			if v, err = parseValueInfo(b); err == nil {
				g.outputs, err = grow(g.outputs, v, maxValues, "outputs")
			}
		case 15: // sparse_initializer: values is field 1, and has the name
			err = each(b, func(f field) error {
				if f.number != 1 || f.kind != protowire.BytesType {
					return nil
				}
				t, err := parseTensor(f.bytes)
				if err == nil {
					g.sparse, err = grow(g.sparse, t.name, maxTensors, "initializers")
				}
				return err
			})
		}
		return err
	})
}

func parseNode(b []byte) (*node, error) {
	n := &node{}
	return n, each(b, func(f field) error {
		var err error
		switch f.number {
		case 1: // input
			n.inputs, err = growName(n.inputs, f, maxEdges, "inputs of a node")
		case 2: // output
			n.outputs, err = growName(n.outputs, f, maxEdges, "outputs of a node")
		case 3: // name
			n.name = clipped(string(f.bytes))
		case 4: // op_type
			n.op = string(f.bytes)
		case 5: // attribute
			var b []byte
			if b, err = f.message("NodeProto"); err == nil {
				var a attribute
				if a, err = parseAttribute(b); err == nil {
					n.attributes, err = grow(n.attributes, a, maxAttributes, "attributes of a node")
				}
			}
		case 7: // domain
			n.domain = canonicalDomain(string(f.bytes))
		}
		return err
	})
}

func parseAttribute(b []byte) (attribute, error) {
	var a attribute
	err := each(b, func(f field) error {
		var err error
		switch f.number {
		case 1:
			a.name = string(f.bytes)
		case 2:
			a.f = math.Float32frombits(uint32(f.word))
		case 3:
			a.i = int64(f.word)
		case 4:
			a.s = string(f.bytes)
		case 5:
			var b []byte
			if b, err = f.message("AttributeProto"); err == nil {
				a.t, err = parseTensor(b)
			}
		case 7: // floats
			if f.kind == protowire.Fixed32Type {
				a.floats, err = grow(a.floats, math.Float32frombits(uint32(f.word)), maxList, "numbers in an attribute")
				break
			}
			for b := f.bytes; len(b) >= 4 && err == nil; b = b[4:] {
				v := math.Float32frombits(binary.LittleEndian.Uint32(b))
				a.floats, err = grow(a.floats, v, maxList, "numbers in an attribute")
			}
		case 8: // ints
			a.ints, err = words(a.ints, f, maxList, "numbers in an attribute")
		case 9: // strings
			a.strings, err = grow(a.strings, string(f.bytes), maxList, "texts in an attribute")
		case 21: // ref_attr_name
			a.ref = string(f.bytes)
		}
		return err
	})
	return a, err
}

func parseValueInfo(b []byte) (valueInfo, error) {
	var v valueInfo
	err := each(b, func(f field) error {
		switch f.number {
		case 1: // name
			v.name = string(f.bytes)
		case 2: // type
			return each(f.bytes, func(f field) error {
				if f.number != 1 { // tensor_type
					return nil
				}
				v.tensor = true
				return each(f.bytes, func(f field) error {
					switch f.number {
					case 1: // elem_type
						v.elem = int64(f.word)
					case 2: // shape
						v.shaped = true
						return each(f.bytes, func(f field) error {
							if f.number != 1 { // dim
								return nil
							}
							dim := int64(dynamic)
							err := each(f.bytes, func(f field) error {
								if f.number == 1 && int64(f.word) > 0 { // dim_value
									dim = int64(f.word)
								}
								return nil
							})
							if err == nil {
								v.dims, err = grow(v.dims, dim, maxRank, "dimensions")
							}
							return err
						})
					}
					return nil
				})
			})
		}
		return nil
	})
	return v, err
}

func parseFunction(b []byte) (*function, error) {
	fn := &function{opsets: map[string]int64{}}
	return fn, each(b, func(f field) error {
		var err error
		switch f.number {
		case 1: // name
			fn.name = string(f.bytes)
		case 4: // input
			fn.inputs, err = growName(fn.inputs, f, maxEdges, "inputs of a function")
		case 5: // output
			fn.outputs, err = growName(fn.outputs, f, maxEdges, "outputs of a function")
		case 6: // attribute
			fn.attributes, err = grow(fn.attributes, string(f.bytes), maxAttributes, "attributes of a function")
		case 7: // node
			var n *node
			if n, err = parseNode(f.bytes); err == nil {
				fn.nodes, err = grow(fn.nodes, n, maxNodes, "nodes")
			}
		case 9: // opset_import
			err = parseOpset(f, fn.opsets)
		case 10: // domain
			fn.domain = canonicalDomain(string(f.bytes))
		case 11: // attribute_proto
			var a attribute
			if a, err = parseAttribute(f.bytes); err == nil {
				fn.defaults, err = grow(fn.defaults, a, maxAttributes, "attributes of a function")
			}
		}
		return err
	})
}
