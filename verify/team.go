package verify

import (
	"runtime"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Team is the functions of an emitted team, T, that works on batches with several goroutines: method expressions, but
// for New. The other types are those of Kernel.
//
// The functions do what those of Kernel do, in the same bits for every number of workers. Nothing allocates once a team
// is made. A panic in a worker reaches the caller; after one a team works on, or panics with a message that says that
// it does not. New panics if there are no workers. Close ends the goroutines, and does nothing the second time;
// functions called after it panic with a message.
//
// The functions that the network's emit leaves out are nil, and no others, as in Kernel.
type Team[T, P, G, X, Y any, F Float] struct {
	New          func(workers int) *T
	ForwardBatch func(t *T, p *P, xs []X, out []Y)
	LossBatch    func(t *T, p *P, xs []X, ys []Y) F
	GradBatch    func(t *T, p *P, xs []X, ys []Y, g *G) F
	StepBatch    func(t *T, p *P, xs []X, ys []Y, rate F) F
	// InputGradBatch is nil for networks without input_gradient, too.
	InputGradBatch func(t *T, p *P, xs []X, ys []Y, gxs []X) F
	// These are nil for networks without sample_weights, too.
	LossBatchWeighted func(t *T, p *P, xs []X, ys []Y, weights []F) F
	GradBatchWeighted func(t *T, p *P, xs []X, ys []Y, weights []F, g *G) F
	StepBatchWeighted func(t *T, p *P, xs []X, ys []Y, weights []F, rate F) F
	Close             func(t *T)

	// Cuts says how the team cuts batches up: Block and Runs.
	Cuts Cuts
}

// teamFits checks the types and functions of a team against the network.
func teamFits[T, P, G, X, Y any, F Float](n spec.Network, k Team[T, P, G, X, Y, F]) error {
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return err
	}
	return functions{
		{"New", k.New == nil}, {"ForwardBatch", k.ForwardBatch == nil}, {"LossBatch", k.LossBatch == nil},
		{"GradBatch", k.GradBatch == nil}, {"StepBatch", k.StepBatch == nil},
		{"InputGradBatch", k.InputGradBatch == nil}, {"LossBatchWeighted", k.LossBatchWeighted == nil},
		{"GradBatchWeighted", k.GradBatchWeighted == nil}, {"StepBatchWeighted", k.StepBatchWeighted == nil},
		{"Close", k.Close == nil},
	}.complete(n)
}

// TestTeam checks a team against the reference of its network and fails the test with what is wrong. network is the
// spec as text. Tests that call it must not be parallel, because it counts allocations and goroutines.
func TestTeam[T, P, G, X, Y any, F Float](t testing.TB, network string, k Team[T, P, G, X, Y, F]) {
	t.Helper()
	n := emitted(t, network)
	CheckTeam(n, k, asked()).tell(t)
}

// CheckTeam judges everything that the contract of Team says, with as many samples as many workers want.
func CheckTeam[T, P, G, X, Y any, F Float](n spec.Network, k Team[T, P, G, X, Y, F], o Options) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, 0)
	format, err := rounding.FormatOf(n.Precision)
	if err == nil {
		err = teamFits(n, k)
	}
	if err != nil {
		report.Broken("Team", "types", "", "%v", err)
		return reportOf(report)
	}
	goroutines := runtime.NumGoroutine()
	var teams []*T
	for _, workers := range judge.TeamSizes {
		teams = append(teams, k.New(workers))
	}
	judge.JudgeTeams(&judge.Teams[F]{
		Network: n, Format: format, Report: report, Options: judge.Options(o), Cuts: judge.Cuts(k.Cuts),
		Machine: func(i, largest int) *judge.BatchMachine[F] {
			return newBatchMachine(teamBatches(k, teams[i]), largest, nil)
		},
		Nothing: func(i, largest int) *judge.BatchMachine[F] {
			return batchMachineOn(teamBatches(k, teams[i]), nil, new(G), 0,
				make([]X, largest), make([]Y, largest), make([]F, largest), make([]Y, largest), make([]X, largest))
		},
		Close: func(i int) { k.Close(teams[i]) },
		Crowd: func(workers, largest int) (*judge.BatchMachine[F], func()) {
			t := k.New(workers)
			return newBatchMachine(teamBatches(k, t), largest, nil), func() { k.Close(t) }
		},
	})
	if left := judge.Ended(goroutines); left > 0 {
		report.Broken("Close", "goroutines", "", "%d still run", left)
	}
	return reportOf(report)
}

// teamBatches are the functions of one team.
func teamBatches[T, P, G, X, Y any, F Float](k Team[T, P, G, X, Y, F], t *T) batchFunctions[P, G, X, Y, F] {
	f := batchFunctions[P, G, X, Y, F]{poison: func() {}} // what a team works in is behind pointers
	if k.ForwardBatch != nil {
		f.forward = func(p *P, xs []X, out []Y) { k.ForwardBatch(t, p, xs, out) }
	}
	if k.LossBatch != nil {
		f.loss = func(p *P, xs []X, ys []Y) F { return k.LossBatch(t, p, xs, ys) }
	}
	if k.GradBatch != nil {
		f.gradient = func(p *P, xs []X, ys []Y, g *G) F { return k.GradBatch(t, p, xs, ys, g) }
	}
	if k.StepBatch != nil {
		f.step = func(p *P, xs []X, ys []Y, rate F) F { return k.StepBatch(t, p, xs, ys, rate) }
	}
	if k.InputGradBatch != nil {
		f.inputGrad = func(p *P, xs []X, ys []Y, gxs []X) F { return k.InputGradBatch(t, p, xs, ys, gxs) }
	}
	if k.LossBatchWeighted != nil {
		f.weightedLoss = func(p *P, xs []X, ys []Y, ws []F) F { return k.LossBatchWeighted(t, p, xs, ys, ws) }
	}
	if k.GradBatchWeighted != nil {
		f.weightedGradient = func(p *P, xs []X, ys []Y, ws []F, g *G) F {
			return k.GradBatchWeighted(t, p, xs, ys, ws, g)
		}
	}
	if k.StepBatchWeighted != nil {
		f.weightedStep = func(p *P, xs []X, ys []Y, ws []F, rate F) F {
			return k.StepBatchWeighted(t, p, xs, ys, ws, rate)
		}
	}
	return f
}
