package spec

import (
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Derivative is a derivative that is emitted beside the functions of Emit, as Network.Derivatives lists it.
type Derivative string

// The derivatives.
const (
	DeriveJacobian Derivative = "jacobian" // ∂ŷ/∂x as a matrix: Jacobian, JacobianBatch
	DeriveTangent  Derivative = "tangent"  // (∂ŷ/∂x)·dx: Tangent
	// ∂ŷ/∂θ, a gradient for each output: ParameterJacobian, ParameterJacobianBatch
	DeriveParameterJacobian Derivative = "parameter-jacobian"
	DeriveHessianVector     Derivative = "hessian-vector" // ∇²L·v: HessianVector
)

// DerivativeEntry is a derivative, what it computes, and what of Emit it goes on from.
type DerivativeEntry struct {
	Name Derivative
	// Formula is what it computes.
	Formula string
	// Needs is the part of what is emitted that it belongs with, and Why says so.
	Needs Part
	Why   string
	// Size is how many numbers a result of a valid network has.
	Size func(n Network) int64
}

var derivatives = []DerivativeEntry{
	{DeriveJacobian, "∂ŷ/∂x, an n_L×n_0 matrix", EmitForward, forwardFirst,
		func(n Network) int64 { return int64(n.Width(n.Depth())) * int64(n.Input) }},
	{DeriveTangent, "(∂ŷ/∂x)·dx, without the matrix", EmitForward, forwardFirst,
		func(n Network) int64 { return int64(n.Width(n.Depth())) }},
	{DeriveParameterJacobian, "∂ŷ/∂θ, a gradient of the parameters for each output", EmitForward, forwardFirst,
		func(n Network) int64 { return int64(n.Width(n.Depth())) * int64(n.Params()) }},
	{DeriveHessianVector, "∇²L·v, v and the product laid out like the parameters", EmitGrad,
		"goes on from the gradient",
		func(n Network) int64 { return int64(n.Params()) }},
}

const forwardFirst = "begins with the forward pass"

// Derivatives returns the derivatives in documentation order. The slice is the caller's.
func Derivatives() []DerivativeEntry { return slices.Clone(derivatives) }

// LookupDerivative finds the entry of that name; ok is false when there is none.
func LookupDerivative(name Derivative) (entry DerivativeEntry, ok bool) {
	i := slices.IndexFunc(derivatives, func(e DerivativeEntry) bool { return e.Name == name })
	if i < 0 {
		return DerivativeEntry{}, false
	}
	return derivatives[i], true
}

// Derives says whether a derivative of n is emitted.
func (n Network) Derives(d Derivative) bool { return slices.Contains(n.Derivatives, d) }

// derived are the derivatives of n that there are, in the order of the table, each once; nil if there are none.
func (n Network) derived() []Derivative {
	var list []Derivative
	for _, e := range derivatives {
		if n.Derives(e.Name) {
			list = append(list, e.Name)
		}
	}
	return list
}

// derivativeNames lists the names in the order of the table.
func derivativeNames() []Derivative {
	var names []Derivative
	for _, e := range derivatives {
		names = append(names, e.Name)
	}
	return names
}

// MaxDerivative is how many numbers a result of a derivative may have: 256 MB of float32.
const MaxDerivative = 1 << 26

// derivatives checks the list of derivatives: every word, that emit has what they go on from, and that no result is
// absurdly large. Whatever that depends on is known to be right where the layers are.
func (c *checker) derivatives(n Network) {
	choices(c, "derivatives", "derivative", n.Derivatives, "missing; name a derivative, or use [] for none",
		derivativeNames()...)
	for i, d := range n.Derivatives {
		e, known := LookupDerivative(d)
		at := elementPath("derivatives", i)
		if !known || !c.sound(at) {
			continue
		}
		if c.sound("emit") && !c.spoiledWithin("emit", len(n.Emit)) && n.computes() && !n.Emits(e.Needs) {
			c.fail(at, "%s %s, which emit leaves out; name %s there, or leave %s out", d, e.Why, e.Needs, d)
			continue
		}
		if !c.soundShape(n) {
			continue
		}
		if size := e.Size(n); size > MaxDerivative {
			c.fail(at, "a %s would have %s; at most %d are allowed", d, plural.Of(size, "number"), MaxDerivative)
		}
	}
}

// soundShape says whether the widths of n are those of a valid network.
func (c *checker) soundShape(n Network) bool {
	if len(n.Layers) == 0 || len(n.Layers) > MaxLayers || !c.sound("input") || !c.sound("layers") {
		return false
	}
	for i := range n.Layers {
		for _, field := range []string{"dense", "activation"} {
			path := layerPath(i, field)
			if !c.sound(path) || !c.sound(join(path, Window)) {
				return false
			}
		}
	}
	return true
}

func decodeDerivatives(d *decoder, path string, v *value, n *Network) {
	n.Derivatives = make([]Derivative, len(v.items))
	d.each(path, v, func(i int, path string, item *value) { n.Derivatives[i] = Derivative(d.text(path, item)) })
}
