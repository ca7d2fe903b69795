package verify

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/optimizer"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// TestOptimizer checks an emitted optimizer, "sgd", "momentum", "nesterov", "rmsprop", "adam" or "adamw", against the
// definition of its name, and fails the test with what is wrong. network is the spec as text, newState the constructor,
// and update the method Update as an expression. Tests that call it must not be parallel, because it counts
// allocations.
func TestOptimizer[S, P, G any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
) {
	t.Helper()
	n := emitted(t, network)
	CheckOptimizer(n, name, newState, update, asked()).tell(t)
}

// CheckOptimizer runs an optimizer for some updates in every setting, and judges each of them on its own: the reference
// goes on from the state that the optimizer is in, so that bounds stay tight.
//
// The state has the hyperparameters as fields of the precision: WeightDecay of sgd; Momentum, Dampening and WeightDecay
// of momentum; Momentum and WeightDecay of nesterov; Alpha, Eps, WeightDecay and Momentum of rmsprop; Beta1, Beta2, Eps
// and WeightDecay of adam and adamw. It has arrays laid out like the parameters: V of momentum and nesterov, S and V of
// rmsprop, M and V of adam and adamw; and all but sgd have a uint64 T that counts updates. The constructor sets
// PyTorch's defaults, with momentum 0.9; a zero value, all hyperparameters 0, takes the same at its first update. What
// a literal sets stays as it is: its first update may panic instead. An update reads the gradient and writes the
// parameters and the state, each element by itself, and nothing beside them. The same state gives the same bits,
// wherever it lies. Nothing allocates. Hyperparameters may be set between updates. A method Reset sets T and the arrays
// to 0 and leaves the hyperparameters: what follows is what a new optimizer does.
func CheckOptimizer[S, P, G any, F Float](
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F), o Options,
) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, 0)
	refuse := func(err error) *Report {
		report.Broken(name, "types", "", "%v", err)
		return reportOf(report)
	}
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		return refuse(err)
	}
	rule, err := optimizer.RuleOf(name)
	if err != nil {
		return refuse(err)
	}
	if newState == nil || update == nil {
		return refuse(fmt.Errorf("the constructor or Update is nil"))
	}
	of := optimizer.Case{Network: n, Format: format, Report: report, Name: name, Rule: rule}
	if first, second := newState(), newState(); first == second {
		report.Broken(name, "constructor", "", "it returns the same optimizer twice")
	}
	machine := func(s *S) (*optimizer.Machine[F], error) { return newOptimizerMachine(rule, n.Params(), s, update) }
	optimizer.JudgeOptimizer(&optimizer.Judged[F]{
		Case:  of,
		Built: func() (*optimizer.Machine[F], error) { return machine(newState()) },
		Zero:  func() (*optimizer.Machine[F], error) { return machine(new(S)) },
		Fenced: func() (*fence.Set, func(fence.Placement) (*optimizer.Machine[F], error)) {
			return placedOptimizer(rule, n.Params(), newState, update)
		},
	})
	return reportOf(report)
}

// TestOptimizerLevels checks that an optimizer of a network of rounding: strict gives the same bits at every level that
// the machine has, and fails the test with what is wrong. The arguments are those of TestOptimizer and, as for
// TestLevels, the emitted function that calls a test once with every level.
func TestOptimizerLevels[S, P, G any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	atLevels func(test func(level string)),
) {
	t.Helper()
	n := emitted(t, network)
	CheckOptimizerLevels(n, name, newState, update, atLevels).tell(t)
}

// CheckOptimizerLevels makes updates at every level with numbers of all kinds, in all settings, and compares parameters
// and state with what the first level leaves, bit by bit; any NaN is NaN.
func CheckOptimizerLevels[S, P, G any, F Float](
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	atLevels func(test func(level string)),
) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, trial.LevelTrials)
	rule, err := optimizer.RuleOf(name)
	if err != nil {
		report.Broken(name, "types", "", "%v", err)
		return reportOf(report)
	}
	optimizer.JudgeLevels(&optimizer.Levels[F]{
		Case: optimizer.Case{Network: n, Report: report, Name: name, Rule: rule}, AtLevels: atLevels,
		Made: func() (*optimizer.Machine[F], error) {
			return newOptimizerMachine(rule, n.Params(), newState(), update)
		},
	})
	return reportOf(report)
}
