package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/spec"
)

// walk evaluates a graph, node by node.
type walk struct {
	builder
	file    *file
	outside load
	nodes   []*node
	maker   map[string]int // the node that makes a value
	tensors map[string]*tensor
	values  map[string]*value
	input   string // the name of the graph's input
	size    int    // of the file, in bytes
	spare   int    // bytes that may still be taken for constants
	elem    int64  // the type of the weights of the first dense layer, 0 before there is one
}

// computesIn sets the precision by the type of the first weights.
func (w *walk) computesIn(elem int64) {
	if w.elem != 0 {
		return
	}
	w.elem, w.precision, w.tolerance = elem, spec.Float32, tolerance32
	switch elem {
	case elemDouble:
		w.precision, w.tolerance = spec.Float64, 8*0x1p-53
	case elemFloat16:
		w.tolerance = 8 * 0x1p-11
	case elemBFloat16:
		w.tolerance = 8 * 0x1p-8
	}
}

// tolerance32 is how far the constants of a float32 graph may be off: eight roundings.
const tolerance32 = 0x1p-21

// newWalk prepares a graph: functions are inlined and weights found.
func newWalk(f *file, size int, outside load) (*walk, error) {
	w := &walk{file: f, outside: outside, size: size, maker: map[string]int{}, tensors: map[string]*tensor{}}
	for _, t := range f.graph.initializers {
		w.tensors[t.name] = t
	}
	w.exprs = newPool()
	var err error
	if w.nodes, err = inlined(f); err != nil {
		return nil, err
	}
	for i, n := range w.nodes {
		for _, name := range n.outputs {
			if name == "" {
				continue
			}
			if _, twice := w.maker[name]; twice {
				return nil, fmt.Errorf("the value %s is made by two nodes", quoted(name, ""))
			}
			w.maker[name] = i
		}
	}
	return w, nil
}

// weight returns the initializer of that name, nil if there is none.
func (w *walk) weight(name string) (*value, error) {
	t, ok := w.tensors[name]
	if !ok {
		return nil, nil
	}
	c, err := w.decoded(t)
	return &value{c: c}, err
}

func (w *walk) decoded(t *tensor) (*constant, error) {
	c, err := t.value(w.outside)
	if err == nil && !t.outside {
		err = w.take(c.len())
	}
	return c, err
}

// take counts the numbers of constants that are made.
func (w *walk) take(numbers int) error {
	if w.spare -= 8 * numbers; w.spare < 0 {
		return errors.New("the constants of the graph, computed, are many times as large as the file")
	}
	return nil
}

// needed lists the nodes that a value needs, in the order of the file, and the inputs of the graph among what they
// need.
func (w *walk) needed(name string) (nodes []int, inputs []string) {
	seen := map[string]bool{}
	used := map[int]bool{}
	stack := []string{name}
	for len(stack) > 0 {
		name := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		i, made := w.maker[name]
		if !made {
			if w.isInput(name) {
				inputs = append(inputs, name)
			}
			continue
		}
		if !used[i] {
			used[i] = true
			nodes = append(nodes, i)
			stack = append(stack, w.nodes[i].inputs...)
		}
	}
	slices.Sort(nodes)
	slices.Sort(inputs)
	return nodes, inputs
}

// isInput says whether a name is an input of the graph; early files list weights there, too.
func (w *walk) isInput(name string) bool {
	_, weight := w.tensors[name]
	return !weight && slices.ContainsFunc(w.file.graph.inputs, func(v valueInfo) bool { return v.name == name })
}

