package store

import "unsafe"

// What follows is not emitted: it stands for what the kernels' file declares, and for what is printed for each network.

// xnetFloat is the type of all numbers.
type xnetFloat = float32

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

// Xtype is an optimizer, as a type that is stored. The default of Beta is not 0, and that of Decay is.
type Xtype struct {
	Beta, Decay float32
	T           uint64
	M, V        XnetGrad
	set         bool
}

const (
	xnetLayers      = 2
	xnetPrecision   = "float32"
	xnetNumberType  = "<f4"
	xnetNumberSize  = 4
	xnetActivations = "tanh, softmax"
	xnetCost        = "mse"
	xnetTraining    = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
)

var xnetLayout = []xnetShape{{"W1", 3, 2}, {"B1", 3, 0}, {"W2", 2, 3}}

// stored says what is stored of xself.
func (xself *Xtype) stored() xnetStored {
	return xnetStored{
		kind: "model", digest: xnetTraining, updates: &xself.T, set: &xself.set,
		fields: []xnetField{{"Beta", &xself.Beta, true}, {"Decay", &xself.Decay, false}},
		arrays: []xnetArray{{"M", (*Xnet)(&xself.M)}, {"V", (*Xnet)(&xself.V)}},
	}
}
