package verify

import "github.com/backpropgen/backpropgen/spec"

// judgeOptions are verify.Options.
type judgeOptions struct {
	Trials int
	Short  bool
}

// trialBudget is how many parameters all trials of a network have together: about a second of work.
const trialBudget = 3 << 20

// trials returns the number of trials: enough to meet every kind several times in small networks, and
// every kind once in any.
func (o judgeOptions) trials(n spec.Network) int {
	if o.Trials > 0 {
		return o.Trials
	}
	few, many := len(kinds), 20*len(kinds)
	if o.Short {
		many = 3 * len(kinds)
	}
	budget := trialBudget
	if o.Short {
		budget /= 8
	}
	return min(max(budget/n.Params(), few), many)
}
