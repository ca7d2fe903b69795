package main

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/generated/swingup"
	"github.com/backpropgen/backpropgen/train"
)

// What the network sees and says, in units that make each about 1.
const (
	turnUnit    = 10.0 // rad/s
	movingUnit  = 10.0 // m/s²
	turningUnit = 20.0 // rad/s²
)

// model is what has been learnt of the cart: a network that says how an interval changes both speeds.
type model struct {
	net  swingup.Swingup
	ws   swingup.SwingupWorkspace
	x    [swingup.SwingupInputs]float32
	rows [swingup.SwingupOutputs][swingup.SwingupInputs]float32
}

// observe writes what the network sees.
func observe(x *[swingup.SwingupInputs]float32, c *cart, force float64) {
	sin, cos := math.Sincos(c[angle])
	*x = [...]float32{float32(sin), float32(cos), float32(c[turn] / turnUnit), float32(force / strongest)}
}

// moved is where a cart is an interval later if its speeds change by these accelerations.
func moved(c *cart, moving, turning float64) (next cart) {
	next[speed] = c[speed] + interval*moving
	next[turn] = c[turn] + interval*turning
	next[place] = c[place] + interval/2*(c[speed]+next[speed])
	next[angle] = c[angle] + interval/2*(c[turn]+next[turn])
	return next
}

// step is where the model takes a cart in an interval.
func (m *model) step(c *cart, force float64) cart {
	observe(&m.x, c, force)
	y := m.net.Forward(&m.ws, &m.x)
	return moved(c, movingUnit*float64(y[0]), turningUnit*float64(y[1]))
}

// linearise returns the derivatives of step: by the state, in row i those of its number i, and by the force. The
// network's Jacobian gives those of the accelerations; the rest is the chain rule around it.
func (m *model) linearise(c *cart, force float64) (byState [4][4]float64, byForce [4]float64) {
	observe(&m.x, c, force)
	m.net.Jacobian(&m.ws, &m.x, &m.rows)
	sin, cos := float64(m.x[0]), float64(m.x[1])
	for i, number := range [...]int{speed, turn} {
		row, unit := &m.rows[i], interval*[...]float64{movingUnit, turningUnit}[i]
		byState[number][number] = 1
		byState[number][angle] += unit * (float64(row[0])*cos - float64(row[1])*sin)
		byState[number][turn] += unit * float64(row[2]) / turnUnit
		byForce[number] = unit * float64(row[3]) / strongest
	}
	for _, pair := range [...][2]int{{place, speed}, {angle, turn}} { // the mean of the speeds before and after
		at, rate := pair[0], pair[1]
		for j := range byState[at] {
			byState[at][j] = interval / 2 * byState[rate][j]
		}
		byState[at][at]++
		byState[at][rate] += interval / 2
		byForce[at] = interval / 2 * byForce[rate]
	}
	return byState, byForce
}

// learn fits a model to what was seen of n intervals, in which the cart was pushed at random. It returns how far the
// model's speeds are off after an interval it has not seen, as a part of how much they change: the root of the mean
// squares of both. When ctx is cancelled the model is what has been learnt so far.
func learn(ctx context.Context, seed uint64, n, epochs int, report func(done int, loss float64)) (*model, float64,
	error) {
	rng := rand.New(rand.NewPCG(seed, 0))
	xs, ys := make([][swingup.SwingupInputs]float32, n), make([][swingup.SwingupOutputs]float32, n)
	for i := range xs {
		c := cart{0, 0, math.Pi * (2*rng.Float64() - 1), 10 * (2*rng.Float64() - 1)}
		force := strongest * (2*rng.Float64() - 1)
		observe(&xs[i], &c, force)
		before := c
		c.push(force)
		ys[i] = [...]float32{
			float32((c[speed] - before[speed]) / (interval * movingUnit)),
			float32((c[turn] - before[turn]) / (interval * turningUnit)),
		}
	}
	m := new(model)
	m.net.Init(rng.NormFloat64)
	t := train.New(&m.net)
	t.Optimizer = swingup.NewSwingupAdam()
	result, err := t.Fit(ctx, xs, ys, train.Options{
		Epochs: epochs, Batch: 32, Rate: train.Cosine(0.01, 1, float64(epochs)), Seed: seed, Validation: 0.1,
		OnEpoch: func(e train.Epoch) error {
			report(e.Number, e.Validation)
			return nil
		},
	})
	if err != nil || len(result.Epochs) == 0 {
		return m, math.NaN(), err
	}
	all := 0.0
	for _, y := range ys {
		for _, v := range y {
			all += float64(v) * float64(v) / float64(len(y)*n)
		}
	}
	return m, math.Sqrt(result.Epochs[len(result.Epochs)-1].Validation / all), nil
}
