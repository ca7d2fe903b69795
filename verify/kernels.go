package verify

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
)

// judgedKernel is a kernel as the judges see it.
type judgedKernel[F Float] struct {
	network        spec.Network
	format         arithmetic
	report         *findings
	options        judgeOptions
	cuts           batchCuts
	machine, other *machine[F]
	gradient       gradientFunctions[F]
	// batch makes a machine for batches of up to so many samples.
	batch func(largest int) *batchMachine[F]
	// fenced puts everything between fences, with room for so many samples.
	fenced func(most int) *fencedCalls[F]
	// users are two goroutines that share the parameters of the pool: functions by their names, on batches of so many
	// samples, each with all that it returns and leaves behind.
	users func(pool *samplePool, count int) [2]map[string]func() []F
}

// judgeKernel judges everything about a kernel.
func judgeKernel[F Float](k *judgedKernel[F]) { byPrecision[F](k, judgeKernel32, judgeKernel64) }

//go:noinline
func judgeKernel32(k *judgedKernel[float32]) { judgeNumbers(k) }

//go:noinline
func judgeKernel64(k *judgedKernel[float64]) { judgeNumbers(k) }

// judgeNumbers judges everything.
func judgeNumbers[F Float](k *judgedKernel[F]) {
	n, report := k.network, k.report
	j := newJudge(k)
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
	checkFences(k)
	checkOrder(k)
	batches := newBatchJudge[F](n, k.format, report, k.cuts)
	batches.short = k.options.Short
	batches.machine = k.batch(batches.largest() + 1)
	batches.trials(k.options)
	batches.special()
	batches.nanParameters(j)
	report.failed(batches.perfectPredictions())
	batches.nanUnits()
	batches.with(k.batch(batches.room())).crossing()
	atOnce(k, batches.cuts)
}
