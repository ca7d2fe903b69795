package team

import "unsafe"

// What follows stands for what the kernels' file declares. The model network is ŷ = W·x with the loss Σ(ŷ - y)²/2, two
// samples at a time.

// XnetParams is the number of parameters.
const XnetParams = 6

// xnetSlots and xnetBlock are chosen for each network.
const (
	xnetSlots = 7
	xnetBlock = 2
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

// What follows is as it is emitted.

var xnetTeam = Network[Xnet, XnetGrad, XnetBatch, xnetX, xnetY, float32]{
	Name: "Xnet", Params: XnetParams, Block: xnetBlock, Runs: xnetSlots,
	Forward: (*Xnet).ForwardBatch, Loss: (*Xnet).LossBatch, Grad: (*Xnet).GradBatch, InputGrad: (*Xnet).InputGradBatch,
	Parameters: func(p *Xnet) []float32 { return p.Flat()[:] },
	Gradient:   func(g *XnetGrad) []float32 { return g.Flat()[:] },
	SpreadFrom: 16384,
	Shares: func(o xnetUpdater) bool {
		switch o.(type) {
		case *XnetSGD:
			return true
		}
		return false
	},
	Count: func(o xnetUpdater) { o.(xnetSpread).count() },
	Part: func(o xnetUpdater, p *Xnet, g *XnetGrad, rate float32, lo, hi int) {
		o.(xnetSpread).update(p, g, rate, lo, hi)
	},
}

type (
	xnetUpdater = Updater[Xnet, XnetGrad, float32]
	xnetWorkers = Team[Xnet, XnetGrad, XnetBatch, xnetX, xnetY, float32]
	xnetSpread  interface {
		count()
		update(p *Xnet, g *XnetGrad, rate float32, lo, hi int)
	}
)

// XnetTeam is the team of the model network.
type XnetTeam xnetWorkers

func NewXnetTeam(workers int) *XnetTeam { return (*XnetTeam)(xnetTeam.New(workers)) }

func (t *XnetTeam) Close() { xnetTeam.Close((*xnetWorkers)(t)) }

func (t *XnetTeam) ForwardBatch(p *Xnet, xs []xnetX, out []xnetY) {
	xnetTeam.ForwardBatch((*xnetWorkers)(t), p, xs, out)
}

func (t *XnetTeam) LossBatch(p *Xnet, xs []xnetX, ys []xnetY) float32 {
	return xnetTeam.LossBatch((*xnetWorkers)(t), p, xs, ys)
}

func (t *XnetTeam) GradBatch(p *Xnet, xs []xnetX, ys []xnetY, g *XnetGrad) float32 {
	return xnetTeam.GradBatch((*xnetWorkers)(t), p, xs, ys, g)
}

func (t *XnetTeam) StepBatch(p *Xnet, xs []xnetX, ys []xnetY, rate float32) float32 {
	return xnetTeam.StepBatch((*xnetWorkers)(t), p, xs, ys, rate)
}

func (t *XnetTeam) InputGradBatch(p *Xnet, xs []xnetX, ys []xnetY, gxs []xnetX) float32 {
	return xnetTeam.InputGradBatch((*xnetWorkers)(t), p, xs, ys, gxs)
}

func (t *XnetTeam) Update(o xnetUpdater, p *Xnet, g *XnetGrad, rate float32) {
	xnetTeam.Update((*xnetWorkers)(t), o, p, g, rate)
}

func (t *XnetTeam) UpdateBatch(o xnetUpdater, p *Xnet, xs []xnetX, ys []xnetY, rate float32) float32 {
	return xnetTeam.UpdateBatch((*xnetWorkers)(t), o, p, xs, ys, rate)
}
