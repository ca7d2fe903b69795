package leastsquares_test

import (
	"math"
	"math/rand/v2"
)

// misra is y = b1(1 - exp(-b2 x)), and danWood y = b1 x^b2, written as networks have their functions.
type misra [2]float64

func (p *misra) Flat() *[2]float64 { return (*[2]float64)(p) }

func (p *misra) ForwardBatch(_ *struct{}, xs, out [][1]float64) {
	for i, x := range xs {
		out[i][0] = p[0] * -math.Expm1(-p[1]*x[0])
	}
}

func (p *misra) ParameterJacobianBatch(_ *struct{}, xs [][1]float64, js [][1]misra) {
	for i, x := range xs {
		js[i][0] = misra{-math.Expm1(-p[1] * x[0]), p[0] * x[0] * math.Exp(-p[1]*x[0])}
	}
}

type danWood [2]float64

func (p *danWood) Flat() *[2]float64 { return (*[2]float64)(p) }

func (p *danWood) ForwardBatch(_ *struct{}, xs, out [][1]float64) {
	for i, x := range xs {
		out[i][0] = p[0] * math.Pow(x[0], p[1])
	}
}

func (p *danWood) ParameterJacobianBatch(_ *struct{}, xs [][1]float64, js [][1]danWood) {
	for i, x := range xs {
		v := math.Pow(x[0], p[1])
		js[i][0] = danWood{v, p[0] * v * math.Log(x[0])}
	}
}

// The data of NIST's Misra1a and DanWood (Statistical Reference Datasets, public domain).
var misraData = [][2]float64{
	{77.6, 10.07}, {114.9, 14.73}, {141.1, 17.94}, {190.8, 23.93}, {239.9, 29.61}, {289, 35.18}, {332.8, 40.02},
	{378.4, 44.82}, {434.8, 50.76}, {477.3, 55.05}, {536.8, 61.01}, {593.1, 66.40}, {689.1, 75.47}, {760, 81.78},
}

var danWoodData = [][2]float64{
	{1.309, 2.138}, {1.471, 3.421}, {1.490, 3.597}, {1.565, 4.340}, {1.611, 4.882}, {1.680, 5.660},
}

func split(data [][2]float64) (xs, ys [][1]float64) {
	for _, d := range data {
		xs, ys = append(xs, [1]float64{d[0]}), append(ys, [1]float64{d[1]})
	}
	return xs, ys
}

// line is a network without a bend, 3-2: W row by row, and b. What it should fit to is known.
type line[F float32 | float64] struct {
	W [2][3]F
	B [2]F
}

func (p *line[F]) Flat() *line[F] { return p }

func (p *line[F]) ForwardBatch(_ *struct{}, xs [][3]F, out [][2]F) {
	for i, x := range xs {
		for k := range out[i] {
			out[i][k] = p.W[k][0]*x[0] + p.W[k][1]*x[1] + p.W[k][2]*x[2] + p.B[k]
		}
	}
}

func (p *line[F]) ParameterJacobianBatch(_ *struct{}, xs [][3]F, js [][2]line[F]) {
	for i, x := range xs {
		for k := range js[i] {
			js[i][k] = line[F]{}
			js[i][k].W[k], js[i][k].B[k] = x, 1
		}
	}
}

// bump is 1-6-1, tanh and identity, in either precision, or with a sigmoid at the end.
type bump[F float32 | float64] struct {
	W1, B1, W2 [6]F
	B2         F
}

type bumpWork[F float32 | float64] struct{ a [6]F }

func (p *bump[F]) Flat() *bump[F] { return p }

func (p *bump[F]) init(seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range p.W1 {
		p.W1[i], p.B1[i], p.W2[i] = F(rng.NormFloat64()), F(rng.NormFloat64()), F(rng.NormFloat64())
	}
	p.B2 = 0
}

func (p *bump[F]) forward(b *bumpWork[F], x F) F {
	y := p.B2
	for i := range p.W1 {
		b.a[i] = F(math.Tanh(float64(p.W1[i]*x + p.B1[i])))
		y += p.W2[i] * b.a[i]
	}
	return y
}

func (p *bump[F]) ForwardBatch(b *bumpWork[F], xs, out [][1]F) {
	for i, x := range xs {
		out[i][0] = p.forward(b, x[0])
	}
}

func (p *bump[F]) ParameterJacobianBatch(b *bumpWork[F], xs [][1]F, js [][1]bump[F]) {
	for i, x := range xs {
		p.forward(b, x[0])
		j := &js[i][0]
		for u, a := range b.a {
			d := p.W2[u] * (1 - a*a)
			j.W1[u], j.B1[u], j.W2[u] = d*x[0], d, a
		}
		j.B2 = 1
	}
}

// logit is sigmoid(b1 + b2 x), for likelihoods.
type logit [2]float64

func (p *logit) Flat() *[2]float64 { return (*[2]float64)(p) }

func (p *logit) ForwardBatch(_ *struct{}, xs, out [][1]float64) {
	for i, x := range xs {
		out[i][0] = 1 / (1 + math.Exp(-p[0]-p[1]*x[0]))
	}
}

func (p *logit) ParameterJacobianBatch(_ *struct{}, xs [][1]float64, js [][1]logit) {
	for i, x := range xs {
		a := 1 / (1 + math.Exp(-p[0]-p[1]*x[0]))
		js[i][0] = logit{a * (1 - a), a * (1 - a) * x[0]}
	}
}
