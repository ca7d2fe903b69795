package optimizer

import (
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/once"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Case is what is judged of an optimizer, and where it is said.
type Case struct {
	Network spec.Network
	Format  rounding.Format
	Report  *finding.Report
	Name    string
	Rule    Rule
}

// Judged is an optimizer as the judges see it: as the constructor makes it, and a zero value.
type Judged[F memory.Float] struct {
	Case
	Built, Zero func() (*Machine[F], error)
	// Fenced puts everything between fences, and at makes an optimizer there as the constructor does.
	Fenced func() (all *fence.Set, at func(fence.Placement) (*Machine[F], error))
}

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
