package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// threeFourTwo is 3-4-2 relu, softmax, cross-entropy; the first layer has no bias.
func threeFourTwo(p spec.Precision) spec.Network {
	n := verifytest.Build("cross-entropy", p, []int{3, 4, 2}, "relu", "softmax")
	n.Layers[0].NoBias = true
	return n
}

type params342[F Float] struct {
	W1 [4][3]F
	W2 [2][4]F
	B2 [2]F
}

type work342[F Float] struct {
	A1, D1     [4]F
	Z2, A2, D2 [2]F
	logSum     F
}

func kernel342[F Float](
	flaw flaw,
) Kernel[params342[F], params342[F], work342[F], naiveBatch[work342[F], params342[F]], [3]F, [2]F, F] {
	type (
		P = params342[F]
		W = work342[F]
	)
	forward := func(p *P, ws *W, x *[3]F) *[2]F {
		for i := range p.W1 {
			var s F
			for j := range x {
				s += p.W1[i][j] * x[j]
			}
			if s <= 0 || flaw == "relu hides NaN" && s != s {
				s = 0
			}
			ws.A1[i] = s
		}
		for i := range p.W2 {
			s := p.B2[i]
			for j := range ws.A1 {
				s += p.W2[i][j] * ws.A1[j]
			}
			ws.Z2[i] = s
		}
		m := max(ws.Z2[0], ws.Z2[1])
		if flaw == "softmax without maximum" {
			m = 0
		}
		var sum F
		for i := range ws.Z2 {
			ws.A2[i] = elementary(math.Exp, ws.Z2[i]-m)
			sum += ws.A2[i]
		}
		for i := range ws.Z2 {
			ws.A2[i] /= sum
		}
		ws.logSum = m + elementary(math.Log, sum)
		return &ws.A2
	}
	loss := func(ws *W, y *[2]F) (l F) {
		for i := range y {
			if flaw == "loss from probabilities" {
				l -= y[i] * elementary(math.Log, ws.A2[i])
				continue
			}
			l += y[i] * (ws.logSum - ws.Z2[i])
		}
		return l
	}
	deltas := func(p *P, ws *W, y *[2]F) {
		for i := range y {
			ws.D2[i] = ws.A2[i] - y[i]
		}
		for j, a := range ws.A1 {
			ws.D1[j] = 0
			if a > 0 || flaw == "relu slope 1 at 0" && a == 0 {
				ws.D1[j] = p.W2[0][j]*ws.D2[0] + p.W2[1][j]*ws.D2[1]
			}
		}
	}
	backward := func(p *P, ws *W, x *[3]F, y *[2]F, g *P) F {
		deltas(p, ws, y)
		g.B2 = ws.D2
		for i := range g.W2 {
			for j := range g.W2[i] {
				g.W2[i][j] = ws.D2[i] * ws.A1[j]
			}
		}
		for i := range g.W1 {
			for j := range g.W1[i] {
				g.W1[i][j] = ws.D1[i] * x[j]
			}
		}
		switch flaw {
		case "D is of the activations":
			for j := range ws.D1 {
				ws.D1[j] = p.W2[0][j]*ws.D2[0] + p.W2[1][j]*ws.D2[1]
			}
		case "Z is overwritten":
			ws.Z2 = ws.D2
		}
		return loss(ws, y)
	}
	return whole(Kernel[P, P, W, naiveBatch[W, P], [3]F, [2]F, F]{
		Init: func(p *P, norm func() float64) {
			for i := range p.W1 {
				for j := range p.W1[i] {
					p.W1[i][j] = F(math.Sqrt(2./3) * norm())
				}
			}
			for i := range p.W2 {
				for j := range p.W2[i] {
					p.W2[i][j] = F(math.Sqrt(2./6) * norm())
				}
			}
			p.B2 = [2]F{}
		},
		Forward: forward,
		Loss:    func(p *P, ws *W, x *[3]F, y *[2]F) F { forward(p, ws, x); return loss(ws, y) },
		Backward: func(p *P, ws *W, x *[3]F, y *[2]F, g *P) F {
			if flaw == "backward ignores the workspace" {
				ws = new(W)
			}
			return backward(p, ws, x, y, g)
		},
		Grad: func(p *P, ws *W, x *[3]F, y *[2]F, g *P) F { forward(p, ws, x); return backward(p, ws, x, y, g) },
		Step: func(p *P, ws *W, x *[3]F, y *[2]F, rate F) F {
			forward(p, ws, x)
			deltas(p, ws, y)
			if flaw == "step uphill" {
				rate = -rate
			}
			for i, d := range ws.D2 {
				p.B2[i] -= rate * d
				for j, a := range ws.A1 {
					p.W2[i][j] -= rate * d * a
				}
			}
			for i, d := range ws.D1 {
				for j := range x {
					p.W1[i][j] -= rate * d * x[j]
				}
			}
			return loss(ws, y)
		},
	})
}
