package main

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"
)

// learnt is a model that has been learnt, for all tests.
func learnt(t *testing.T) *model {
	t.Helper()
	m, off, err := learn(context.Background(), 1, 2000, 20, func(int, float64) {})
	if err != nil || !(off < 0.2) {
		t.Fatalf("the model is off by %g: %v", off, err)
	}
	return m
}

// The derivatives of a step are what differences of steps come to. The network computes in float32, so that a
// difference over 2h is off by about 1e-7/h times the units, and by h² times a third derivative.
func TestLinearise(t *testing.T) {
	m := learnt(t)
	rng := rand.New(rand.NewPCG(1, 1))
	const h, most = 1e-2, 2e-3
	for range 50 {
		c := cart{rng.NormFloat64(), rng.NormFloat64(), 3 * rng.NormFloat64(), 3 * rng.NormFloat64()}
		force := strongest * (2*rng.Float64() - 1)
		byState, byForce := m.linearise(&c, force)
		for j := range 4 {
			up, down := c, c
			up[j] += h
			down[j] -= h
			high, low := m.step(&up, force), m.step(&down, force)
			for i := range 4 {
				if want := (high[i] - low[i]) / (2 * h); math.Abs(byState[i][j]-want) > most {
					t.Errorf("%v: ∂%d/∂%d is %g, differences say %g", c, i, j, byState[i][j], want)
				}
			}
		}
		high, low := m.step(&c, force+10*h), m.step(&c, force-10*h)
		for i := range 4 {
			if want := (high[i] - low[i]) / (20 * h); math.Abs(byForce[i]-want) > most {
				t.Errorf("%v: ∂%d/∂force is %g, differences say %g", c, i, byForce[i], want)
			}
		}
	}
}

// On a linear model with a quadratic cost, one solution is the best there is: no other change of the forces is better.
// Its change of the cost is found by following the linear path.
func TestSolveIsOptimal(t *testing.T) {
	p := &planner{damping: 0}
	rng := rand.New(rand.NewPCG(2, 2))
	for k := range horizon {
		for i := range 4 {
			for j := range 4 {
				p.byState[k][i][j] = 0.05 * rng.NormFloat64()
			}
			p.byState[k][i][i]++
			p.byForce[k][i] = 0.1 * rng.NormFloat64()
		}
	}
	for k := range p.path { // near upright, where the cost of an angle is its square as well as can be told
		for i := range 4 {
			p.path[k][i] = 1e-3 * rng.NormFloat64()
		}
	}
	p.solve()
	// cost is that of the quadratic problem for changes u of the forces.
	cost := func(u func(k int, d *[4]float64) float64) (sum float64) {
		var d [4]float64
		quadratic := func(c *cart, w *[4]float64) {
			_, slope, bend := stateCost(c, w)
			for i := range d {
				sum += slope[i]*d[i] + bend[i]*d[i]*d[i]/2
			}
		}
		for k := range horizon {
			quadratic(&p.path[k], &weights)
			v := u(k, &d)
			sum += forceWeight * v * v
			var next [4]float64
			for i := range next {
				next[i] = p.byForce[k][i] * v
				for j := range d {
					next[i] += p.byState[k][i][j] * d[j]
				}
			}
			d = next
		}
		quadratic(&p.path[horizon], &finalWeights)
		return sum
	}
	solved := func(k int, d *[4]float64) float64 {
		v := p.change[k]
		for i := range d {
			v += p.gain[k][i] * d[i]
		}
		return v
	}
	var forces [horizon]float64
	best := cost(func(k int, d *[4]float64) float64 {
		forces[k] = solved(k, d)
		return forces[k]
	})
	if !(best < 0) {
		t.Errorf("the solution costs %g more than doing nothing", best)
	}
	for range 100 {
		at, by := rng.IntN(horizon), 1e-4*rng.NormFloat64()
		other := cost(func(k int, _ *[4]float64) float64 {
			if k == at {
				return forces[k] + by
			}
			return forces[k]
		})
		if other < best-1e-15 {
			t.Errorf("another force at %d costs %g less", at, best-other)
		}
	}
}

// A force that would be beyond its bound is at the bound, and no state changes it.
func TestBounds(t *testing.T) {
	p := newPlanner(learnt(t))
	c := cart{place: 3}
	p.start(&c)
	for range 10 {
		p.improve(&c)
	}
	at := 0
	for k, f := range p.forces {
		if math.Abs(f) > strongest {
			t.Errorf("a force of %g N", f)
		}
		if math.Abs(f) == strongest {
			at++
		}
		_ = k
	}
	if at == 0 {
		t.Error("three metres away no force is the strongest")
	}
}
