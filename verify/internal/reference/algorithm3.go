package reference

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// Algorithm3 computes loss and gradients for the sample (x, y), of n_0 and n_L elements, by the algorithm that keeps
// the post-activations a, and the Jacobians in place of z: the reference of kernels with the cache mode post.
//
//	a_0 = x
//	a_ℓ = σ_ℓ(W_ℓ a_{ℓ-1} + b_ℓ)                Jac_ℓ = dσ_ℓ at W_ℓ a_{ℓ-1} + b_ℓ
//	∇a_L = ∇C(-, y) at a_L
//	∇W_ℓ = Jac_ℓᵀ ∇a_ℓ a_{ℓ-1}ᵀ                 (3.3)
//	∇b_ℓ = Jac_ℓᵀ ∇a_ℓ                          (3.4)
//	∇a_{ℓ-1} = W_ℓᵀ Jac_ℓᵀ ∇a_ℓ
//
// The printed algorithm has Jacobian(σ_L, …) for Jacobian(σ_ℓ, …), and (W_{ℓ-1})ᵀ for W_ℓᵀ; here it follows the
// equations. A last activation and cost with a closed form take loss and Jac_Lᵀ ∇a_L from z_L while it is there.
func (n *Network) Algorithm3(x, y []float64) *Gradient {
	depth := len(n.layers)
	// a[ℓ] and jac[ℓ] belong to layer ℓ; layer 0 is the input.
	a := make([]*mat.VecDense, depth+1)
	jac := make([]mat.Matrix, depth+1)
	g := newGradient(depth)
	var gradZ *mat.VecDense // Jac_ℓᵀ ∇a_ℓ
	a[0] = linear.Vector(x)
	for l := 1; l <= depth; l++ {
		z := n.layers[l-1].affine(a[l-1])
		a[l] = n.layers[l-1].sigma.Value(z)
		jac[l] = n.layers[l-1].sigma.Jacobian(z)
		if l == depth && n.fused != nil {
			g.Loss = n.fused.Loss(z, linear.Vector(y))
			gradZ = n.fused.Delta(z, linear.Vector(y))
		}
	}

	g.Output = a[depth]
	if n.fused == nil {
		g.Loss = n.cost.Value(a[depth], linear.Vector(y))
		gradZ = linear.MulTransposed(jac[depth], n.cost.Gradient(a[depth], linear.Vector(y)))
	}
	for l := depth; l >= 1; l-- {
		layer := n.layers[l-1]
		g.W[l-1] = linear.Outer(gradZ, a[l-1])
		if layer.b != nil {
			g.B[l-1] = gradZ
		}
		gradA := linear.MulTransposed(layer.w, gradZ)
		if l == 1 {
			g.X = gradA
			break
		}
		gradZ = linear.MulTransposed(jac[l-1], gradA)
	}
	return g
}
