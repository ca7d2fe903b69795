package verify

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// OptimizerTeam is the functions of an emitted team, T, that take an optimizer: method expressions, and the constructor
// and Close of the team. O is the interface that optimizers are given as.
type OptimizerTeam[T, O, P, G, X, Y any, F Float] struct {
	New         func(workers int) *T
	GradBatch   func(t *T, p *P, xs []X, ys []Y, g *G) F
	Update      func(t *T, o O, p *P, g *G, rate F)
	UpdateBatch func(t *T, o O, p *P, xs []X, ys []Y, rate F) F
	Close       func(t *T)
}

// TestOptimizerTeam checks what a team does with an optimizer and fails the test with what is wrong. The first
// arguments are those of TestOptimizer.
func TestOptimizerTeam[S, T, O, P, G, X, Y any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F), k OptimizerTeam[T, O, P, G, X, Y, F],
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
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F), k OptimizerTeam[T, O, P, G, X, Y, F],
) *Report {
	n = n.WithDefaults()
	report := &findings{Network: n.Name}
	_, report.Seed = random(n, 0)
	refuse := func(err error) *Report {
		report.broken(name+" in a team", "types", "", "%v", err)
		return reportOf(report)
	}
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return refuse(err)
	}
	if err := present(missing{
		{"constructor", newState == nil}, {"Update of the optimizer", update == nil}, {"New", k.New == nil}, {"GradBatch", k.GradBatch == nil},
		{"Update", k.Update == nil}, {"UpdateBatch", k.UpdateBatch == nil}, {"Close", k.Close == nil},
	}); err != nil {
		return refuse(err)
	}
	if _, ok := any(newState()).(O); !ok {
		return refuse(fmt.Errorf("the optimizer is not what the team takes"))
	}
	goroutines := runtime.NumGoroutine()
	for _, workers := range optimizerTeams {
		team := k.New(workers)
		p, q, g := new(P), new(P), new(G)
		o, other := newState(), newState()
		by := any(o).(O)
		j := steps[F]{
			network: n, report: report, params: view[F](p), want: view[F](q), state: memoryOf(o), wantState: memoryOf(other),
			within: fmt.Sprintf(", %d workers", workers), poison: func() {},
		}

		j.name = name + ".Update by a team"
		j.gradient = view[F](g)
		j.update, j.wanted = func(rate F) { k.Update(team, by, p, g, rate) }, func(rate F) { update(other, q, g, rate) }
		judgeUpdates(&j)

		j.name = name + ".UpdateBatch"
		j.counts = teamCounts(n.Batch, teamLimit/(n.Params()+sampleCost))
		if workers == optimizerTeams[0] { // one worker cuts batches as many do
			j.counts = j.counts[:1]
		}
		xs, ys := newSamples[X, F](slices.Max(j.counts)), newSamples[Y, F](slices.Max(j.counts))
		j.xs, j.ys = xs.flat(), ys.flat()
		j.step = func(count lengths, rate F) F {
			return k.UpdateBatch(team, by, p, xs.first(count.xs), ys.first(count.ys), rate)
		}
		j.parts = func(count int, rate F) F {
			loss := k.GradBatch(team, q, xs.first(count), ys.first(count), g)
			update(other, q, g, rate)
			return loss
		}
		judgeSteps(&j)
		k.Close(team)
	}
	if left := ended(goroutines); left > 0 {
		report.broken("Close", "goroutines", "", "%d still run", left)
	}
	return reportOf(report)
}
