package reference

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

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

// Algorithm4 computes loss and gradients for the sample (x, y), of n_0 and n_L elements, by the
// algorithm that keeps both pre-activations z and post-activations a, the reference of kernels with the
// cache modes both and auto:
//
//	a_0 = x
//	z_ℓ = W_ℓ a_{ℓ-1} + b_ℓ,  a_ℓ = σ_ℓ(z_ℓ)     Jac_ℓ = dσ_ℓ at z_ℓ
//	∇a_L = ∇C(-, y) at a_L
//	∇z_ℓ = Jac_ℓᵀ ∇a_ℓ                          (3.1), (3.2)
//	∇a_{ℓ-1} = W_ℓᵀ ∇z_ℓ
//	∇W_ℓ = ∇z_ℓ a_{ℓ-1}ᵀ                        (3.3)
//	∇b_ℓ = ∇z_ℓ                                 (3.4)
//
// The printed algorithm has Jacobian(σ_L, z_ℓ) for Jacobian(σ_ℓ, z_ℓ), and (W_{ℓ-1})ᵀ for W_ℓᵀ; here
// it follows the equations.
func (n *Network) Algorithm4(x, y []float64) *Trace {
	depth := len(n.layers)
	t := &Trace{
		Gradient: *newGradient(depth),
		Z:        make([]*mat.VecDense, depth+1), A: make([]*mat.VecDense, depth+1),
		GradZ: make([]*mat.VecDense, depth+1), GradA: make([]*mat.VecDense, depth+1),
		Target: linear.Vector(y),
	}
	t.A[0] = linear.Vector(x)
	for l := 1; l <= depth; l++ {
		t.Z[l] = n.layers[l-1].affine(t.A[l-1])
		t.A[l] = n.layers[l-1].sigma.Value(t.Z[l])
	}
	t.Output = t.A[depth]
	t.Loss = n.loss(t.Z[depth], t.Target)

	if n.fused == nil {
		t.GradA[depth] = n.cost.Gradient(t.A[depth], t.Target)
	}
	for l := depth; l >= 1; l-- {
		if t.GradA[l] == nil {
			t.GradZ[l] = n.fused.Delta(t.Z[l], t.Target)
		} else {
			t.GradZ[l] = linear.MulTransposed(n.layers[l-1].sigma.Jacobian(t.Z[l]), t.GradA[l])
		}
		t.GradA[l-1] = linear.MulTransposed(n.layers[l-1].w, t.GradZ[l])
		t.W[l-1] = linear.Outer(t.GradZ[l], t.A[l-1])
		if n.layers[l-1].b != nil {
			t.B[l-1] = t.GradZ[l]
		}
	}
	t.X = t.GradA[0]
	return t
}