// model evaluates everything that an output needs, and returns what it is.
func (w *walk) model(output string) (*model.Model, error) {
	nodes, inputs := w.needed(output)
	switch len(inputs) {
	case 0:
		return nil, fmt.Errorf("the output %s depends on no input", quoted(output, ""))
	case 1:
	default:
		return nil, fmt.Errorf("the output %s needs the inputs %s; a chain has one", quoted(output, ""),
			strings.Join(quotedAll(inputs), ", "))
	}
	w.input = inputs[0]
	layouts, err := w.layouts(nodes)
	if err != nil {
		return nil, fmt.Errorf("input %s: %w", quoted(w.input, ""), err)
	}
	var first error
	for _, r := range layouts {
		m, err := w.along(r, nodes, output)
		if err == nil {
			return m, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// along evaluates the nodes with one layout of the input.
func (w *walk) along(input *row, nodes []int, output string) (*model.Model, error) {
	w.values = map[string]*value{}
	w.weights, w.notes, w.elem, w.tolerance = 0, nil, 0, tolerance32
	w.spare = 16*w.size + 1<<20
	input.e = w.exprs.z
	input.at = &point{width: int(input.width())}
	w.values[w.input] = &value{r: input}
	for _, i := range nodes {
		n := w.nodes[i]
		if err := w.node(n); err != nil {
			return nil, refusalOf(n, err)
		}
	}
	v := w.values[output]
	if v == nil || v.r == nil {
		return nil, fmt.Errorf("the output %s is not a row of numbers that depends on the input", quoted(output, ""))
	}
	if w.elem == 0 {
		return nil, fmt.Errorf("there is no dense layer between the input and the output %s", quoted(output, ""))
	}
	m, err := w.end(v.r.at, v.r.e)
	if err != nil {
		return nil, fmt.Errorf("output %s: %w", quoted(output, ""), err)
	}
	return m, nil
}

// layouts lists what the input of the graph may be, the likeliest first: rows of samples, or, where no axis is open,
// one sample that is a column.
func (w *walk) layouts(nodes []int) ([]*row, error) {
	g := w.file.graph
	in := g.inputs[slices.IndexFunc(g.inputs, func(v valueInfo) bool { return v.name == w.input })]
	if !in.tensor {
		return nil, errors.New("it is not a tensor")
	}
	if !isFloat(in.elem) && !isInteger(in.elem) {
		return nil, fmt.Errorf("it is of %s; a network takes numbers", elemName(in.elem))
	}
	dims := slices.Clone(in.dims)
	if !in.shaped {
		dims = []int64{dynamic, dynamic}
	}
	if len(dims) == 0 {
		return nil, errors.New("it is one number without dimensions; a network takes a row of them")
	}
	batches := []int{0}
	switch open := openAxes(dims); {
	case len(open) > 2 || len(open) == 2 && open[0] != 0:
		return nil, fmt.Errorf("its shape %s has several open sizes; export with fixed ones", shownDims(dims))
	case len(open) == 2:
		width, ok := w.firstWidth(nodes)
		if !ok {
			return nil, fmt.Errorf("its width is open in %s; export with a fixed one", shownDims(dims))
		}
		dims[open[1]] = 1
		if rest := (&row{dims: dims}).width(); width%rest == 0 {
			dims[open[1]] = width / rest
		}
	case len(open) == 1:
		batches = open
	case len(dims) == 1:
		batches = []int{-1}
	default:
		batches = []int{0, -1}
	}
	var list []*row
	for _, batch := range batches {
		r := &row{dims: dims, batch: batch, elem: in.elem}
		size := int64(1)
		for i, d := range dims {
			if i == batch {
				continue
			}
			if size *= d; size > spec.MaxWidth {
				return nil, fmt.Errorf("its shape %s has too many values for a sample; a network has at most %d inputs",
					shownDims(dims), spec.MaxWidth)
			}
		}
		list = append(list, r)
	}
	return list, nil
}

func openAxes(dims []int64) (open []int) {
	for i, d := range dims {
		if d == dynamic {
			open = append(open, i)
		}
	}
	return open
}

// firstWidth returns how many inputs the first dense layer has, for graphs that leave their own open.
func (w *walk) firstWidth(nodes []int) (int64, bool) {
	for _, i := range nodes {
		n := w.nodes[i]
		if n.op != "Gemm" && n.op != "MatMul" || len(n.inputs) < 2 {
			continue
		}
		t, ok := w.tensors[n.inputs[1]]
		if !ok || len(t.dims) != 2 {
			continue
		}
		if n.int("transB", 0) != 0 {
			return t.dims[1], true
		}
		return t.dims[0], true
	}
	return 0, false
}

// node evaluates one node.
func (w *walk) node(n *node) error {
	op, ok := operators[functionKey(n.domain, n.op)]
	if !ok {
		return unsupported(n)
	}
	args := make([]*value, len(n.inputs))
	constants := true
	for i, name := range n.inputs {
		if name == "" {
			continue
		}
		v, known := w.values[name]
		if !known {
			var err error
			if v, err = w.weight(name); err != nil {
				return err
			}
			if v == nil {
				if slices.Contains(w.file.graph.sparse, name) {
					return fmt.Errorf("the weights %s are sparse; export them dense", quoted(name, ""))
				}
				return fmt.Errorf("its input %s is neither made before it nor among the weights", quoted(name, ""))
			}
			w.values[name] = v
		}
		args[i] = v
		constants = constants && v.c != nil
	}
	if len(args) < op.least {
		return fmt.Errorf("it has %s; %s needs %d", plural.Of(len(args), "input"), n.op, op.least)
	}
	for i := range op.least {
		if args[i] == nil {
			return fmt.Errorf("its input %d is left out; %s needs it", i+1, n.op)
		}
	}
	v, err := op.run(w, n, args)
	if err != nil {
		return err
	}
	if v.c != nil {
		if err := w.take(v.c.len()); err != nil {
			return err
		}
	}
	if len(n.outputs) == 0 {
		return errors.New("it has no output")
	}
	w.values[n.outputs[0]] = v
	return nil
}

// The attributes of a node, with their defaults.

func (n *node) attribute(name string) *attribute {
	i := slices.IndexFunc(n.attributes, func(a attribute) bool { return a.name == name })
	if i < 0 {
		return nil
	}
	return &n.attributes[i]
}

func (n *node) int(name string, otherwise int64) int64 {
	if a := n.attribute(name); a != nil {
		return a.i
	}
	return otherwise
}

func (n *node) float(name string, otherwise float64) float64 {
	if a := n.attribute(name); a != nil {
		return float64(a.f)
	}
	return otherwise
}

func (n *node) text(name, otherwise string) string {
	if a := n.attribute(name); a != nil {
		return a.s
	}
	return otherwise
}

func (n *node) ints(name string) []int64 {
	if a := n.attribute(name); a != nil {
		return a.ints
	}
	return nil
}
