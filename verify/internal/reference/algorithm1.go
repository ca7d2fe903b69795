package reference

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// Algorithm1 computes loss and gradients for the sample (x, y), of n_0 and n_L elements, by the
// algorithm that keeps the pre-activations z and computes a = σ(z) again where it needs it, the reference
// of kernels with the cache mode pre:
//
//	z_0 = x,  σ_0 = identity
//	z_ℓ = W_ℓ σ_{ℓ-1}(z_{ℓ-1}) + b_ℓ            Jac_ℓ = dσ_ℓ at z_ℓ
//	∇z_L = Jac_Lᵀ ∇C(-, y)                      (3.1)
//	∇z_{ℓ-1} = Jac_{ℓ-1}ᵀ W_ℓᵀ ∇z_ℓ             (3.2)
//	∇W_ℓ = ∇z_ℓ σ_{ℓ-1}(z_{ℓ-1})ᵀ               (3.3)
//	∇b_ℓ = ∇z_ℓ                                 (3.4)
//
// The printed algorithm has Jacobian(σ_L, z_ℓ) for Jacobian(σ_ℓ, z_ℓ), and σ_L(x_L) for σ_L(z_L);
// here it follows the equations.
func (n *Network) Algorithm1(x, y []float64) *Gradient {
	depth := len(n.layers)
	// z[ℓ] and jac[ℓ] belong to layer ℓ; layer 0 is the input.
	z := make([]*mat.VecDense, depth+1)
	jac := make([]mat.Matrix, depth+1)
	z[0] = linear.Vector(x)
	for l := 1; l <= depth; l++ {
		z[l] = n.layers[l-1].affine(n.sigma(l-1, z[l-1]))
		jac[l] = n.layers[l-1].sigma.Jacobian(z[l])
	}

	g := newGradient(depth)
	g.Output = n.sigma(depth, z[depth])
	g.Loss = n.loss(z[depth], linear.Vector(y))
	gradZ := n.gradZL(z[depth], linear.Vector(y))
	for l := depth; l >= 1; l-- {
		layer := n.layers[l-1]
		g.W[l-1] = linear.Outer(gradZ, n.sigma(l-1, z[l-1]))
		if layer.b != nil {
			g.B[l-1] = gradZ
		}
		gradZ = linear.MulTransposed(layer.w, gradZ)
		if l > 1 { // Jac_0 is the identity
			gradZ = linear.MulTransposed(jac[l-1], gradZ)
		}
	}
	g.X = gradZ
	return g
}

// sigma is σ_ℓ(z), with σ_0 the identity.
func (n *Network) sigma(l int, z *mat.VecDense) *mat.VecDense {
	if l == 0 {
		return z
	}
	return n.layers[l-1].sigma.Value(z)
}
