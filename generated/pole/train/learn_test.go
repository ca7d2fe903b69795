package main

import (
	"context"
	"math"
	"slices"
	"testing"
)

// With the defaults nine of the ten seeds must learn to balance, and what is learnt depends on the seed alone.
func TestLearns(t *testing.T) {
	s := defaults()
	balanced := 0
	for _, seed := range s.seeds {
		r := learn(context.Background(), seed, s.updates, s.rate, func(int, float64) {})
		if len(r.returns) != s.updates*episodes || r.shortest > r.mean {
			t.Errorf("seed %d: %d episodes, test of mean %g and shortest %g", seed, len(r.returns), r.mean, r.shortest)
		}
		if first := means(r.returns)[0]; first > solved {
			t.Errorf("seed %d: balances for %g steps before learning", seed, first)
		}
		if r.mean >= solved && r.solved >= 0 {
			balanced++
		}
	}
	if balanced < 9 {
		t.Errorf("%d of %d seeds learn to balance, want 9", balanced, len(s.seeds))
	}
}

func TestLearnRepeats(t *testing.T) {
	var runs [3]result
	for i, seed := range []uint64{4, 4, 5} {
		runs[i] = learn(context.Background(), seed, 8, 4, func(int, float64) {})
	}
	if !slices.Equal(runs[0].returns, runs[1].returns) || runs[0].mean != runs[1].mean {
		t.Errorf("seed 4 gives %v and %v", runs[0], runs[1])
	}
	if slices.Equal(runs[0].returns, runs[2].returns) {
		t.Error("seeds 4 and 5 give the same episodes")
	}
}

func TestToGo(t *testing.T) {
	for left, want := range map[int]float64{0: 0, 1: 1, 2: 1.99, 3: 2.9701} {
		if got := togo[left]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%d steps left: %v, want %v", left, got, want)
		}
	}
	if got, want := togo[horizon], (1-math.Pow(0.99, 500))/0.01; math.Abs(got-want) > 1e-9 {
		t.Errorf("%d steps left: %v, want %v", horizon, got, want)
	}
}

// The baseline is a mean, so that advantages at a step sum to 0, an episode that has ended counting as 0 reward.
func TestAdvantagesSumToZero(t *testing.T) {
	l := newLearner(3)
	var lengths [episodes]float64
	l.update(0, &lengths)
	longest := int(slices.Max(lengths[:]))
	for step := range longest {
		sum, size := 0.0, 0.0
		for _, log := range l.log {
			a := -l.mean[step]
			if step < len(log) {
				a = l.advantage(log, step)
			}
			sum, size = sum+a, size+math.Abs(a)
		}
		if math.Abs(sum) > 1e-12*size {
			t.Errorf("step %d: advantages sum to %g", step, sum)
		}
	}
}

// An update makes pushes with a positive advantage likelier as a whole: the mean log probability, weighted by the
// advantages, must rise by about rate times the squared length of its gradient.
func TestUpdateClimbs(t *testing.T) {
	const rate = 1e-2
	l := newLearner(3)
	before := l.net
	var lengths [episodes]float64
	l.update(rate, &lengths)
	after := l.net
	steps, deviation := 0.0, 0.0
	for _, log := range l.log {
		for t := range log {
			steps++
			deviation += l.advantage(log, t) * l.advantage(log, t)
		}
	}
	deviation = math.Sqrt(deviation / steps)
	objective := func() float64 {
		sum := 0.0
		for _, log := range l.log {
			for t, m := range log {
				p := l.net.Forward(&l.ws, &m.x)[m.action]
				sum += l.advantage(log, t) / deviation * math.Log(float64(p)) / steps
			}
		}
		return sum
	}
	high := objective()
	l.net = before
	low := objective()
	squared := 0.0
	for i, v := range after.Flat() {
		d := float64(v-before.Flat()[i]) / rate
		squared += d * d
	}
	if want := rate * squared; math.Abs(high-low-want) > 0.05*want || want == 0 {
		t.Errorf("the objective rises by %g, want about %g", high-low, want)
	}
}

// When every episode is won there is nothing to learn, and nothing may be divided by.
func TestUpdateOfEqualEpisodes(t *testing.T) {
	r := learn(context.Background(), 1, defaults().updates, defaults().rate, func(int, float64) {})
	if r.mean != horizon {
		t.Fatalf("seed 1 does not win every episode at the end, which this test needs: mean %g", r.mean)
	}
	for _, v := range r.returns {
		if math.IsNaN(v) || v < 1 {
			t.Fatalf("a return of %v", v)
		}
	}
}
