package verify

import "math"

// plainDigits is 64-64-10 relu, softmax with cross-entropy, written as plain loops over fixed arrays.
type plainDigits struct {
	W1 [64][64]float32
	B1 [64]float32
	W2 [10][64]float32
	B2 [10]float32
}

type plainDigitsWork struct {
	a1, d1 [64]float32
	a2, d2 [10]float32
	z2     [10]float32
	logSum float32
}

func (p *plainDigits) initialise(norm func() float64) {
	for i := range p.W1 {
		p.B1[i] = 0
		for j := range p.W1[i] {
			p.W1[i][j] = float32(math.Sqrt(2/64.) * norm())
		}
	}
	for i := range p.W2 {
		p.B2[i] = 0
		for j := range p.W2[i] {
			p.W2[i][j] = float32(math.Sqrt(2/74.) * norm())
		}
	}
}

func (p *plainDigits) forward(ws *plainDigitsWork, x *[64]float32) *[10]float32 {
	for i := range p.W1 {
		s := p.B1[i]
		for j := range x {
			s += p.W1[i][j] * x[j]
		}
		if s <= 0 {
			s = 0
		}
		ws.a1[i] = s
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
func (ws *plainDigitsWork) cost(y *[10]float32) (loss float32) {
	for i := range y {
		loss += y[i] * (ws.logSum - ws.z2[i])
	}
	return loss
}

// deltas sets the gradients of all pre-activations, after forward.
func (p *plainDigits) deltas(ws *plainDigitsWork, y *[10]float32) {
	for i := range y {
		ws.d2[i] = ws.a2[i] - y[i]
	}
	for j := range ws.d1 {
		s := float32(0)
		if ws.a1[j] > 0 {
			for i := range ws.d2 {
				s += p.W2[i][j] * ws.d2[i]
			}
		}
		ws.d1[j] = s
	}
}

func (p *plainDigits) loss(ws *plainDigitsWork, x *[64]float32, y *[10]float32) float32 {
	p.forward(ws, x)
	return ws.cost(y)
}

func (p *plainDigits) backward(ws *plainDigitsWork, x *[64]float32, y *[10]float32, g *plainDigits) float32 {
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

func (p *plainDigits) grad(ws *plainDigitsWork, x *[64]float32, y *[10]float32, g *plainDigits) float32 {
	p.forward(ws, x)
	return p.backward(ws, x, y, g)
}

func (p *plainDigits) step(ws *plainDigitsWork, x *[64]float32, y *[10]float32, rate float32) float32 {
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
