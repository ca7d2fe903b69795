package judge

import (
	"fmt"

	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/once"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// JudgeKernel judges everything about a kernel.
func JudgeKernel[F memory.Float](k *Kernel[F]) { once.ByPrecision[F](k, judgeKernel32, judgeKernel64) }

//go:noinline
func judgeKernel32(k *Kernel[float32]) { judgeKernelNumbers(k) }

//go:noinline
func judgeKernel64(k *Kernel[float64]) { judgeKernelNumbers(k) }

// judgeKernelNumbers judges everything.
func judgeKernelNumbers[F memory.Float](k *Kernel[F]) {
	n, report := k.Network, k.Report
	j := newSingleJudge(k)
	j.initialisation()
	trials, err := trial.NearTrials(n)
	if report.Failed(err) {
		return
	}
	for i := range k.Options.For(n) {
		trials = append(trials, i)
	}
	report.Trials = len(trials)
	for _, i := range trials {
		if err := j.trial(i); err != nil {
			report.Broken("Kernel", "reference", fmt.Sprintf("trial %d", i), "%v", err)
			break
		}
	}
	j.notFinite()
	j.nanParameters()
	report.Failed(j.perfectPredictions())
	j.allocations()
	(&gradientJudge[F]{n, k.Format, report, k.Gradient}).run()
	checkFences(k)
	CheckOrder(k)
	batches := newBatchJudge[F](n, k.Format, report, k.Cuts)
	batches.short = k.Options.Short
	batches.machine = k.Batch(batches.largest() + 1)
	if len(batchCalls(batches.machine)) > 0 {
		batches.judge(k, j)
	}
	CheckConcurrency(k, batches.cuts)
}

// judge judges everything about batch functions; single is the judge of the functions of one sample.
func (j *batchJudge[F]) judge(k *Kernel[F], single *singleJudge[F]) {
	j.trials(k.Options)
	j.special()
	j.nanParameters(single)
	j.report.Failed(j.perfectPredictions())
	j.nanUnits()
	j.with(k.Batch(j.room())).crossing()
}
