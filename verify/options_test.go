package verify

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestTrials: large networks get every kind of trial once, small ones many times, never without end.
func TestTrials(t *testing.T) {
	large := build("mse", spec.Float32, []int{4096, 4096}, "identity")
	for _, c := range []struct {
		n    spec.Network
		o    judgeOptions
		want int
	}{
		{large, judgeOptions{}, len(kinds)},
		{build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh"), judgeOptions{}, 20 * len(kinds)},
		{build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh"), judgeOptions{Short: true}, 3 * len(kinds)},
		{large, judgeOptions{Trials: 3}, 3},
	} {
		if got := c.o.trials(c.n); got != c.want {
			t.Errorf("%d parameters, %+v: %d trials, want %d", c.n.Params(), c.o, got, c.want)
		}
	}
}
