package verify

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
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
	CheckOptimizer(n, name, newState, update, Options{Short: testing.Short()}).tell(t)
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
	report := &findings{Network: n.Name}
	_, report.Seed = random(n, 0)
	refuse := func(err error) *Report {
		report.broken(name, "types", "", "%v", err)
		return reportOf(report)
	}
	format, err := arithmeticOf(n.Precision)
	if err != nil {
		return refuse(err)
	}
	rule, err := ruleOf(name)
	if err != nil {
		return refuse(err)
	}
	if newState == nil || update == nil {
		return refuse(fmt.Errorf("the constructor or Update is nil"))
	}
	of := optimizerCase{n, format, report, name, rule}
	if first, second := newState(), newState(); first == second {
		report.broken(name, "constructor", "", "it returns the same optimizer twice")
	}
	machine := func(s *S) (*optimizerMachine[F], error) { return newOptimizerMachine(rule, n.Params(), s, update) }
	judgeOptimizer(&judgedOptimizer[F]{
		optimizerCase: of,
		built:         func() (*optimizerMachine[F], error) { return machine(newState()) },
		zero:          func() (*optimizerMachine[F], error) { return machine(new(S)) },
		fenced: func() (*fences, func(placement) (*optimizerMachine[F], error)) {
			return placedOptimizer(rule, n.Params(), newState, update)
		},
	})
	return reportOf(report)
}

// TestOptimizerLevels checks that an optimizer of a network of rounding: strict gives the same bits at every level that
// the machine has, and fails the test with what is wrong. The arguments are those of TestOptimizer and, as for
// TestLevels, the emitted function that calls a test once with every level.
func TestOptimizerLevels[S, P, G any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F), atLevels func(test func(level string)),
) {
	t.Helper()
	n := emitted(t, network)
	CheckOptimizerLevels(n, name, newState, update, atLevels).tell(t)
}

// CheckOptimizerLevels makes updates at every level with numbers of all kinds, in all settings, and compares parameters
// and state with what the first level leaves, bit by bit; any NaN is NaN.
func CheckOptimizerLevels[S, P, G any, F Float](
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F), atLevels func(test func(level string)),
) *Report {
	n = n.WithDefaults()
	report := &findings{Network: n.Name}
	_, report.Seed = random(n, levelTrials)
	rule, err := ruleOf(name)
	if err != nil {
		report.broken(name, "types", "", "%v", err)
		return reportOf(report)
	}
	judgeOptimizerLevels(&optimizerLevels[F]{
		optimizerCase: optimizerCase{network: n, report: report, name: name, rule: rule}, atLevels: atLevels,
		made: func() (*optimizerMachine[F], error) { return newOptimizerMachine(rule, n.Params(), newState(), update) },
	})
	return reportOf(report)
}
