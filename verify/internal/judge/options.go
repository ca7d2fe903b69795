package judge

import (
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Options are verify.Options.
type Options struct {
	Trials int
	Short  bool
}

// Instrumented says that a detector watches: there are as few trials as with -short, and fewer meetings.
const Instrumented = thrift > 1

// trialBudget is how many parameters all trials of a network have together: about a second of work.
const trialBudget = 3 << 20

// For returns the number of trials: enough to meet every kind several times in small networks, and
// every kind once in any.
func (o Options) For(n spec.Network) int {
	if o.Trials > 0 {
		return o.Trials
	}
	few, many := len(trial.Kinds), 20*len(trial.Kinds)
	if o.Short {
		many = 3 * len(trial.Kinds)
	}
	budget := trialBudget
	if o.Short {
		budget /= 8
	}
	return min(max(budget/n.Params(), few), many)
}
