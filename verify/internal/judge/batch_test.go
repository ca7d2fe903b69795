package judge

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestBatchTrials: the trials begin with the largest batch and go on with smaller ones, down to none.
func TestBatchTrials(t *testing.T) {
	n := verifytest.Build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh")
	n.Batch = 4
	if j := newBatchJudge[float32](n, rounding.Float32, nil, Cuts{}); j.count(0) != 11 ||
		j.count(len(j.counts)-1) != 0 || j.count(len(j.counts)) != 11 {
		t.Errorf("trials have %d, …, %d, %d samples, want 11, …, 0, 11", j.count(0), j.count(len(j.counts)-1),
			j.count(len(j.counts)))
	}
}
