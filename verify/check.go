package verify

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// Options says how thorough Check is. The zero value is what Test uses.
type Options struct {
	// Trials is the number of sets of parameters and inputs; 0 chooses by the size of the network.
	Trials int
	// Short tries fewer when Trials is 0, as go test -short asks for.
	Short bool
}

// trialBudget is how many parameters all trials of a network have together: about a second of work.
const trialBudget = 3 << 20

// trials returns the number of trials: enough to meet every kind several times in small networks, and
// every kind once in any.
func (o Options) trials(n spec.Network) int {
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

// Test checks a kernel against the reference of its network and fails the test with what is wrong. spec
// is the network as Decode reads it; the summary of the errors seen, as fractions of their bounds, is
// logged. Tests that call it must not be parallel, because it counts allocations.
func Test[P, G, W, B, X, Y any, F Float](t testing.TB, network string, k Kernel[P, G, W, B, X, Y, F]) {
	t.Helper()
	n := emitted(t, network)
	Check(n, k, Options{Short: testing.Short()}).tell(t)
}

// emitted is a network as an emitted test has it, as text.
func emitted(t testing.TB, network string) spec.Network {
	t.Helper()
	n, err := spec.Decode("spec.json", []byte(network))
	if err != nil {
		t.Fatalf("the emitted spec does not decode; generate the package again: %v", err)
	}
	return n
}

// Check runs a kernel on many parameters and inputs, fixed by the network, and judges everything that
// the contract of Kernel says. Its numbers are held against those of the algorithm for the network's cache
// mode, see Network.Reference. It panics only if the kernel does, or in a parallel test.
func Check[P, G, W, B, X, Y any, F Float](n spec.Network, k Kernel[P, G, W, B, X, Y, F], o Options) *Report {
	n = n.WithDefaults()
	report := &Report{Network: n.Name}
	if err := n.Validate(); err != nil {
		report.broken("Kernel", "spec", "", "%v", err)
		return report.finish()
	}
	_, report.Seed = random(n, 0)
	m, err := newMachine(n, k)
	if err != nil {
		report.broken("Kernel", "types", "", "%v", err)
		return report.finish()
	}
	other, err := newMachine(n, k)
	if err != nil {
		report.broken("Kernel", "types", "", "%v", err)
		return report.finish()
	}
	format, err := arithmeticOf(n.Precision)
	if err != nil {
		report.broken("Kernel", "types", "", "%v", err)
		return report.finish()
	}
	views[P, F](report)
	views[G, F](report)
	judgeKernel(&judgedKernel[F]{
		network: n, format: format, report: report, options: o, cuts: k.Cuts, machine: m, other: other,
		gradient: gradientFunctionsOf(k),
		batch:    func(largest int) *batchMachine[F] { return newBatchMachine(k.batches(), largest) },
		memory: func() {
			checkFences(n, report, k)
			checkOrder(n, report, k)
		},
		atOnce: func(cuts Cuts) { atOnce(n, format, report, k, cuts) },
	})
	return report.finish()
}

// judgeNumbers judges everything.
func judgeNumbers[F Float](k *judgedKernel[F]) {
	n, report := k.network, k.report
	j := &judge[F]{network: n, format: k.format, report: report, machine: k.machine, other: k.other}
	j.initialisation()
	trials, err := nearTrials(n)
	if report.failed(err) {
		return
	}
	for i := range k.options.trials(n) {
		trials = append(trials, i)
	}
	report.Trials = len(trials)
	for _, i := range trials {
		if err := j.trial(i); err != nil {
			report.broken("Kernel", "reference", fmt.Sprintf("trial %d", i), "%v", err)
			break
		}
	}
	j.notFinite()
	j.nanParameters()
	report.failed(j.perfectPredictions())
	j.allocations()
	(&gradientJudge[F]{n, k.format, report, k.gradient}).run()
	k.memory()
	batches := newBatchJudge[F](n, k.format, report, k.cuts)
	batches.short = k.options.Short
	batches.machine = k.batch(batches.largest() + 1)
	batches.trials(k.options)
	batches.special()
	batches.nanParameters(j)
	report.failed(batches.perfectPredictions())
	batches.nanUnits()
	batches.with(k.batch(batches.room())).crossing()
	k.atOnce(batches.cuts)
}
