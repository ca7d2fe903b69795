package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// flaw is one mistake that a hand-written kernel makes, at a place where people make them; with none it
// is right, and the judge must accept it.
type flaw string

const none flaw = ""

// twoThreeTwo is 2-3-2 sigmoid, sigmoid, mse, with input gradient.
func twoThreeTwo(p spec.Precision) spec.Network {
	n := verifytest.Build("mse", p, []int{2, 3, 2}, "sigmoid", "sigmoid")
	n.InputGradient = true
	return n
}

type params232[F Float] struct {
	W1 [3][2]F
	B1 [3]F
	W2 [2][3]F
	B2 [2]F
}

type grad232[F Float] params232[F]

// work232 mixes in an integer, which the judge has to leave alone.
type work232[F Float] struct {
	calls    int32
	broken   bool
	hidden   struct{ a1, d1 [3]F }
	a2, d2   [2]F
	dx       [2]F
	leftover [2]F
}

var (
	sink   []float64
	shared struct {
		f32 [2]float32
		f64 [2]float64
	}
)

// sharedOutput is memory outside any workspace.
func sharedOutput[F Float]() *[2]F {
	if p, ok := any(&shared.f32).(*[2]F); ok {
		return p
	}
	return any(&shared.f64).(*[2]F)
}

func kernel232[F Float](
	flaw flaw,
) Kernel[params232[F], grad232[F], work232[F], naiveBatch[work232[F], grad232[F]], [2]F, [2]F, F] {
	type (
		P = params232[F]
		G = grad232[F]
		W = work232[F]
		V = [2]F
	)
	forward := func(p *P, ws *W, x *V) *V {
		for i := range p.W1 {
			s := p.B1[i]
			if flaw == "missing bias" && i == 1 {
				s = 0
			}
			for j := range x {
				w := p.W1[i][j]
				if flaw == "one weight off by 1e-3" && i == 2 && j == 1 {
					w *= 1.001
				}
				s += w * x[j]
			}
			ws.hidden.a1[i] = elementary(scalar.Sigmoid, s)
		}
		for i := range p.W2 {
			s := p.B2[i]
			for j := range ws.hidden.a1 {
				s += p.W2[i][j] * ws.hidden.a1[j]
			}
			ws.a2[i] = elementary(scalar.Sigmoid, s)
		}
		ws.calls++
		switch flaw {
		case "NaN sticks":
			ws.broken = ws.broken || x[0] != x[0]
			if ws.broken {
				ws.a2[0] /= 2
			}
		case "infinity sticks":
			ws.broken = ws.broken || math.IsInf(float64(x[0]), -1)
			if ws.broken {
				ws.a2[0] /= 2
			}
		case "result outside the workspace":
			out := sharedOutput[F]()
			*out = ws.a2
			return out
		case "nil result":
			return nil
		case "writes x":
			x[1] += 1
		case "Forward leaves the result to all workspaces":
			*sharedOutput[F]() = ws.a2
		case "allocates":
			sink = make([]float64, 3+len(sink)%2)
		}
		return &ws.a2
	}
	loss := func(ws *W, y *V) (l F) {
		for i := range y {
			r := ws.a2[i] - y[i]
			l += r * r
			if flaw == "loss misses a term" {
				return l / 2
			}
		}
		if flaw == "sum for mean" {
			return l
		}
		return l / 2
	}
	deltas := func(p *P, ws *W, y *V) {
		for i, a := range ws.a2 {
			ws.d2[i] = (a - y[i]) * a * (1 - a)
			if flaw == "wrong sign" {
				ws.d2[i] = -ws.d2[i]
			}
			if flaw == "gradient of the sum for the mean" {
				ws.d2[i] *= 2
			}
		}
		for j, a := range ws.hidden.a1 {
			var s F
			for i := range ws.d2 {
				s += p.W2[i][j] * ws.d2[i]
			}
			slope := a * (1 - a)
			if flaw == "derivative at a instead of z" {
				s1 := elementary(scalar.Sigmoid, a)
				slope = s1 * (1 - s1)
			}
			ws.hidden.d1[j] = s * slope
		}
		for k := range ws.dx {
			var s F
			for i, d := range ws.hidden.d1 {
				s += p.W1[i][k] * d
			}
			if flaw == "input gradient swapped" {
				ws.dx[1-k] = s
				continue
			}
			ws.dx[k] = s
		}
	}
	backward := func(p *P, ws *W, x, y *V, g *G) F {
		deltas(p, ws, y)
		for i, d := range ws.d2 {
			g.B2[i] = d
			for j, a := range ws.hidden.a1 {
				g.W2[i][j] = d * a
			}
		}
		for i, d := range ws.hidden.d1 {
			if flaw != "bias gradient not written" {
				g.B1[i] = d
			}
			for j := range x {
				switch flaw {
				case "accumulates":
					g.W1[i][j] += d * x[j]
				case "transposed index":
					g.W1[i][j] = ws.hidden.d1[(i+j)%3] * x[j]
				default:
					g.W1[i][j] = d * x[j]
				}
			}
		}
		if flaw == "gradient writes p" {
			p.B2[1] += 1
		}
		if flaw == "writes y" {
			y[0] = 0.25
		}
		return loss(ws, y)
	}
	return whole(Kernel[P, G, W, naiveBatch[W, G], V, V, F]{
		Init: func(p *P, norm func() float64) {
			glorot1, glorot2 := math.Sqrt(2./5), math.Sqrt(2./5)
			switch flaw {
			case "He for Glorot":
				glorot1 = math.Sqrt(2. / 2)
			case "one number for all weights":
				first := norm()
				norm = func() float64 { return first }
			case "draws become positive":
				drawn := norm
				norm = func() float64 { return math.Abs(drawn()) }
			case "draws are cut off":
				drawn := norm
				norm = func() float64 { return max(-4, min(drawn(), 4)) }
			}
			for i := range p.W1 {
				p.B1[i] = 0
				for j := range p.W1[i] {
					p.W1[i][j] = F(glorot1 * norm())
				}
			}
			for i := range p.W2 {
				if flaw != "biases left as they were" {
					p.B2[i] = 0
				}
				for j := range p.W2[i] {
					p.W2[i][j] = F(glorot2 * norm())
				}
			}
		},
		Forward: forward,
		Loss: func(p *P, ws *W, x, y *V) F {
			if flaw != "stale workspace" {
				forward(p, ws, x)
			}
			if flaw == "result depends on what was left" {
				l := loss(ws, y)
				if ws.leftover[0] == ws.leftover[0] {
					l += ws.leftover[0]
				}
				ws.leftover[0] = 1
				return l
			}
			return loss(ws, y)
		},
		Backward: func(p *P, ws *W, x, y *V, g *G) F {
			if flaw == "workspaces share" || flaw == "Forward leaves the result to all workspaces" {
				ws.a2 = *sharedOutput[F]()
			}
			return backward(p, ws, x, y, g)
		},
		Grad: func(p *P, ws *W, x, y *V, g *G) F {
			out := forward(p, ws, x)
			if flaw == "workspaces share" {
				*sharedOutput[F]() = *out
			}
			return backward(p, ws, x, y, g)
		},
		Step: func(p *P, ws *W, x, y *V, rate F) F {
			forward(p, ws, x)
			update2 := func() {
				for i, d := range ws.d2 {
					p.B2[i] -= rate * d
					for j, a := range ws.hidden.a1 {
						p.W2[i][j] -= rate * d * a
					}
				}
			}
			if flaw == "update before read" {
				deltas(p, ws, y)
				update2()
				deltas(p, ws, y)
			} else {
				deltas(p, ws, y)
				update2()
			}
			for i, d := range ws.hidden.d1 {
				p.B1[i] -= rate * d
				for j := range x {
					p.W1[i][j] -= rate * d * x[j]
				}
			}
			if flaw == "loss after the step" {
				forward(p, ws, x)
			}
			return loss(ws, y)
		},
		InputGrad: func(ws *W) *V { return &ws.dx },
	})
}
