package team

import "unsafe"

// What follows is not emitted: it stands for what the kernels' file declares, and for what differs from network to
// network. The model network is ŷ = W·x with the loss Σ(ŷ - y)²/2, two samples at a time.

// xnetFloat is the type of all numbers.
type xnetFloat = float32

// XnetParams is the number of parameters.
const XnetParams = 6

// xnetSlots and xnetBlock are chosen for each network.
const (
	xnetSlots = 7
	xnetBlock = 2
	// xnetSpreadFrom is from how many parameters another worker takes part in an update.
	xnetSpreadFrom = 16384
)

type (
	xnetX = [3]float32
	xnetY = [2]float32
)

// Xnet is the model network.
type Xnet struct{ W1 [2][3]float32 }

// XnetGrad is laid out like Xnet.
type XnetGrad Xnet

// XnetBatch is what a block is worked on with.
type XnetBatch struct{ y xnetY }

// Flat is a view of all parameters.
func (p *Xnet) Flat() *[XnetParams]float32 { return (*[XnetParams]float32)(unsafe.Pointer(p)) }

// Flat is a view of the gradient.
func (g *XnetGrad) Flat() *[XnetParams]float32 { return (*[XnetParams]float32)(unsafe.Pointer(g)) }

// unlucky is a number that the model network panics at, in whatever worker meets it.
const unlucky = 13

func (p *Xnet) forward(b *XnetBatch, x *xnetX) *xnetY {
	if x[0] == unlucky {
		panic("an unlucky number")
	}
	for i, row := range p.W1 {
		b.y[i] = row[0]*x[0] + row[1]*x[1] + row[2]*x[2]
	}
	return &b.y
}

// ForwardBatch computes the outputs.
func (p *Xnet) ForwardBatch(b *XnetBatch, xs []xnetX, out []xnetY) {
	for s := range xs {
		out[s] = *p.forward(b, &xs[s])
	}
}

// LossBatch is the sum of the losses.
func (p *Xnet) LossBatch(b *XnetBatch, xs []xnetX, ys []xnetY) (loss float32) {
	for s := range xs {
		for i, v := range p.forward(b, &xs[s]) {
			d := v - ys[s][i]
			loss += d * d / 2
		}
	}
	return loss
}

// GradBatch is the gradient of LossBatch.
func (p *Xnet) GradBatch(b *XnetBatch, xs []xnetX, ys []xnetY, g *XnetGrad) (loss float32) {
	*g = XnetGrad{}
	for s := range xs {
		for i, v := range p.forward(b, &xs[s]) {
			d := v - ys[s][i]
			loss += d * d / 2
			for j, x := range xs[s] {
				g.W1[i][j] += d * x
			}
		}
	}
	return loss
}

// InputGradBatch is the gradient of each loss with respect to its input.
func (p *Xnet) InputGradBatch(b *XnetBatch, xs []xnetX, ys []xnetY, gxs []xnetX) (loss float32) {
	for s := range xs {
		gxs[s] = xnetX{}
		for i, v := range p.forward(b, &xs[s]) {
			d := v - ys[s][i]
			loss += d * d / 2
			for j, w := range p.W1[i] {
				gxs[s][j] += d * w
			}
		}
	}
	return loss
}

// XnetSGD is an optimizer whose updates can be done in parts.
type XnetSGD struct{ T int }

// Update moves p.
func (o *XnetSGD) Update(p *Xnet, g *XnetGrad, rate float32) {
	o.count()
	o.update(p, g, rate, 0, XnetParams)
}

func (o *XnetSGD) count() { o.T++ }

func (o *XnetSGD) update(p *Xnet, g *XnetGrad, rate float32, lo, hi int) {
	for i := lo; i < hi; i++ {
		p.Flat()[i] -= rate * g.Flat()[i]
	}
}
