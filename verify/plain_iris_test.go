package verify

import "math"

// plainIris is 4-8-3 tanh, softmax with cross-entropy, written as plain loops over fixed arrays.
type plainIris struct {
	W1 [8][4]float32
	B1 [8]float32
	W2 [3][8]float32
	B2 [3]float32
}

type plainIrisWork struct {
	a1, d1 [8]float32
	a2, d2 [3]float32
	z2     [3]float32
	logSum float32
}

func (p *plainIris) initialise(norm func() float64) {
	for i := range p.W1 {
		p.B1[i] = 0
		for j := range p.W1[i] {
			p.W1[i][j] = float32(math.Sqrt(2/12.) * norm())
		}
	}
	for i := range p.W2 {
		p.B2[i] = 0
		for j := range p.W2[i] {
			p.W2[i][j] = float32(math.Sqrt(2/11.) * norm())
		}
	}
}

func (p *plainIris) forward(ws *plainIrisWork, x *[4]float32) *[3]float32 {
	for i := range p.W1 {
		s := p.B1[i]
		for j := range x {
			s += p.W1[i][j] * x[j]
		}
		ws.a1[i] = float32(math.Tanh(float64(s)))
	}
	for i := range p.W2 {
		s := p.B2[i]
		for j := range ws.a1 {
			s += p.W2[i][j] * ws.a1[j]
		}
		ws.z2[i] = s
	}
	m := ws.z2[0]
	for _, z := range ws.z2 {
		m = max(m, z)
	}
	sum := float32(0)
	for i := range ws.a2 {
		ws.a2[i] = float32(math.Exp(float64(ws.z2[i] - m)))
		sum += ws.a2[i]
	}
	for i := range ws.a2 {
		ws.a2[i] /= sum
	}
	ws.logSum = m + float32(math.Log(float64(sum)))
	return &ws.a2
}

// cost is the loss after forward.
func (ws *plainIrisWork) cost(y *[3]float32) (loss float32) {
	for i := range y {
		loss += y[i] * (ws.logSum - ws.z2[i])
	}
	return loss
}

// deltas sets the gradients of all pre-activations, after forward.
func (p *plainIris) deltas(ws *plainIrisWork, y *[3]float32) {
	for i := range y {
		ws.d2[i] = ws.a2[i] - y[i]
	}
	for j := range ws.d1 {
		s := float32(0)
		for i := range ws.d2 {
			s += p.W2[i][j] * ws.d2[i]
		}
		ws.d1[j] = s * (1 - ws.a1[j]*ws.a1[j])
	}
}

func (p *plainIris) loss(ws *plainIrisWork, x *[4]float32, y *[3]float32) float32 {
	p.forward(ws, x)
	return ws.cost(y)
}

func (p *plainIris) backward(ws *plainIrisWork, x *[4]float32, y *[3]float32, g *plainIris) float32 {
	p.deltas(ws, y)
	for i := range g.W2 {
		g.B2[i] = ws.d2[i]
		for j := range ws.a1 {
			g.W2[i][j] = ws.d2[i] * ws.a1[j]
		}
	}
	for i := range g.W1 {
		g.B1[i] = ws.d1[i]
		for j := range x {
			g.W1[i][j] = ws.d1[i] * x[j]
		}
	}
	return ws.cost(y)
}

func (p *plainIris) grad(ws *plainIrisWork, x *[4]float32, y *[3]float32, g *plainIris) float32 {
	p.forward(ws, x)
	return p.backward(ws, x, y, g)
}

func (p *plainIris) step(ws *plainIrisWork, x *[4]float32, y *[3]float32, rate float32) float32 {
	p.forward(ws, x)
	p.deltas(ws, y)
	for i := range p.W2 {
		d := rate * ws.d2[i]
		p.B2[i] -= d
		for j := range ws.a1 {
			p.W2[i][j] -= d * ws.a1[j]
		}
	}
	for i := range p.W1 {
		d := rate * ws.d1[i]
		p.B1[i] -= d
		for j := range x {
			p.W1[i][j] -= d * x[j]
		}
	}
	return ws.cost(y)
}
