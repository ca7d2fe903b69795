// Package judge holds a kernel, and teams, to their contract. It sees them as functions on slices of numbers, whatever
// the network's types: a Machine makes calls on one sample, a BatchMachine on many. Every function is tried on every
// kind of trial and its numbers compared with the reference; what it may not do is looked for besides: hide a NaN, see
// another sample, depend on what the workspace held, write beside its results, allocate, share memory with another
// goroutine, and, under rounding: strict, sum in another order or differ between the levels of the assembly.
package judge

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/once"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Kernel is a kernel as the judges see it.
type Kernel[F memory.Float] struct {
	Network        spec.Network
	Format         rounding.Format
	Report         *finding.Report
	Options        Options
	Cuts           Cuts
	Machine, Other *Machine[F]
	Gradient       GradientFunctions[F]
	// Batch makes a machine for batches of up to so many samples.
	Batch func(largest int) *BatchMachine[F]
	// Fenced puts everything between fences, with room for so many samples.
	Fenced func(most int) *Fenced[F]
	// Users are two goroutines that share parameters, for batches of so many samples.
	Users func(count int) [2]User[F]
}

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
	batches.trials(k.Options)
	batches.special()
	batches.nanParameters(j)
	report.Failed(batches.perfectPredictions())
	batches.nanUnits()
	batches.with(k.Batch(batches.room())).crossing()
	CheckConcurrency(k, batches.cuts)
}
