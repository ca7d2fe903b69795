package training

import (
	"fmt"
	"math"
	"strings"
)

// perceptron is a linear softmax classifier with plain loops, the network of these tests: three rows of two weights and
// a bias.
type perceptron struct{ W [9]float32 }

type perceptronGrad perceptron

type perceptronBatch struct{}

func (p *perceptron) Flat() *[9]float32 { return &p.W }

func (p *perceptron) Init(norm func() float64) {
	for i := range p.W {
		p.W[i] = float32(0.1 * norm())
	}
}

func (p *perceptron) forward(x *[2]float32) (a [3]float32) {
	var sum float32
	for c := range a {
		a[c] = float32(math.Exp(float64(p.W[3*c]*x[0] + p.W[3*c+1]*x[1] + p.W[3*c+2])))
		sum += a[c]
	}
	for c := range a {
		a[c] /= sum
	}
	return a
}

func (p *perceptron) ForwardBatch(_ *perceptronBatch, xs [][2]float32, out [][3]float32) {
	for i := range xs {
		out[i] = p.forward(&xs[i])
	}
}

func (p *perceptron) LossBatch(_ *perceptronBatch, xs [][2]float32, ys [][3]float32) float32 {
	loss := 0.0
	for i := range xs {
		for c, a := range p.forward(&xs[i]) {
			if ys[i][c] != 0 {
				loss -= math.Log(float64(a))
			}
		}
	}
	return float32(loss)
}

func (p *perceptron) GradBatch(b *perceptronBatch, xs [][2]float32, ys [][3]float32, g *perceptronGrad) float32 {
	*g = perceptronGrad{}
	for i, x := range xs {
		for c, a := range p.forward(&xs[i]) {
			d := a - ys[i][c]
			g.W[3*c] += d * x[0]
			g.W[3*c+1] += d * x[1]
			g.W[3*c+2] += d
		}
	}
	return p.LossBatch(b, xs, ys)
}

func (p *perceptron) StepBatch(b *perceptronBatch, xs [][2]float32, ys [][3]float32, rate float32) float32 {
	var g perceptronGrad
	loss := p.GradBatch(b, xs, ys, &g)
	for i, v := range g.W {
		p.W[i] -= rate * v
	}
	return loss
}

func (g *perceptronGrad) Scale(k float32) {
	for i := range g.W {
		g.W[i] *= k
	}
}

func (g *perceptronGrad) Norm() float32 {
	sum := 0.0
	for _, v := range g.W {
		sum += float64(v) * float64(v)
	}
	return float32(math.Sqrt(sum))
}

func (g *perceptronGrad) Clip(limit float32) float32 {
	n := g.Norm()
	if n > limit {
		g.Scale(limit / n)
	}
	return n
}

// blobs is a task whose three classes lie far apart in the plane, ten samples each.
func blobs() Task {
	var csv strings.Builder
	csv.WriteString("x,y,colour\n")
	for i := range 10 {
		d := float64(i) / 10
		fmt.Fprintf(&csv, "%g,%g,red\n%g,%g,green\n%g,%g,blue\n", d, d*d, 5+d, d, d, 5+d)
	}
	return Task{
		Name: "blobs", About: "Tells colours by their place.",
		File: "blobs.csv", Data: []byte(csv.String()),
		Inputs: 2, Classes: []string{"red", "green", "blue"},
		Folds: 5, Epochs: 20, Batch: 4, Rate: 0.4,
		New: func() Network { return Emitted(new(perceptron)) },
	}
}
