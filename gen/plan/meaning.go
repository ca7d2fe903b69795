package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Meaning is what the numbers of a layer's buffer are, where its Kind only says where they live. Whoever needs to know
// asks for it: names are for people.
type Meaning struct {
	// Var is the notes' letter: with the number of its layer it names the buffer, and by itself it is the variable that
	// formulas read it by.
	Var expr.Var
	// doc says what a buffer of the workspace holds, given the number of its layer.
	doc string
}

// What buffers of layers hold: first what every layer has.
var (
	PreActivation  = &Meaning{expr.Z, "pre-activations of layer %[1]d"}
	PostActivation = &Meaning{expr.A, "post-activations of layer %[1]d"}
	Incoming       = &Meaning{"v", "gradient with respect to the post-activations of layer %[1]d"}
	LayerDelta     = &Meaning{"d",
		"∇z%[1]d L: gradient of the loss with respect to z%[1]d, the pre-activations of layer %[1]d"}
)

// What derivatives work on.
var (
	TangentPre    = &Meaning{"zt", "ż%[1]d, derivative of z%[1]d in a direction"}
	TangentPost   = &Meaning{"at", "ȧ%[1]d, derivative of the post-activations of layer %[1]d in a direction"}
	RowIncoming   = &Meaning{"vj", "gradient of an output with respect to the post-activations of layer %[1]d"}
	RowDelta      = &Meaning{"dj", "gradient of an output with respect to z%[1]d"}
	Slope         = &Meaning{"f", "σ'(z%[1]d)"}
	DirectProduct = &Meaning{"tz", "V%[1]d·a + c%[1]d, the direct part of ż%[1]d"}
	BackProduct   = &Meaning{"tv", "what V of the layer above makes of its δ"}
	SentDot       = &Meaning{"vt", "derivative, in a direction of the parameters, of the gradient with respect to " +
		"the post-activations of layer %[1]d"}
	DeltaDot = &Meaning{"dt", "derivative of ∇z%[1]d L in a direction of the parameters"}
	// OutputJacobian is ∂ŷ/∂x.
	OutputJacobian = &Meaning{"j", "∂ŷ/∂x"}
)

// Scalars of a window that some activations keep.
var (
	LargestLogit = &Meaning{"m", "max z%[1]d"}
	ExpSum       = &Meaning{"s", "Σ exp(z%[1]d - m%[1]d)"}
	Tangential   = &Meaning{"q", "σ(|z%[1]d|)/|z%[1]d|, the tangential part of the Jacobian"}
	RadialPart   = &Meaning{"k", "(σ'(|z%[1]d|) - q%[1]d)/σ(|z%[1]d|)^2, for its radial part"}
)

// Doc says what the buffer of a layer holds.
func (m *Meaning) Doc(layer int) string { return fmt.Sprintf(m.doc, layer) }

// Name is the name of the buffer of a layer.
func (m *Meaning) Name(layer int) string { return fmt.Sprintf("%s%d", m.Var, layer) }

// Meant is the buffer of a layer that has a meaning, nil if there is none.
func (p *Program) Meant(m *Meaning, layer int) *Buffer {
	for _, b := range p.Buffers {
		if b.Means == m && b.Layer == layer {
			return b
		}
	}
	return nil
}

// Takes says whether an operation has an argument with a meaning.
func (m *Map) Takes(what *Meaning) bool {
	for _, a := range m.Args {
		if a.Buf.Means == what {
			return true
		}
	}
	return false
}
