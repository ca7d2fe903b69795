package training

import (
	"fmt"
	"math"
	"strings"
)

// perceptron is a linear softmax classifier written with plain loops, the network of these tests.
type perceptron struct {
	w, out  []float32
	inputs  int
	classes int
}

func newPerceptron(inputs, classes int) *perceptron {
	return &perceptron{
		w: make([]float32, classes*(inputs+1)), out: make([]float32, classes),
		inputs: inputs, classes: classes,
	}
}

func (p *perceptron) Init(norm func() float64) {
	for i := range p.w {
		p.w[i] = float32(0.1 * norm())
	}
}

func (p *perceptron) row(c int) []float32 { return p.w[c*(p.inputs+1) : (c+1)*(p.inputs+1)] }

func (p *perceptron) Forward(x []float32) []float32 {
	var sum float32
	for c := range p.out {
		row := p.row(c)
		z := row[p.inputs]
		for i, v := range x {
			z += row[i] * v
		}
		p.out[c] = float32(math.Exp(float64(z)))
		sum += p.out[c]
	}
	for c := range p.out {
		p.out[c] /= sum
	}
	return p.out
}

func (p *perceptron) Loss(x, y []float32) float32 {
	loss := 0.0
	for c, a := range p.Forward(x) {
		if y[c] != 0 {
			loss -= float64(y[c]) * math.Log(float64(a))
		}
	}
	return float32(loss)
}

func (p *perceptron) Step(x, y []float32, rate float32) float32 {
	loss := p.Loss(x, y)
	for c, a := range p.out {
		row, d := p.row(c), rate*(a-y[c])
		for i, v := range x {
			row[i] -= d * v
		}
		row[p.inputs] -= d
	}
	return loss
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
		Folds: 5, Epochs: 20, Rate: 0.1,
		New: func() Network { return newPerceptron(2, 3) },
	}
}
