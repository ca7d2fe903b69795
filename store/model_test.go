package store

import (
	"io"
	"strings"
	"unsafe"
)

// What follows stands for what the kernels' file declares.

// Xnet is the model network, with biases in its first layer alone.
type Xnet struct {
	W1 [3][2]float32
	B1 [3]float32
	W2 [2][3]float32
}

// XnetGrad is laid out like Xnet.
type XnetGrad Xnet

// The sizes of Xnet.
const (
	XnetInputs  = 2
	XnetOutputs = 2
	XnetParams  = 15
)

// Flat is a view of all parameters.
func (p *Xnet) Flat() *[15]float32 { return (*[15]float32)(unsafe.Pointer(p)) }

// Flat is a view of all of the gradient.
func (g *XnetGrad) Flat() *[15]float32 { return (*[15]float32)(unsafe.Pointer(g)) }

// Xtype is an optimizer, as a type that is stored. The default of Beta is not 0, and that of Decay is.
type Xtype struct {
	Beta, Decay float32
	T           uint64
	M, V        XnetGrad
	set         bool
}

// xnetTraining is the digest of what optimizers belong to.
const xnetTraining = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

var xnetNetwork = Network{
	Name: "Xnet", Inputs: XnetInputs, Outputs: XnetOutputs, Layers: 2, Activations: "tanh, softmax", Cost: "mse",
	Function: strings.Repeat("ab", 32), Training: xnetTraining,
	Shapes: []Shape{{"W1", 3, 2}, {"B1", 3, 0}, {"W2", 2, 3}},
}

var xtypeStored = Type[Xtype, float32]{Network: &xnetNetwork, Name: "Xtype", Kind: "model", Parts: (*Xtype).stored}

// stored says what is stored of o.
func (o *Xtype) stored() (s Parts[float32]) {
	s.Updates = &o.T
	s.Set = &o.set
	s.Need("Beta", &o.Beta)
	s.Field("Decay", &o.Decay)
	s.Array("M", o.M.Flat()[:])
	s.Array("V", o.V.Flat()[:])
	return s
}

// What follows is as it is emitted.

func (p *Xnet) Tensors() []struct {
	Name  string
	Shape []int
	Data  []float32
} {
	return Tensors(&xnetNetwork, p.Flat()[:])
}

func (o *Xtype) WriteTo(w io.Writer) (int64, error)    { return xtypeStored.Write(o, w) }
func (o *Xtype) ReadFrom(r io.Reader) (int64, error)   { return xtypeStored.Read(o, r) }
func (o Xtype) MarshalBinary() ([]byte, error)         { return o.AppendBinary(nil) }
func (o *Xtype) AppendBinary(b []byte) ([]byte, error) { return xtypeStored.Append(o, b) }
func (o *Xtype) UnmarshalBinary(data []byte) error     { return xtypeStored.Decode(o, data) }
func (o Xtype) MarshalJSON() ([]byte, error)           { return xtypeStored.JSON(&o) }
func (o *Xtype) UnmarshalJSON(data []byte) error       { return xtypeStored.FromJSON(o, data) }
