package reference

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// Algorithm5 computes the sums of losses and gradients over a batch by the algorithm that keeps both pre-activations Z
// and post-activations A of all samples: the reference of batch kernels with the cache modes both and auto. X is N×n_0
// and Y is N×n_L, a sample a row; [i] is row i, and 1_N the column of N ones.
//
//	A_0 = X
//	Z_ℓ = A_{ℓ-1} W_ℓᵀ + 1_N b_ℓᵀ
//	A_ℓ[i] = σ_ℓ(Z_ℓ[i])                        Jac_{i,ℓ} = dσ_ℓ at Z_ℓ[i]
//	∇A_L[i] = ∇C(-, Y[i]) at A_L[i]
//	∇Z_ℓ[i] = ∇A_ℓ[i] Jac_{i,ℓ}                 (4.1), (4.2)
//	∇A_{ℓ-1} = ∇Z_ℓ W_ℓ
//	∇W_ℓ = ∇Z_ℓᵀ A_{ℓ-1}                        (4.3)
//	∇b_ℓ = ∇Z_ℓᵀ 1_N                            (4.4)
//
// The printed algorithm has Jacobian(σ_L, Z_ℓ[i]) for Jacobian(σ_ℓ, Z_ℓ[i]), and W_{ℓ-1} for W_ℓ; here it follows the
// equations. The empty batch, of empty matrices, has loss and gradients 0.
func (n *Network) Algorithm5(x, y *mat.Dense) *BatchGradient {
	g := n.newBatchGradient()
	count, _ := x.Dims()
	if count == 0 {
		return g
	}
	depth := len(n.layers)
	// z[ℓ], a[ℓ] and jac[ℓ](i) belong to layer ℓ; layer 0 is the input.
	z, a := make([]*mat.Dense, depth+1), make([]*mat.Dense, depth+1)
	jac := make([]jacobians, depth+1)
	a[0] = x
	for l := 1; l <= depth; l++ {
		z[l] = n.layers[l-1].affineRows(a[l-1])
		a[l] = n.sigmaRows(l, z[l])
		jac[l] = n.layers[l-1].jacobians(z[l])
	}

	g.Output = a[depth]
	g.Loss = n.batchLoss(z[depth], y)
	var gradZ, gradA *mat.Dense
	if n.fused == nil {
		gradA = linear.Rows(count, func(i int) *mat.VecDense {
			return n.cost.Gradient(linear.Row(a[depth], i), linear.Row(y, i))
		})
	}
	for l := depth; l >= 1; l-- {
		if gradA == nil {
			gradZ = linear.Rows(count, func(i int) *mat.VecDense {
				return n.fused.Delta(linear.Row(z[l], i), linear.Row(y, i))
			})
		} else {
			gradZ = pullRows(gradA, jac[l])
		}
		gradA = new(mat.Dense)
		gradA.Mul(gradZ, n.layers[l-1].w)
		g.sum(l, gradZ, a[l-1])
	}
	g.X = gradA
	return g
}
