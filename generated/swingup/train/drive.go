package main

import (
	"context"
	"math"
	"slices"
	"time"
)

const (
	upright    = 12 * math.Pi / 180 // rad: a pole that leans less counts as upright
	firstPlan  = 60                 // iterations before the clock starts
	iterations = 4                  // in an interval
)

// moment is what there is to see of an interval.
type moment struct {
	cart  cart
	force float64
}

// result is what a seed came to.
type result struct {
	seed          uint64
	off           float64 // how far off the model is, as learn has it
	log           []moment
	up            int           // the interval from which on the pole was upright; -1: not at the end
	median, worst time.Duration // of what is computed in an interval
	jacobians     float64       // part of it that the derivatives take
}

// swing lets a pole hang and has the planner swing it up, for so many intervals.
func swing(ctx context.Context, m *model, steps int) (r result) {
	c := cart{angle: math.Pi}
	p := newPlanner(m)
	for i := range p.forces { // at rest both ways are alike, so one has to be chosen
		p.forces[i] = strongest / 2 * math.Sin(2*math.Pi*float64(i)/horizon)
	}
	p.start(&c)
	for range firstPlan {
		p.improve(&c)
	}
	p.linearising = 0
	var times []time.Duration
	for range steps {
		if ctx.Err() != nil {
			break
		}
		start := time.Now()
		force := p.next(&c, iterations)
		elapsed := time.Since(start)
		times = append(times, elapsed)
		r.log = append(r.log, moment{c, force})
		c.push(force)
	}
	r.up = len(r.log)
	for r.up > 0 && r.log[r.up-1].cart.lean() < upright {
		r.up--
	}
	if r.up == len(r.log) {
		r.up = -1
	}
	if len(times) > 0 {
		all := time.Duration(0)
		for _, t := range times {
			all += t
		}
		slices.Sort(times)
		r.median, r.worst = times[len(times)/2], times[len(times)-1]
		r.jacobians = float64(p.linearising) / float64(all)
	}
	return r
}

// farthest is how far the cart has been from the middle.
func (r *result) farthest() float64 {
	far := 0.0
	for _, m := range r.log {
		far = max(far, math.Abs(m.cart[place]))
	}
	return far
}
