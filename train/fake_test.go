package train

import (
	"math"
	"math/rand/v2"
)

// unit is a network of one unit by hand: a = tanh(w·x + b) with w and b in P, loss (a-y)²/2. It is what the tests of
// this folder train where they need to look inside; others train emitted ones.
type unit struct{ P [3]float64 }

type unitGrad unit

type unitBatch struct{ calls int }

func (p *unit) Flat() *[3]float64 { return &p.P }

func (p *unit) value(x [2]float64) float64 { return math.Tanh(p.P[0]*x[0] + p.P[1]*x[1] + p.P[2]) }

func (p *unit) LossBatch(b *unitBatch, xs [][2]float64, ys [][1]float64) float64 {
	b.calls++
	sum := 0.0
	for i := range xs {
		d := p.value(xs[i]) - ys[i][0]
		sum += d * d / 2
	}
	return sum
}

func (p *unit) GradBatch(b *unitBatch, xs [][2]float64, ys [][1]float64, g *unitGrad) float64 {
	*g = unitGrad{}
	for i, x := range xs {
		a := p.value(x)
		d := (a - ys[i][0]) * (1 - a*a)
		g.P[0] += d * x[0]
		g.P[1] += d * x[1]
		g.P[2] += d
	}
	return p.LossBatch(b, xs, ys)
}

func (p *unit) StepBatch(b *unitBatch, xs [][2]float64, ys [][1]float64, rate float64) float64 {
	var g unitGrad
	loss := p.GradBatch(b, xs, ys, &g)
	for i, v := range g.P {
		p.P[i] -= rate * v
	}
	return loss
}

func (g *unitGrad) Norm() float64 { return math.Hypot(math.Hypot(g.P[0], g.P[1]), g.P[2]) }

func (g *unitGrad) Scale(k float64) {
	for i := range g.P {
		g.P[i] *= k
	}
}

func (g *unitGrad) Clip(max float64) float64 {
	n := g.Norm()
	if n > max {
		g.Scale(max / n)
	}
	return n
}

// momentum is an optimizer with a state, which remembers the gradients and rates it was given.
type momentum struct {
	V     unitGrad
	norms []float64
	rates []float64
	log   bool
}

func (m *momentum) Update(p *unit, g *unitGrad, rate float64) {
	if m.log {
		m.norms = append(m.norms, g.Norm())
		m.rates = append(m.rates, rate)
	}
	for i := range m.V.P {
		m.V.P[i] = 0.9*m.V.P[i] + g.P[i]
		p.P[i] -= rate * m.V.P[i]
	}
}

// spy is a team of one that remembers the first input of every sample it is given.
type spy struct {
	b                 unitBatch
	stepped, measured [][]float64 // a list for every call
}

func firsts(xs [][2]float64) []float64 {
	var list []float64
	for _, x := range xs {
		list = append(list, x[0])
	}
	return list
}

func (s *spy) LossBatch(p *unit, xs [][2]float64, ys [][1]float64) float64 {
	s.measured = append(s.measured, firsts(xs))
	return p.LossBatch(&s.b, xs, ys)
}

func (s *spy) GradBatch(p *unit, xs [][2]float64, ys [][1]float64, g *unitGrad) float64 {
	s.stepped = append(s.stepped, firsts(xs))
	return p.GradBatch(&s.b, xs, ys, g)
}

func (s *spy) StepBatch(p *unit, xs [][2]float64, ys [][1]float64, rate float64) float64 {
	s.stepped = append(s.stepped, firsts(xs))
	return p.StepBatch(&s.b, xs, ys, rate)
}

// truth is the unit that the data of these tests come from.
var truth = unit{P: [3]float64{1, -0.5, 0.25}}

// data are n samples of truth. No two of them have the same first input.
func data(n int) (xs [][2]float64, ys [][1]float64) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range n {
		x := [2]float64{rng.NormFloat64(), rng.NormFloat64()}
		xs = append(xs, x)
		ys = append(ys, [1]float64{truth.value(x)})
	}
	return xs, ys
}

// options are good ones for the unit.
func options() Options { return Options{Epochs: 20, Batch: 8, Rate: Constant(0.5), Seed: 1} }
