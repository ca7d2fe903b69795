package verify

import (
	"fmt"

	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Runtime is what another program computes a network's outputs with: a format, and whatever order of sums.
type Runtime struct {
	// Format is float32, float64, float16 or bfloat16.
	Format string
	// Functions is by how much its elementary functions, such as tanh, may be off beside their rounding, of their
	// values or of 1, whichever is more: 0 if they are accurate to ElementaryULPsFloat32 or -Float64.
	Functions float64
	// W and B bound the differences between its weights and biases and the network's: an element for each layer, nil
	// where they are the same. nil: they are the same everywhere.
	W, B [][]float64
}

var formats = map[string]rounding.Format{
	"float32": rounding.Float32, "float64": rounding.Float64,
	"float16": rounding.Float16, "bfloat16": rounding.BFloat16,
}

// Outputs returns the network's outputs for x, of n_0 elements, and for each output a bound on how far that of a
// runtime may be off. The reference's own rounding is included. A bound is +Inf where the runtime may overflow.
func (n *Network) Outputs(x []float64, r Runtime) (output, bound []float64, err error) {
	format, ok := formats[r.Format]
	if !ok {
		return nil, nil, fmt.Errorf("no arithmetic for %q; use float32, float64, float16 or bfloat16", r.Format)
	}
	output, bound = n.reference.Outputs(x, format, reference.Deviation{W: r.W, B: r.B, Functions: r.Functions})
	return output, bound, nil
}

// UnitRoundoff returns the largest relative error of rounding to a format of Runtime; 0 if there is no such format.
func UnitRoundoff(format string) float64 { return formats[format].U }
