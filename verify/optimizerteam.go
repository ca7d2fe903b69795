package verify

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/optimizer"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// OptimizerTeam is the functions of an emitted team, T, that take an optimizer: method expressions, and the constructor
// and Close of the team. O is the interface that optimizers are given as.
type OptimizerTeam[T, O, P, G, X, Y any, F Float] struct {
	New         func(workers int) *T
	GradBatch   func(t *T, p *P, xs []X, ys []Y, g *G) F
	Update      func(t *T, o O, p *P, g *G, rate F)
	UpdateBatch func(t *T, o O, p *P, xs []X, ys []Y, rate F) F
	// These are nil for networks without sample_weights.
	GradBatchWeighted   func(t *T, p *P, xs []X, ys []Y, weights []F, g *G) F
	UpdateBatchWeighted func(t *T, o O, p *P, xs []X, ys []Y, weights []F, rate F) F
	Close               func(t *T)
}

// TestOptimizerTeam checks what a team does with an optimizer and fails the test with what is wrong. The first
// arguments are those of TestOptimizer.
func TestOptimizerTeam[S, T, O, P, G, X, Y any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	k OptimizerTeam[T, O, P, G, X, Y, F],
) {
	t.Helper()
	n := emitted(t, network)
	CheckOptimizerTeam(n, name, newState, update, k).tell(t)
}

// optimizerTeams are the numbers of workers that optimizers are judged with.
var optimizerTeams = []int{1, 2, 5}

// CheckOptimizerTeam compares updates by teams of several sizes with Update of the optimizer, and steps on batches with
// GradBatch of the team and Update, bit by bit: parameters, loss, and the optimizer itself. An optimizer that the team
// does not know is called in its place. Gradients are only read, and nothing allocates.
func CheckOptimizerTeam[S, T, O, P, G, X, Y any, F Float](
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	k OptimizerTeam[T, O, P, G, X, Y, F],
) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, 0)
	if err := k.fits(n, newState == nil, update == nil); err != nil {
		report.Broken(name+" in a team", "types", "", "%v", err)
		return reportOf(report)
	}
	if _, ok := any(newState()).(O); !ok {
		report.Broken(name+" in a team", "types", "", "the optimizer is not what the team takes")
		return reportOf(report)
	}
	goroutines := runtime.NumGoroutine()
	for _, workers := range optimizerTeams {
		team := k.New(workers)
		p, q, g := new(P), new(P), new(G)
		o, other := newState(), newState()
		by := any(o).(O)
		j := optimizer.Steps[F]{
			Network: n, Report: report, Params: memory.View[F](p), Want: memory.View[F](q), State: memory.Bytes(o),
			WantState: memory.Bytes(other),
			Within:    fmt.Sprintf(", %s", plural.Of(workers, "worker")), Poison: func() {},
		}

		j.Name = name + ".Update by a team"
		j.Gradient = memory.View[F](g)
		j.Update, j.Wanted = func(rate F) { k.Update(team, by, p, g, rate) }, func(rate F) { update(other, q, g, rate) }
		optimizer.JudgeUpdates(&j)

		j.Name = name + ".UpdateBatch"
		j.Counts = trial.TeamCounts(n.Batch, trial.TeamLimit/(n.Params()+trial.SampleCost))
		if workers == optimizerTeams[0] { // one worker cuts batches as many do
			j.Counts = j.Counts[:1]
		}
		xs, ys := memory.NewArray[X](slices.Max(j.Counts)), memory.NewArray[Y](slices.Max(j.Counts))
		j.Xs, j.Ys = memory.SamplesOf[F](xs, memory.MarginBefore), memory.SamplesOf[F](ys, memory.MarginBefore)
		j.Step = func(count memory.Lengths, rate F) F {
			return k.UpdateBatch(team, by, p, memory.First(xs, count.Xs), memory.First(ys, count.Ys), rate)
		}
		j.Parts = func(count int, rate F) F {
			loss := k.GradBatch(team, q, memory.First(xs, count), memory.First(ys, count), g)
			update(other, q, g, rate)
			return loss
		}
		optimizer.JudgeSteps(&j)
		if n.SampleWeights {
			weights := someWeights[F](slices.Max(j.Counts))
			j.Name = name + ".UpdateBatchWeighted"
			j.Step = func(count memory.Lengths, rate F) F {
				return k.UpdateBatchWeighted(team, by, p, memory.First(xs, count.Xs), memory.First(ys, count.Ys),
					weights[:count.Ys], rate)
			}
			j.Parts = func(count int, rate F) F {
				loss := k.GradBatchWeighted(team, q, memory.First(xs, count), memory.First(ys, count), weights[:count],
					g)
				update(other, q, g, rate)
				return loss
			}
			optimizer.JudgeSteps(&j)
		}
		k.Close(team)
	}
	if left := judge.Ended(goroutines); left > 0 {
		report.Broken("Close", "goroutines", "", "%d still run", left)
	}
	return reportOf(report)
}

// fits says what is wrong with the types and the functions of a team, or missing of the optimizer's.
func (k OptimizerTeam[T, O, P, G, X, Y, F]) fits(n spec.Network, noConstructor, noUpdate bool) error {
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return err
	}
	wanted := functions{
		{"constructor", noConstructor}, {"Update of the optimizer", noUpdate}, {"New", k.New == nil},
		{"GradBatch", k.GradBatch == nil},
		{"Update", k.Update == nil}, {"UpdateBatch", k.UpdateBatch == nil}, {"Close", k.Close == nil},
	}
	if n.SampleWeights {
		wanted = append(wanted, functions{
			{"GradBatchWeighted", k.GradBatchWeighted == nil}, {"UpdateBatchWeighted", k.UpdateBatchWeighted == nil},
		}...)
	}
	return wanted.present()
}
