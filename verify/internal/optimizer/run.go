package optimizer

import (
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/once"
)

// JudgeOptimizer judges everything about an optimizer.
func JudgeOptimizer[F memory.Float](k *Judged[F]) {
	once.ByPrecision[F](k, judgeOptimizer32, judgeOptimizer64)
}

//go:noinline
func judgeOptimizer32(k *Judged[float32]) { judgeNumbers(k) }

//go:noinline
func judgeOptimizer64(k *Judged[float64]) { judgeNumbers(k) }

// JudgeLevels compares an optimizer's updates at all levels.
func JudgeLevels[F memory.Float](k *Levels[F]) {
	once.ByPrecision[F](k, judgeOptimizerLevels32, judgeOptimizerLevels64)
}

//go:noinline
func judgeOptimizerLevels32(k *Levels[float32]) { judgeLevelNumbers(k) }

//go:noinline
func judgeOptimizerLevels64(k *Levels[float64]) { judgeLevelNumbers(k) }

// JudgeSteps compares steps on batches with their parts.
func JudgeSteps[F memory.Float](k *Steps[F]) { once.ByPrecision[F](k, judgeSteps32, judgeSteps64) }

//go:noinline
func judgeSteps32(k *Steps[float32]) { (&stepJudge[float32]{*k}).run() }

//go:noinline
func judgeSteps64(k *Steps[float64]) { (&stepJudge[float64]{*k}).run() }

// JudgeUpdates compares updates with what they should be.
func JudgeUpdates[F memory.Float](k *Steps[F]) {
	once.ByPrecision[F](k, judgeUpdates32, judgeUpdates64)
}

//go:noinline
func judgeUpdates32(k *Steps[float32]) { (&stepJudge[float32]{*k}).updates() }

//go:noinline
func judgeUpdates64(k *Steps[float64]) { (&stepJudge[float64]{*k}).updates() }

// judgeNumbers judges everything, with optimizers that the constructor has made, and zero values.
func judgeNumbers[F memory.Float](k *Judged[F]) {
	j, built, zero := &judge[F]{Case: k.Case}, k.Built, k.Zero
	for _, m := range []struct {
		machine **Machine[F]
		of      func() (*Machine[F], error)
	}{{&j.built, built}, {&j.zero, zero}, {&j.machine, zero}, {&j.other, zero}} {
		var err error
		if *m.machine, err = m.of(); err != nil {
			k.Report.Broken(k.Name, "types", "", "%v", err)
			return
		}
	}
	j.defaults()
	j.literals(func() *Machine[F] {
		m, _ := zero() // which fits, as the others do
		return m
	})
	updates := min(max(updateBudget/j.Network.Params(), 3), mostUpdates)
	for i, s := range j.Rule.settings() {
		j.run(i, s, updates)
		j.Report.Trials += updates
	}
	j.changes()
	j.resets()
	j.apart()
	j.allocations()
	checkFences(k)
}
