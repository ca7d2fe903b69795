package verify

import (
	"runtime"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// Team is the functions of an emitted team, T, that works on batches with several goroutines: method expressions, but
// for New. The other types are those of Kernel.
//
// The functions do what those of Kernel do, in the same bits for every number of workers. Nothing allocates once a team
// is made. A panic in a worker reaches the caller; after one a team works on, or panics with a message that says that
// it does not. New panics if there are no workers. Close ends the goroutines, and does nothing the second time;
// functions called after it panic with a message.
type Team[T, P, G, X, Y any, F Float] struct {
	New          func(workers int) *T
	ForwardBatch func(t *T, p *P, xs []X, out []Y)
	LossBatch    func(t *T, p *P, xs []X, ys []Y) F
	GradBatch    func(t *T, p *P, xs []X, ys []Y, g *G) F
	StepBatch    func(t *T, p *P, xs []X, ys []Y, rate F) F
	// InputGradBatch is nil for networks without input_gradient.
	InputGradBatch func(t *T, p *P, xs []X, ys []Y, gxs []X) F
	Close          func(t *T)

	// Cuts says how the team cuts batches up: Block and Runs.
	Cuts Cuts
}

// teamFits checks the types and functions of a team against the network.
func teamFits[T, P, G, X, Y any, F Float](n spec.Network, k Team[T, P, G, X, Y, F]) error {
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return err
	}
	return present(missing{
		{"New", k.New == nil}, {"ForwardBatch", k.ForwardBatch == nil}, {"LossBatch", k.LossBatch == nil},
		{"GradBatch", k.GradBatch == nil}, {"StepBatch", k.StepBatch == nil},
		{"InputGradBatch", k.InputGradBatch == nil && n.InputGradient}, {"Close", k.Close == nil},
	})
}

// TestTeam checks a team against the reference of its network and fails the test with what is wrong. network is the
// spec as text. Tests that call it must not be parallel, because it counts allocations and goroutines.
func TestTeam[T, P, G, X, Y any, F Float](t testing.TB, network string, k Team[T, P, G, X, Y, F]) {
	t.Helper()
	n := emitted(t, network)
	CheckTeam(n, k, Options{Short: testing.Short()}).tell(t)
}

// CheckTeam judges everything that the contract of Team says, with as many samples as many workers want.
func CheckTeam[T, P, G, X, Y any, F Float](n spec.Network, k Team[T, P, G, X, Y, F], o Options) *Report {
	n = n.WithDefaults()
	report := &findings{Network: n.Name}
	_, report.Seed = random(n, 0)
	format, err := arithmeticOf(n.Precision)
	if err == nil {
		err = teamFits(n, k)
	}
	if err != nil {
		report.broken("Team", "types", "", "%v", err)
		return reportOf(report)
	}
	goroutines := runtime.NumGoroutine()
	var teams []*T
	for _, workers := range teamSizes {
		teams = append(teams, k.New(workers))
	}
	judgeTeams(&judgedTeams[F]{
		network: n, format: format, report: report, options: judgeOptions(o), cuts: batchCuts(k.Cuts),
		machine: func(i, largest int) *batchMachine[F] { return newBatchMachine(teamBatches(k, teams[i]), largest) },
		crowd: func(workers, largest int) (*batchMachine[F], func()) {
			t := k.New(workers)
			return newBatchMachine(teamBatches(k, t), largest), func() { k.Close(t) }
		},
	})
	endings(report, teamEndings(n, k, teams), func(workers int) { k.Close(k.New(workers)) })
	if left := ended(goroutines); left > 0 {
		report.broken("Close", "goroutines", "", "%d still run", left)
	}
	return reportOf(report)
}

// teamEndings are the functions that show how teams end, on batches of which each worker gets some samples.
func teamEndings[T, P, G, X, Y any, F Float](n spec.Network, k Team[T, P, G, X, Y, F], teams []*T) (list []teamEnding) {
	p, g := new(P), new(G)
	count := min(2*n.Batch, 4096) // more than one worker gets, of all but huge blocks
	xs, ys, out, gxs := make([]X, count), make([]Y, count), make([]Y, count), make([]X, count)
	for i, t := range teams {
		e := teamEnding{
			workers:       teamSizes[i],
			grad:          func() { k.GradBatch(t, p, xs, ys, g) },
			gradOfNothing: func() { k.GradBatch(t, nil, xs, ys, g) },
			close:         func() { k.Close(t) },
		}
		e.calls = map[string]func(){
			"ForwardBatch": func() { k.ForwardBatch(t, p, xs, out) },
			"LossBatch":    func() { k.LossBatch(t, p, xs, ys) },
			"GradBatch":    e.grad,
			"StepBatch":    func() { k.StepBatch(t, p, xs, ys, 1) },
		}
		if k.InputGradBatch != nil {
			e.calls["InputGradBatch"] = func() { k.InputGradBatch(t, p, xs, ys, gxs) }
		}
		list = append(list, e)
	}
	return list
}
