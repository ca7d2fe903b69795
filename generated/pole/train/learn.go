package main

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/generated/pole"
	"github.com/backpropgen/backpropgen/train"
)

const (
	horizon  = 500  // steps after which an episode is won: ten seconds
	episodes = 10   // with the same parameters, before an update
	discount = 0.99 // of the reward, 1 a step, from one step to the one before: the next hundred or so count
	solved   = 0.95 * horizon
	trials   = 100 // episodes of the test
)

// moment is what an update needs to know of a step: what the network saw and what was done.
type moment struct {
	x      [pole.PoleInputs]float32
	action int // 0: a push to the left, 1: to the right
}

// learner learns to balance by policy gradients: REINFORCE (Williams 1992) with a baseline. The network gives the
// probabilities of both pushes. After a few episodes each push is made likelier by how much longer the pole stood after
// it than it stood, at the same time of the episode, on average: the baseline.
type learner struct {
	net  pole.Pole
	ws   pole.PoleWorkspace
	g    pole.PoleGrad
	sum  pole.PoleGrad
	rng  *rand.Rand
	log  [episodes][]moment
	mean [horizon]float64 // baseline at each step
}

func newLearner(seed uint64) *learner {
	l := &learner{rng: rand.New(rand.NewPCG(seed, 0))}
	l.net.Init(l.rng.NormFloat64)
	for i := range l.log {
		l.log[i] = make([]moment, 0, horizon)
	}
	return l
}

// drive balances the pole once with pushes drawn from the network's probabilities, and remembers each moment.
// This is the control loop: an observation, a call of Forward, a push.
func (l *learner) drive(log []moment) []moment {
	c := place(l.rng.Float64)
	for len(log) < horizon && !c.lost() {
		var m moment
		c.observe(&m.x)
		if l.rng.Float32() < l.net.Forward(&l.ws, &m.x)[1] {
			m.action = 1
		}
		log = append(log, m)
		c.push(m.action == 1)
	}
	return log
}

// togo is the discounted reward of a step by how many steps the episode then had, its own included.
var togo = func() (sums [horizon + 1]float64) {
	for left := 1; left <= horizon; left++ {
		sums[left] = 1 + discount*sums[left-1]
	}
	return sums
}()

// update drives a few episodes, writes the length of each into lengths, and takes one step.
func (l *learner) update(rate float64, lengths *[episodes]float64) {
	steps := 0
	for i := range l.log {
		l.log[i] = l.drive(l.log[i][:0])
		lengths[i] = float64(len(l.log[i]))
		steps += len(l.log[i])
	}
	l.baseline()
	deviation := 0.0
	for _, log := range l.log {
		for t := range log {
			a := l.advantage(log, t)
			deviation += a * a
		}
	}
	deviation = math.Sqrt(deviation / float64(steps))
	if deviation == 0 {
		return // all episodes were equally long: there is nothing to learn from them
	}
	// Grad, with cross-entropy against the push that was made, gives the gradient of -log of its probability.
	// Advantages are divided by their deviation, so that the rate means the same for bad drivers and good ones.
	l.sum = pole.PoleGrad{}
	sum := l.sum.Flat()
	for _, log := range l.log {
		for t := range log {
			var y [pole.PoleOutputs]float32
			y[log[t].action] = 1
			l.net.Grad(&l.ws, &log[t].x, &y, &l.g)
			weight := float32(l.advantage(log, t) / deviation)
			for i, v := range l.g.Flat() {
				sum[i] += weight * v
			}
		}
	}
	p, k := l.net.Flat(), float32(rate/float64(steps))
	for i, v := range sum {
		p[i] -= k * v
	}
}

// baseline is the mean over the episodes of the reward to go at each step, 0 for one that has ended.
func (l *learner) baseline() {
	l.mean = [horizon]float64{}
	for _, log := range l.log {
		for t := range log {
			l.mean[t] += togo[len(log)-t] / episodes
		}
	}
}

// advantage is how much better step t of an episode went than step t of the others.
func (l *learner) advantage(log []moment, t int) float64 { return togo[len(log)-t] - l.mean[t] }

// test drives episodes on other places, always with the likelier push, and returns their mean and shortest length.
func (l *learner) test() (mean, shortest float64) {
	rng := rand.New(rand.NewPCG(0, 1))
	shortest = horizon
	var x [pole.PoleInputs]float32
	for range trials {
		c, steps := place(rng.Float64), 0
		for ; steps < horizon && !c.lost(); steps++ {
			c.observe(&x)
			y := l.net.Forward(&l.ws, &x)
			c.push(y[1] > y[0])
		}
		mean += float64(steps) / trials
		shortest = min(shortest, float64(steps))
	}
	return mean, shortest
}

// result is what a seed came to.
type result struct {
	seed     uint64
	returns  []float64 // steps balanced, episode by episode
	solved   int       // episodes before the first update whose episodes had the mean return solved; -1: none
	mean     float64   // of the test
	shortest float64
}

// learn trains one network from scratch. When ctx is cancelled the result is of what has been learnt so far.
func learn(ctx context.Context, seed uint64, updates int, rate float64, report func(done int, mean float64)) result {
	l := newLearner(seed)
	r := result{seed: seed, solved: -1}
	schedule := train.Cosine(rate, 0, float64(updates))
	for u := range updates {
		if ctx.Err() != nil {
			break
		}
		var lengths [episodes]float64
		l.update(schedule(float64(u)), &lengths)
		mean := 0.0
		for _, n := range lengths {
			mean += n / episodes
		}
		if r.solved < 0 && mean >= solved {
			r.solved = len(r.returns)
		}
		r.returns = append(r.returns, lengths[:]...)
		report(u+1, mean)
	}
	r.mean, r.shortest = l.test()
	return r
}
