package train

import (
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		name     string
		schedule Schedule
		at, want float64
	}{
		{"constant", Constant(0.3), 17, 0.3},
		{"step, before", StepDecay(0.1, 0.5, 10), 9.99, 0.1},
		{"step, at", StepDecay(0.1, 0.5, 10), 10, 0.05},
		{"step, thrice", StepDecay(0.1, 0.5, 10), 35, 0.0125},
		{"step, parts of an epoch", StepDecay(1, 0.1, 0.25), 0.6, 0.01},
		{"cosine, start", Cosine(0.2, 0, 10), 0, 0.2},
		{"cosine, third", Cosine(0.2, 0, 9), 3, 0.15},
		{"cosine, middle", Cosine(0.2, 0, 10), 5, 0.1},
		{"cosine, end", Cosine(0.2, 0, 10), 10, 0},
		{"cosine, beyond", Cosine(0.2, 0, 10), 15, 0},
		{"warm-up, start", Cosine(0.2, 2, 10), 0, 0},
		{"warm-up, quarter", Cosine(0.2, 2, 10), 0.5, 0.05},
		{"warm-up, peak", Cosine(0.2, 2, 10), 2, 0.2},
		{"warm-up, middle of the fall", Cosine(0.2, 2, 10), 6, 0.1},
	} {
		if got := c.schedule(c.at); math.Abs(got-c.want) > 1e-16 {
			t.Errorf("%s: rate %v, want %v", c.name, got, c.want)
		}
	}
	for name, s := range map[string]Schedule{
		"no step": StepDecay(0.1, 0.5, 0), "step back": StepDecay(0.1, 0.5, -1),
		"step NaN":    StepDecay(0.1, 0.5, math.NaN()),
		"all warm-up": Cosine(0.1, 10, 10), "negative warm-up": Cosine(0.1, -1, 10), "no epochs": Cosine(0.1, 0, 0),
		"epochs NaN": Cosine(0.1, 0, math.NaN()),
	} {
		if got := s(0); !math.IsNaN(got) {
			t.Errorf("%s: rate %v, want NaN", name, got)
		}
	}
}
