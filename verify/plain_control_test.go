package verify

import "math"

// plainControl is 16-32-16-4 tanh, tanh, identity with mse, written as plain loops over fixed arrays.
type plainControl struct {
	W1 [32][16]float32
	B1 [32]float32
	W2 [16][32]float32
	B2 [16]float32
	W3 [4][16]float32
	B3 [4]float32
}

type plainControlWork struct {
	a1, d1 [32]float32
	a2, d2 [16]float32
	a3, d3 [4]float32
}

func (p *plainControl) initialise(norm func() float64) {
	for i := range p.W1 {
		p.B1[i] = 0
		for j := range p.W1[i] {
			p.W1[i][j] = float32(math.Sqrt(2/48.) * norm())
		}
	}
	for i := range p.W2 {
		p.B2[i] = 0
		for j := range p.W2[i] {
			p.W2[i][j] = float32(math.Sqrt(2/48.) * norm())
		}
	}
	for i := range p.W3 {
		p.B3[i] = 0
		for j := range p.W3[i] {
			p.W3[i][j] = float32(math.Sqrt(2/20.) * norm())
		}
	}
}

func (p *plainControl) forward(ws *plainControlWork, x *[16]float32) *[4]float32 {
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
		ws.a2[i] = float32(math.Tanh(float64(s)))
	}
	for i := range p.W3 {
		s := p.B3[i]
		for j := range ws.a2 {
			s += p.W3[i][j] * ws.a2[j]
		}
		ws.a3[i] = s
	}
	return &ws.a3
}

// cost is the loss after forward.
func (ws *plainControlWork) cost(y *[4]float32) (loss float32) {
	for i := range y {
		r := ws.a3[i] - y[i]
		loss += r * r
	}
	return loss / 4
}

// deltas sets the gradients of all pre-activations, after forward.
func (p *plainControl) deltas(ws *plainControlWork, y *[4]float32) {
	for i := range y {
		ws.d3[i] = 2 * (ws.a3[i] - y[i]) / 4
	}
	for j := range ws.d2 {
		s := float32(0)
		for i := range ws.d3 {
			s += p.W3[i][j] * ws.d3[i]
		}
		ws.d2[j] = s * (1 - ws.a2[j]*ws.a2[j])
	}
	for j := range ws.d1 {
		s := float32(0)
		for i := range ws.d2 {
			s += p.W2[i][j] * ws.d2[i]
		}
		ws.d1[j] = s * (1 - ws.a1[j]*ws.a1[j])
	}
}

func (p *plainControl) loss(ws *plainControlWork, x *[16]float32, y *[4]float32) float32 {
	p.forward(ws, x)
	return ws.cost(y)
}

func (p *plainControl) backward(ws *plainControlWork, x *[16]float32, y *[4]float32, g *plainControl) float32 {
	p.deltas(ws, y)
	for i := range g.W3 {
		g.B3[i] = ws.d3[i]
		for j := range ws.a2 {
			g.W3[i][j] = ws.d3[i] * ws.a2[j]
		}
	}
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

func (p *plainControl) grad(ws *plainControlWork, x *[16]float32, y *[4]float32, g *plainControl) float32 {
	p.forward(ws, x)
	return p.backward(ws, x, y, g)
}

func (p *plainControl) step(ws *plainControlWork, x *[16]float32, y *[4]float32, rate float32) float32 {
	p.forward(ws, x)
	p.deltas(ws, y)
	for i := range p.W3 {
		d := rate * ws.d3[i]
		p.B3[i] -= d
		for j := range ws.a2 {
			p.W3[i][j] -= d * ws.a2[j]
		}
	}
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
