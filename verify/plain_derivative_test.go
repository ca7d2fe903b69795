package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// plainNet is 3-4-2, tanh and sigmoid, with half-squared-error: small enough to write its derivatives as loops.
func plainNet(p spec.Precision) spec.Network {
	n := verifytest.Build("half-squared-error", p, []int{3, 4, 2}, "tanh", "sigmoid")
	n.Batch, n.Derivatives = 4, everyDerivative()
	return n
}

// everyDerivative lists all that a spec can name.
func everyDerivative() (list []spec.Derivative) {
	for _, e := range spec.Derivatives() {
		list = append(list, e.Name)
	}
	return list
}

// plainNetwork are its parameters, and plainBatch and plainWork workspaces.
type plainNetwork[F Float] struct {
	W1 [4][3]F
	B1 [4]F
	W2 [2][4]F
	B2 [2]F
}

type plainWork[F Float] struct {
	a1, t1, f1, d1 [4]F
	a2, f2         [2]F
	row            [4]F
	kept           F
}

type plainBatch[F Float] struct {
	ws plainWork[F]
	// last is what a mistake keeps of the sample before.
	last [3]F
}

// plainShared is where mistakes put what belongs into a workspace.
var plainShared struct{ a1 [4]float64 }

func (p *plainNetwork[F]) forward(ws *plainWork[F], x *[3]F, flaw flaw) *[2]F {
	for i := range p.W1 {
		s := p.B1[i]
		for k := range x {
			s += p.W1[i][k] * x[k]
		}
		ws.a1[i] = F(math.Tanh(float64(s)))
		ws.f1[i] = 1 - ws.a1[i]*ws.a1[i]
		if flaw == "workspaces share" {
			plainShared.a1[i] = float64(ws.a1[i])
		}
	}
	if flaw == "workspaces share" {
		for i := range p.W1 {
			ws.a1[i] = F(plainShared.a1[i])
		}
	}
	for i := range p.W2 {
		s := p.B2[i]
		for k := range ws.a1 {
			s += p.W2[i][k] * ws.a1[k]
		}
		ws.a2[i] = F(1 / (1 + math.Exp(-float64(s))))
		ws.f2[i] = ws.a2[i] * (1 - ws.a2[i])
	}
	return &ws.a2
}

func (p *plainNetwork[F]) jacobian(ws *plainWork[F], x *[3]F, j *[2][3]F, flaw flaw) *[2]F {
	y := p.forward(ws, x, flaw)
	for i := range j {
		for k := range j[i] {
			s := F(0)
			if flaw == "adds to the matrix" {
				s = j[i][k]
			}
			for u := range ws.f1 {
				s += p.W2[i][u] * ws.f1[u] * p.W1[u][k]
			}
			switch {
			case flaw == "transposed" && k < 2:
				j[k][i] = ws.f2[i] * s
			case flaw == "last row not written" && i == 1:
			case flaw == "kept from the last call":
				j[i][k] = ws.f2[i]*s + (ws.kept - ws.kept)
				ws.kept = s
			case flaw == "NaN sticks":
				ws.kept += s * 0
				j[i][k] = ws.f2[i]*s + ws.kept
			default:
				j[i][k] = ws.f2[i] * s
			}
		}
	}
	switch flaw {
	case "writes x":
		x[1] = 0
	case "allocates":
		sink = make([]float64, 3+len(sink)%2)
	case "ŷ outside the workspace":
		plain := *y
		plainOut = plain
		return any(&plain).(*[2]F)
	case "nil ŷ":
		return nil
	case "ŷ before the activation":
		for i := range y {
			y[i] = F(math.Log(float64(y[i] / (1 - y[i]))))
		}
	}
	return y
}

// plainOut keeps results from being optimised away.
var plainOut any

func (p *plainNetwork[F]) tangent(ws *plainWork[F], x, dx *[3]F, dy *[2]F, flaw flaw) *[2]F {
	if flaw == "writes dx" {
		dx[0] *= 2
	}
	y := p.forward(ws, x, flaw)
	for u := range ws.t1 {
		s := F(0)
		for k := range dx {
			s += p.W1[u][k] * dx[k]
		}
		if flaw == "bias in the tangent" {
			s += p.B1[u]
		}
		ws.t1[u] = s * ws.f1[u]
		if flaw == "derivative at a instead of z" {
			t := F(math.Tanh(float64(ws.a1[u])))
			ws.t1[u] = s * (1 - t*t)
		}
	}
	for i := range dy {
		s := F(0)
		for u := range ws.t1 {
			s += p.W2[i][u] * ws.t1[u]
		}
		dy[i] = s * ws.f2[i]
	}
	return y
}

