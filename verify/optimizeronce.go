package verify

import "github.com/backpropgen/backpropgen/spec"

// optimizerCase is what is judged of an optimizer, and where it is said.
type optimizerCase struct {
	network spec.Network
	format  arithmetic
	report  *findings
	name    string
	rule    rule
}

// judgedOptimizer is an optimizer as the judges see it: as the constructor makes it, and a zero value.
type judgedOptimizer[F Float] struct {
	optimizerCase
	built, zero func() (*optimizerMachine[F], error)
	// fenced puts everything between fences, and at makes an optimizer there as the constructor does.
	fenced func() (all *fences, at func(placement) (*optimizerMachine[F], error))
}

// judgeOptimizer judges everything about an optimizer.
func judgeOptimizer[F Float](k *judgedOptimizer[F]) {
	byPrecision[F](k, judgeOptimizer32, judgeOptimizer64)
}

//go:noinline
func judgeOptimizer32(k *judgedOptimizer[float32]) { judgeUpdateNumbers(k) }

//go:noinline
func judgeOptimizer64(k *judgedOptimizer[float64]) { judgeUpdateNumbers(k) }

// judgeOptimizerLevels compares an optimizer's updates at all levels.
func judgeOptimizerLevels[F Float](k *optimizerLevels[F]) {
	byPrecision[F](k, judgeOptimizerLevels32, judgeOptimizerLevels64)
}

//go:noinline
func judgeOptimizerLevels32(k *optimizerLevels[float32]) { judgeOptimizerLevelNumbers(k) }

//go:noinline
func judgeOptimizerLevels64(k *optimizerLevels[float64]) { judgeOptimizerLevelNumbers(k) }

// judgeSteps compares steps on batches with their parts.
func judgeSteps[F Float](k *steps[F]) { byPrecision[F](k, judgeSteps32, judgeSteps64) }

//go:noinline
func judgeSteps32(k *steps[float32]) { (&stepJudge[float32]{*k}).run() }

//go:noinline
func judgeSteps64(k *steps[float64]) { (&stepJudge[float64]{*k}).run() }

// judgeUpdates compares updates with what they should be.
func judgeUpdates[F Float](k *steps[F]) { byPrecision[F](k, judgeUpdates32, judgeUpdates64) }

//go:noinline
func judgeUpdates32(k *steps[float32]) { (&stepJudge[float32]{*k}).updates() }

//go:noinline
func judgeUpdates64(k *steps[float64]) { (&stepJudge[float64]{*k}).updates() }
