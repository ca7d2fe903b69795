package leastsquares_test

import (
	"context"
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/leastsquares"
)

// valley has the outputs 10(b - a²) and a. Fitted to (0, 1) it is Rosenbrock's function: a valley along a parabola,
// whose bend the second order of a step knows exactly.
type valley [2]float64

func (p *valley) Flat() *[2]float64 { return (*[2]float64)(p) }

func (p *valley) ForwardBatch(_ *struct{}, xs [][1]float64, out [][2]float64) {
	for i := range xs {
		out[i] = [2]float64{10 * (p[1] - p[0]*p[0]), p[0]}
	}
}

func (p *valley) ParameterJacobianBatch(_ *struct{}, xs [][1]float64, js [][2]valley) {
	for i := range xs {
		js[i] = [2]valley{{-20 * p[0], 10}, {1, 0}}
	}
}

// TestSecondOrder: nearly without damping one step comes to the end of the valley, where a straight one leaves the
// bend.
func TestSecondOrder(t *testing.T) {
	step := func(straight bool) float64 {
		net := valley{0.9, 0.8}
		r, err := leastsquares.New(&net).Fit(context.Background(), [][1]float64{{0}}, [][2]float64{{0, 1}},
			leastsquares.Options{Iterations: 1, Straight: straight,
				Start: leastsquares.State{Damping: 1e-14, Growth: 2}})
		if err != nil || len(r.Iterations) != 1 {
			t.Fatal(r, err)
		}
		return r.Loss
	}
	// A straight step has a = 1 and keeps b - a² + 0.1² = 0.
	if loss := step(true); math.Abs(loss-0.005) > 1e-9 {
		t.Errorf("a straight step comes to the loss %v, want 0.005", loss)
	}
	// The second difference is of numbers near 1, so that its error is about 1e-16/along².
	if loss := step(false); loss > 1e-20 {
		t.Errorf("a bent step comes to the loss %v, want 0", loss)
	}
}

// TestValley: fits come to the end of the valley from afar, with fewer steps where they bend.
func TestValley(t *testing.T) {
	var iterations [2]int
	for i, straight := range []bool{false, true} {
		for _, start := range []valley{{-1.2, 1}, {0, 0}, {2, -1}, {-1, 2}} {
			net := start
			r, err := leastsquares.New(&net).Fit(context.Background(), [][1]float64{{0}}, [][2]float64{{0, 1}},
				leastsquares.Options{Straight: straight})
			if err != nil || !r.Converged() || math.Abs(net[0]-1) > 1e-8 || math.Abs(net[1]-1) > 1e-8 {
				t.Fatalf("from %v: %v, %v", start, net, err)
			}
			iterations[i] += len(r.Iterations)
		}
	}
	if iterations[0] >= iterations[1] {
		t.Errorf("%d iterations with the second order, %d without", iterations[0], iterations[1])
	}
}
