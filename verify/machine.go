package verify

import "math"

// machine is a kernel with one set of everything it works on, seen as flat slices: the judge's only
// view of it.
type machine[F Float] struct {
	params, grad, x, y []F

	init     func(norm func() float64)
	forward  func() []F // ŷ, where the kernel put it
	loss     func() F
	backward func() F
	gradient func() F
	step     func(rate F) F
	// inputGrad is nil for networks without input gradient.
	inputGrad func() []F
	// fields are those of the workspace that are judged.
	fields []field[F]
	// poison fills every float of the workspace with NaN.
	poison func()
	// owns says whether memory lies in the workspace.
	owns func(v []F) bool
	// guards are around everything above.
	guards []guard
}

// load sets parameters and sample, and fills g with NaN.
func (m *machine[F]) load(s sample) {
	narrowed(m.params, s.params)
	narrowed(m.x, s.x)
	narrowed(m.y, s.y)
	fill(m.grad, math.NaN())
}