func (p *plainNetwork[F]) parameterJacobian(
	ws *plainWork[F], x *[3]F, j *[2]plainNetwork[F], flaw flaw,
) *[2]F {
	y := p.forward(ws, x, flaw)
	for i := range j {
		g := &j[i]
		if flaw != "off-diagonal block not cleared" {
			*g = plainNetwork[F]{}
		}
		g.B2[i] = ws.f2[i]
		for u := range ws.a1 {
			g.W2[i][u] = ws.f2[i] * ws.a1[u]
			d := p.W2[i][u] * ws.f2[i] * ws.f1[u]
			if flaw == "row of the other output" {
				d = p.W2[1-i][u] * ws.f2[i] * ws.f1[u]
			}
			g.B1[u] = d
			for k := range x {
				g.W1[u][k] = d * x[k]
			}
		}
	}
	return y
}

func (p *plainNetwork[F]) hessianVector(
	ws *plainWork[F], x *[3]F, y *[2]F, v, hv *plainNetwork[F], flaw flaw,
) (loss F) {
	p.forward(ws, x, flaw)
	for u := range ws.t1 {
		s := v.B1[u]
		for k := range x {
			s += v.W1[u][k] * x[k]
		}
		ws.row[u] = s // ż
		ws.t1[u] = s * ws.f1[u]
	}
	clear(ws.d1[:])
	var back [4]F
	for i := range y {
		s := v.B2[i]
		for u := range ws.a1 {
			s += v.W2[i][u]*ws.a1[u] + p.W2[i][u]*ws.t1[u]
		}
		a, d := ws.a2[i], ws.a2[i]-y[i]
		loss += d * d / 2
		delta := d * ws.f2[i]
		dot := s*ws.f2[i]*ws.f2[i] + d*ws.f2[i]*(1-2*a)*s
		hv.B2[i] = dot
		for u := range ws.a1 {
			hv.W2[i][u] = dot*ws.a1[u] + delta*ws.t1[u]
			ws.d1[u] += p.W2[i][u] * delta
			back[u] += p.W2[i][u]*dot + v.W2[i][u]*delta
		}
	}
	for u := range ws.d1 {
		dot := back[u]*ws.f1[u] - 2*ws.a1[u]*ws.f1[u]*ws.row[u]*ws.d1[u]
		hv.B1[u] = dot
		for k := range x {
			hv.W1[u][k] = dot * x[k]
		}
	}
	switch flaw {
	case "loss of the next step":
		loss *= 2
	case "writes v":
		v.B1[0] = 0
	case "writes y":
		y[0] = 0
	}
	return loss
}

// plainDerivatives are the derivatives of plainNet with one mistake, or none.
func plainDerivatives[F Float](flaw flaw) Derivatives[
	plainNetwork[F], plainNetwork[F], plainWork[F], plainBatch[F], [3]F, [2]F, [2][3]F, [2]plainNetwork[F], F,
] {
	type (
		P = plainNetwork[F]
		W = plainWork[F]
		B = plainBatch[F]
	)
	fits := func(call string, n, m int) {
		if n != m && flaw != "lengths not compared" {
			panic("Net." + call + ": xs and js differ in length")
		}
	}
	return Derivatives[P, P, W, B, [3]F, [2]F, [2][3]F, [2]P, F]{
		Jacobian: func(p *P, ws *W, x *[3]F, j *[2][3]F) *[2]F { return p.jacobian(ws, x, j, flaw) },
		Tangent:  func(p *P, ws *W, x, dx *[3]F, dy *[2]F) *[2]F { return p.tangent(ws, x, dx, dy, flaw) },
		ParameterJacobian: func(p *P, ws *W, x *[3]F, j *[2]P) *[2]F {
			return p.parameterJacobian(ws, x, j, flaw)
		},
		HessianVector: func(p *P, ws *W, x *[3]F, y *[2]F, v, hv *P) F {
			return p.hessianVector(ws, x, y, v, hv, flaw)
		},
		JacobianBatch: func(p *P, b *B, xs [][3]F, js [][2][3]F) {
			fits("JacobianBatch", len(xs), len(js))
			for i := range xs {
				x := xs[i]
				switch {
				case flaw == "remainder forgotten" && i >= len(xs)/4*4:
					continue
				case flaw == "sample before in the batch" && i > 0:
					x = b.last
				case flaw == "samples see each other" && i > 0:
					x[0] += 0 * xs[i-1][0]
				}
				b.last = xs[i]
				p.jacobian(&b.ws, &x, &js[i], none)
			}
			if flaw == "one matrix too many" && len(xs) > 0 {
				js[:len(xs)+1][len(xs)] = js[0]
			}
		},
		ParameterJacobianBatch: func(p *P, b *B, xs [][3]F, js [][2]P) {
			fits("ParameterJacobianBatch", len(xs), len(js))
			for i := range xs {
				p.parameterJacobian(&b.ws, &xs[i], &js[i], flaw)
			}
		},
		Cuts: Cuts{Block: 4},
	}
}
