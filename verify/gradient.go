package verify

import (
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"gonum.org/v1/gonum/mat"
)

// Gradient is what backpropagation computes for one sample (x, y); Bounds returns the same shape with a
// bound on the error of every number.
type Gradient struct {
	// Output is ŷ, n_L elements.
	Output *mat.VecDense
	// Loss is C(ŷ, y).
	Loss float64
	// W and B are the gradients of W_ℓ and b_ℓ, for layer ℓ at index ℓ-1; B is nil for layers
	// without bias.
	W []*mat.Dense
	B []*mat.VecDense
	// X is the gradient of the input, n_0 elements.
	X *mat.VecDense
}

// Flat returns the gradients of the parameters in one new slice, in the layout of NewNetwork's params.
func (g *Gradient) Flat() []float64 { return (*reference.Gradient)(g).Flat() }

// BatchGradient is what backpropagation computes for a batch of N samples, one a row: the cost of a batch is the sum of
// its samples', so loss and gradients of parameters are sums. Matrices with a row for each sample are the empty matrix
// where N is 0; BatchBounds returns the same shape with a bound on the error of every number.
type BatchGradient struct {
	// Output is Ŷ, N×n_L.
	Output *mat.Dense
	// Loss is the sum of C(Ŷ[i], Y[i]).
	Loss float64
	// W and B are the sums of the gradients of W_ℓ and b_ℓ, for layer ℓ at index ℓ-1; B is nil for layers
	// without bias.
	W []*mat.Dense
	B []*mat.VecDense
	// X is the gradient of the input, N×n_0.
	X *mat.Dense
}

// Flat returns the gradients of the parameters in one new slice, in the layout of NewNetwork's params.
func (g *BatchGradient) Flat() []float64 { return (*reference.BatchGradient)(g).Flat() }

// Trace is one run of Algorithm4 with all that it computed on the way. Index ℓ belongs to layer ℓ, index
// 0 to the input, where Z is nil.
type Trace struct {
	Gradient
	// Z and A are the pre- and post-activations.
	Z, A []*mat.VecDense
	// GradZ and GradA are the gradients of the loss with respect to Z and A. GradA[L] is nil for a
	// last activation and cost with a closed form, which goes to GradZ[L] directly.
	GradZ, GradA []*mat.VecDense
	// Target is y.
	Target *mat.VecDense
}

// traceOf is a trace of the reference, which shares its vectors and matrices, and reference its inverse.
func traceOf(t *reference.Trace) *Trace {
	return &Trace{Gradient: Gradient(t.Gradient), Z: t.Z, A: t.A, GradZ: t.GradZ, GradA: t.GradA, Target: t.Target}
}

func (t *Trace) reference() *reference.Trace {
	return &reference.Trace{
		Gradient: reference.Gradient(t.Gradient), Z: t.Z, A: t.A, GradZ: t.GradZ, GradA: t.GradA, Target: t.Target,
	}
}
