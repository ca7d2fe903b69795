package main

import (
	"math"
	"time"
)

// What is wanted: a weight for the square of each number of the state and of the force, each step, and more at the end
// of the horizon. Of the angle it is |(sin, 1 - cos)|², so that a full turn is no error.
var (
	weights      = [4]float64{place: 0.5, speed: 0.05, angle: 2, turn: 0.05}
	finalWeights = [4]float64{place: 20, speed: 2, angle: 80, turn: 4}
)

const (
	forceWeight = 0.002
	horizon     = 80 // intervals that are planned ahead: 1.6 s
)

// planner plans forces for a horizon: iterated linear-quadratic regulation (Li and Todorov 2004) with bounds on the
// force (Tassa, Mansard and Todorov 2014). Each iteration linearises the model along the planned path, by its
// Jacobians, and solves the problem that results from the end to the beginning.
type planner struct {
	model   *model
	forces  [horizon]float64
	path    [horizon + 1]cart
	cost    float64
	byState [horizon][4][4]float64
	byForce [horizon][4]float64
	change  [horizon]float64    // of the force
	gain    [horizon][4]float64 // of the force by the state
	damping float64             // of the changes of forces

	trial      [horizon + 1]cart
	trialForce [horizon]float64

	linearising time.Duration // spent in linearise so far
}

func newPlanner(m *model) *planner { return &planner{model: m, damping: 1e-3} }

// stateCost is the cost of a state, with its derivatives: the second are those of Gauss and Newton, of which none is
// negative.
func stateCost(c *cart, w *[4]float64) (cost float64, slope, bend [4]float64) {
	for i, v := range c {
		slope[i], bend[i] = 2*w[i]*v, 2*w[i]
		cost += w[i] * v * v
	}
	sin, cos := math.Sincos(c[angle])
	cost += w[angle] * (2*(1-cos) - c[angle]*c[angle])
	slope[angle] = 2 * w[angle] * sin
	return cost, slope, bend
}

// drive follows the planned path with a part of the changes, into trial, and returns what it costs.
func (p *planner) drive(from *cart, part float64) float64 {
	p.trial[0] = *from
	cost := 0.0
	for k := range horizon {
		at := &p.trial[k]
		force := p.forces[k] + part*p.change[k]
		for i := range at {
			force += p.gain[k][i] * (at[i] - p.path[k][i])
		}
		force = max(-strongest, min(strongest, force))
		p.trialForce[k] = force
		c, _, _ := stateCost(at, &weights)
		cost += c + forceWeight*force*force
		p.trial[k+1] = p.model.step(at, force)
	}
	c, _, _ := stateCost(&p.trial[horizon], &finalWeights)
	return cost + c
}

// take makes the trial the plan.
func (p *planner) take(cost float64) { p.path, p.forces, p.cost = p.trial, p.trialForce, cost }

// start plans from a state anew, with the forces as they are and nothing that corrects them.
func (p *planner) start(from *cart) {
	p.change, p.gain, p.path[0] = [horizon]float64{}, [horizon][4]float64{}, *from
	p.take(p.drive(from, 0))
}

// improve is one iteration. It says whether the plan got better.
func (p *planner) improve(from *cart) bool {
	start := time.Now()
	for k := range horizon {
		p.byState[k], p.byForce[k] = p.model.linearise(&p.path[k], p.forces[k])
	}
	p.linearising += time.Since(start)
	p.solve()
	for part := 1.0; part > 0.01; part /= 2 {
		if cost := p.drive(from, part); cost < p.cost {
			p.take(cost)
			p.damping = max(p.damping/4, 1e-6)
			return true
		}
	}
	p.damping = min(p.damping*8, 1e3)
	return false
}

// solve finds the changes and gains, from the end to the beginning: at each step slope and bend are the derivatives of
// the cost of the rest of the path by the state.
func (p *planner) solve() {
	_, slope, diagonal := stateCost(&p.path[horizon], &finalWeights)
	var bend [4][4]float64
	for i, b := range diagonal {
		bend[i][i] = b
	}
	for k := horizon - 1; k >= 0; k-- {
		a, b := &p.byState[k], &p.byForce[k]
		_, slopeHere, bendHere := stateCost(&p.path[k], &weights)
		var bendA [4][4]float64 // bend·A
		var bendB [4]float64    // bend·b
		for i := range bend {
			for j := range bend {
				bendB[i] += bend[i][j] * b[j]
				for l := range bend {
					bendA[i][l] += bend[i][j] * a[j][l]
				}
			}
		}
		byForce, byForce2 := 2*forceWeight*p.forces[k], 2*forceWeight+p.damping
		var mixed [4]float64 // by the force and the state: bᵀ·bend·A
		for i := range b {
			byForce += b[i] * slope[i]
			byForce2 += b[i] * bendB[i]
			for j := range mixed {
				mixed[j] += b[i] * bendA[i][j]
			}
		}
		p.change[k], p.gain[k] = -byForce/byForce2, [4]float64{}
		wanted := p.forces[k] + p.change[k]
		if clipped := max(-strongest, min(strongest, wanted)); clipped != wanted {
			p.change[k] = clipped - p.forces[k] // at a bound the state changes nothing
		} else {
			for j := range mixed {
				p.gain[k][j] = -mixed[j] / byForce2
			}
		}
		bending := byForce2 - p.damping
		var before [4]float64
		var bendBefore [4][4]float64
		for i := range before {
			before[i] = slopeHere[i] + p.gain[k][i]*(byForce+bending*p.change[k]) + mixed[i]*p.change[k]
			bendBefore[i][i] = bendHere[i]
			for j := range before {
				before[i] += a[j][i] * slope[j]
				bendBefore[i][j] += p.gain[k][i]*mixed[j] + mixed[i]*p.gain[k][j] + p.gain[k][i]*bending*p.gain[k][j]
				for l := range before {
					bendBefore[i][j] += a[l][i] * bendA[l][j]
				}
			}
		}
		slope, bend = before, bendBefore
	}
}

// next is what is done in the control loop: the plan of before moves on by an interval, is improved a few times from
// where the cart is now, and its first force is taken.
func (p *planner) next(from *cart, iterations int) float64 {
	copy(p.forces[:], p.forces[1:])
	p.start(from)
	for range iterations {
		p.improve(from)
	}
	return p.forces[0]
}
