package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Refusal is the error of a node that a chain of dense layers cannot have.
type Refusal struct {
	// Node is the name of the node, or that of what it makes where it has none.
	Node string
	// Operator is its type, such as Conv, with its domain unless that is ONNX's own.
	Operator string
	// Reason says what is wrong, and what could be done.
	Reason error
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("node %s (%s): %v", quoted(r.Node, "without a name"), r.Operator, r.Reason)
}

func (r *Refusal) Unwrap() error { return r.Reason }

func refusalOf(n *node, reason error) error {
	r := &Refusal{Node: n.name, Operator: printable(n.op), Reason: reason}
	if r.Node == "" && len(n.outputs) > 0 {
		r.Node = n.outputs[0]
	}
	if n.domain != "" {
		r.Operator = printable(n.domain) + "." + r.Operator
	}
	return r
}

// quoted is a name of the file in a message; otherwise stands for the empty one.
func quoted(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return strconv.Quote(clipped(name))
}

func quotedAll(names []string) []string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = quoted(n, `""`)
	}
	return list
}

// printable is a word of the file that belongs into a message as it is, if it is one.
func printable(word string) string {
	if q := strconv.Quote(clipped(word)); len(q) != len(word)+2 || word == "" {
		return q
	}
	return word
}

// remedies say what could be done about operators that a chain of dense layers has no place for.
var remedies = []struct{ operators, remedy string }{
	{"Conv ConvTranspose ConvInteger QLinearConv FusedConv DeformConv",
		"a convolution is not a dense layer; only chains of dense layers are supported"},
	{"LSTM GRU RNN Scan", "a recurrent layer keeps a state between calls; only feed-forward chains are supported"},
	{"LayerNormalization InstanceNormalization GroupNormalization RMSNormalization MeanVarianceNormalization " +
		"LpNormalization LRN Normalizer SimplifiedLayerNormalization SkipLayerNormalization",
		"it divides by the spread of each sample's own values, which no layer here does; train with batch " +
			"normalisation, or without any"},
	{"QuantizeLinear DequantizeLinear MatMulInteger QLinearMatMul DynamicQuantizeLinear QGemm MatMulNBits " +
		"DynamicQuantizeMatMul", "the model is quantized; import the one in floats that it was made from"},
	{"If", "the graph branches; export it with the condition fixed"},
	{"Loop", "the graph has a loop; export it unrolled"},
	{"ArgMax ArgMin TopK ArrayFeatureExtractor LabelEncoder",
		"it makes a class of the outputs, with no gradient; choose a value before it with -output"},
	{"ZipMap", "it makes a table of the outputs; choose a value before it with -output, or convert with zipmap=False"},
	{"TreeEnsembleClassifier TreeEnsembleRegressor TreeEnsemble SVMClassifier SVMRegressor", "it is not a neural network"},
	{"Concat Split", "it joins or parts values; only chains are supported; choose a value before it with -output"},
	{"Floor Ceil Round Sign Mod", "it is constant between steps, so that nothing could be learnt through it"},
	{"ThresholdedRelu Hardmax", "it jumps; only continuous activations are supported"},
	{"Einsum", "write the layer as a matrix product, as torch.nn.Linear does"},
	{"Attention MultiHeadAttention", "attention is not a dense layer; only chains of dense layers are supported"},
}

// remedyFor returns what could be done about an operator, or "".
func remedyFor(operator string) string {
	for _, r := range remedies {
		if slices.Contains(strings.Fields(r.operators), operator) {
			return r.remedy
		}
	}
	return ""
}

// unsupported is the error of an operator that there is no rule for.
func unsupported(n *node) error {
	if r := remedyFor(n.op); r != "" {
		return errors.New(r)
	}
	if n.domain != "" && n.domain != microsoft && n.domain != learning && n.domain != ours {
		return fmt.Errorf("the file has no function for the operator of the domain %s; export it inlined",
			quoted(n.domain, ""))
	}
	return errors.New("no dense layer, activation or arithmetic between them; leave it out of the model, or choose " +
		"a value " +
		"before it with -output")
}
