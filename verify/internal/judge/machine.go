package judge

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Machine is a kernel with one set of everything it works on, seen as flat slices: the judge's only
// view of it. Functions that the network does not emit are nil.
type Machine[F memory.Float] struct {
	Params, Grad, X, Y []F

	Init     func(norm func() float64)
	Forward  func() []F // ŷ, where the kernel put it
	Loss     func() F
	Backward func() F
	Gradient func() F
	Step     func(rate F) F
	// InputGrad is nil for networks without input gradient.
	InputGrad func() []F
	// Fields are those of the workspace that are judged.
	Fields []Field[F]
	// Poison fills every float of the workspace with NaN.
	Poison func()
	// Owns says whether memory lies in the workspace.
	Owns func(v []F) bool
	// Guards are around everything above.
	Guards []fence.Guard
}

// LoadSample sets parameters and sample, and fills g with NaN.
func LoadSample[F memory.Float](m *Machine[F], s trial.Sample) {
	memory.Narrow(m.Params, s.Params)
	memory.Narrow(m.X, s.X)
	memory.Narrow(m.Y, s.Y)
	memory.Fill(m.Grad, math.NaN())
}
