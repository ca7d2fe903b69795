package judge

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestTrials: large networks get every kind of trial once, small ones many times, never without end.
func TestTrials(t *testing.T) {
	large := verifytest.Build("mse", spec.Float32, []int{4096, 4096}, "identity")
	for _, c := range []struct {
		n    spec.Network
		o    Options
		want int
	}{
		{large, Options{}, len(trial.Kinds)},
		{verifytest.Build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh"), Options{}, 20 * len(trial.Kinds)},
		{
			verifytest.Build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh"), Options{Short: true},
			3 * len(trial.Kinds),
		},
		{large, Options{Trials: 3}, 3},
	} {
		if got := c.o.For(c.n); got != c.want {
			t.Errorf("%d parameters, %+v: %d trials, want %d", c.n.Params(), c.o, got, c.want)
		}
	}
}
