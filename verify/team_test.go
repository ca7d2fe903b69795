package verify

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestRightTeams: right teams are accepted, those that go on after a panic and those that say that they don't.
func TestRightTeams(t *testing.T) {
	for _, flaw := range []flaw{none, "broken by a panic"} {
		TestTeam(t, string(blockOf(twoThreeTwo(spec.Float32), 4).JSON()), teamOf(kernel232[float32](none), flaw))
		TestTeam(t, string(blockOf(threeFourTwo(spec.Float64), 3).JSON()), teamOf(kernel342[float64](none), flaw))
	}
}

func TestTeamMutants(t *testing.T) {
	for _, m := range []mutant{
		{"slots by workers", "GradBatch", "∂L/∂W1[", "with 3 workers for one", "ForwardBatch New Close"},
		{"last slot lost", "GradBatch", "∂L/∂W1[", "off by", "ForwardBatch New Close"},
		{"allocates", "StepBatch", "allocations", "per call", "New Close"},
		{"lengths unchecked", "LossBatch", "lengths that differ", "index out of range", "New Close"},
		{
			"panic swallowed", "GradBatch", "p", "do not panic in the caller",
			"New Close ForwardBatch LossBatch StepBatch",
		},
		{"hung up", "ForwardBatch", "after Close", "send on closed channel", "New Close"},
		{"closed twice", "Close", "panic", "close of closed channel", "New GradBatch ForwardBatch LossBatch StepBatch"},
		{"goroutines stay", "Close", "goroutines", "19 still run", "New GradBatch ForwardBatch LossBatch StepBatch"},
		{
			"input gradient of another", "InputGradBatch", "∂L/∂x[", "want",
			"New Close ForwardBatch LossBatch GradBatch StepBatch",
		},
		{
			"gxs unchecked", "InputGradBatch", "lengths that differ", "index out of range",
			"New Close ForwardBatch LossBatch GradBatch StepBatch",
		},
		{"nobody works", "New", "workers", "for 0 workers", "Close GradBatch ForwardBatch LossBatch StepBatch"},
	} {
		t.Run(string(m.flaw), func(t *testing.T) {
			m.judged(t, CheckTeam(blockOf(twoThreeTwo(spec.Float32), 4), teamOf(kernel232[float32](none), m.flaw),
				Options{Short: true}))
		})
	}
}

// TestTeamMisfits: what does not fit the network is refused.
func TestTeamMisfits(t *testing.T) {
	k := teamOf(kernel232[float32](none), none)
	for want, r := range map[string]*Report{
		"must be 22 × float32": CheckTeam(verifytest.Build("mse", spec.Float32, []int{2, 4, 2}, "tanh", "tanh"), k,
			Options{}),
		"the spec says float64": CheckTeam(twoThreeTwo(spec.Float64), k, Options{}),
	} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a message with %q", err, want)
		}
	}
	k.InputGradBatch = nil
	if err := CheckTeam(twoThreeTwo(spec.Float32), k, Options{}).Err(); err == nil ||
		!strings.Contains(err.Error(), "InputGradBatch is nil") {
		t.Errorf("without the gradients of inputs: %v", err)
	}
	k = teamOf(kernel232[float32](none), none)
	k.StepBatch = nil
	if err := CheckTeam(twoThreeTwo(spec.Float32), k, Options{}).Err(); err == nil ||
		!strings.Contains(err.Error(), "StepBatch is nil") {
		t.Errorf("without a function: %v", err)
	}
}

// TestTeamCounts: samples for many workers, as far as time allows.
func TestTeamCounts(t *testing.T) {
	if got, want := trial.TeamCounts(4, 100), []int{0, 1, 2, 3, 4, 5, 8, 11, 21, 32, 83}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
