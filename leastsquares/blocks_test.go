package leastsquares

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// waves has the outputs a·sin(b·x) and a·cos(b·x). Gradients are NaN where b is beyond a wall, though outputs are not.
type waves struct{ A, B float64 }

const wall = 2.2

func (p *waves) Flat() *waves { return p }

func (p *waves) ForwardBatch(_ *struct{}, xs [][1]float64, out [][2]float64) {
	for i, x := range xs {
		sin, cos := math.Sincos(p.B * x[0])
		out[i] = [2]float64{p.A * sin, p.A * cos}
	}
}

func (p *waves) ParameterJacobianBatch(_ *struct{}, xs [][1]float64, js [][2]waves) {
	for i, x := range xs {
		sin, cos := math.Sincos(p.B * x[0])
		js[i] = [2]waves{{sin, p.A * x[0] * cos}, {cos, -p.A * x[0] * sin}}
		if p.B > wall {
			js[i][1].B = math.NaN()
		}
	}
}

func samplesOf(p waves, n int) (xs [][1]float64, ys [][2]float64) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range n {
		xs = append(xs, [1]float64{rng.Float64()})
	}
	ys = make([][2]float64, n)
	p.ForwardBatch(nil, xs, ys)
	return xs, ys
}

// TestKept: the second order of a step has the same bits from rows of J that were kept as from those computed anew,
// with weights and a curvature that is not 1.
func TestKept(t *testing.T) {
	net := waves{1.1, 1.4}
	xs, ys := samplesOf(waves{1, 1.5}, 700)
	weights := make([]float64, len(xs))
	for i := range weights {
		weights[i] = float64(i % 3)
	}
	f := New(&net)
	p, err := f.problem(context.Background(), xs, ys, Options{
		Cost: SquaredError, Weights: weights, Workers: 2}.withDefaults(false))
	if err != nil {
		t.Fatal(err)
	}
	p.start()
	if p.kept == nil {
		t.Fatal("nothing is kept of a small problem")
	}
	if _, err = p.loss(); err != nil {
		t.Fatal(err)
	}
	p.take()
	kept, err := p.normal()
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.sides {
		net.B += 0.01
		if err := p.outputsTo(p.sides[i]); err != nil {
			t.Fatal(err)
		}
	}
	net.B = 1.4
	bent, err := p.curved(p.sides[0], p.sides[1])
	if err != nil {
		t.Fatal(err)
	}
	p.kept = nil
	anew, err := p.curved(p.sides[0], p.sides[1])
	if err != nil || !slices.Equal(bent, anew) || bent[1] == 0 {
		t.Errorf("%v from rows that were kept, %v from those computed anew: %v", bent, anew, err)
	}
	if other, err := p.normal(); err != nil || !slices.Equal(kept.a, other.a) || !slices.Equal(kept.g, other.g) {
		t.Errorf("the normal equations are %v and %v: %v", kept, other, err)
	}
}

// TestWall: a step to where gradients are NaN fails, what was kept of J is restored, and the fit gets to the end.
func TestWall(t *testing.T) {
	net := waves{0.5, 0.1}
	xs, ys := samplesOf(waves{1, 2.15}, 300)
	f := New(&net)
	s := &search[[1]float64, [2]float64]{}
	p, err := f.problem(context.Background(), xs, ys, Options{Workers: 1}.withDefaults(false))
	if err != nil {
		t.Fatal(err)
	}
	s.problem, s.result, s.Options = p, new(Result), Options{}.withDefaults(false)
	if err := s.begin(); err != nil {
		t.Fatal(err)
	}
	before, rows := *s.system, slices.Clone(p.kept)
	a, g := slices.Clone(before.a), slices.Clone(before.g)
	net = waves{1, wall + 0.1}
	if _, err := s.loss(); err != nil {
		t.Fatal(err)
	}
	it := Iteration{Gain: 1}
	if _, err := s.accept([]float64{net.A, net.B}, []float64{0.5, 2}, &it); err != nil || it.Accepted {
		t.Fatalf("a step beyond the wall: %v, %v", it, err)
	}
	if !slices.Equal(s.system.a, a) || !slices.Equal(s.system.g, g) || !slices.Equal(p.kept, rows) || net.B != 0.1 {
		t.Errorf("the system is not what it was before a step that failed: %v, %v", s.system.a, a)
	}
	r, err := f.Fit(context.Background(), xs, ys, Options{})
	if err != nil || math.Abs(net.A-1) > 1e-6 || math.Abs(net.B-2.15) > 1e-6 {
		t.Errorf("fitted %v: %v, %v", net, r, err)
	}
}

// TestSharing: goroutines are as many as there is work for, also where an int of 32 bits has no room for the work.
func TestSharing(t *testing.T) {
	for _, c := range []struct{ most, residuals, work, want int }{
		{8, 250, 312, 1}, {8, 1200, 20_000, 8}, {8, 1 << 8, 1 << 11, 3}, {8, 1 << 16, 1 << 16, 8},
		{8, 1 << 16, 1 << 15, 8},
	} {
		if got := sharing(c.most, c.residuals, c.work); got != c.want {
			t.Errorf("%d goroutines at most, %d residuals, %d multiply-adds each: %d, want %d", c.most, c.residuals,
				c.work,
				got, c.want)
		}
	}
}
