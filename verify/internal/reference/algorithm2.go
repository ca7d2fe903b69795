package reference

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// Algorithm2 computes the sums of losses and gradients over a batch by the algorithm that keeps the pre-activations Z
// of all samples and computes A = σ(Z) again where it needs it: the reference of batch kernels with the cache mode pre.
// X is N×n_0 and Y is N×n_L, a sample a row; [i] is row i, and 1_N the column of N ones.
//
//	Z_0 = X,  σ_0 = identity, on rows
//	Z_ℓ = σ_{ℓ-1}(Z_{ℓ-1}) W_ℓᵀ + 1_N b_ℓᵀ      Jac_{i,ℓ} = dσ_ℓ at Z_ℓ[i]
//	G[i] = ∇C(-, Y[i]) at σ_L(Z_L[i])
//	∇Z_L[i] = G[i] Jac_{i,L}                    (4.1)
//	∇Z_{ℓ-1}[i] = ∇Z_ℓ[i] W_ℓ Jac_{i,ℓ-1}       (4.2)
//	∇W_ℓ = ∇Z_ℓᵀ σ_{ℓ-1}(Z_{ℓ-1})               (4.3)
//	∇b_ℓ = ∇Z_ℓᵀ 1_N                            (4.4)
//
// The printed algorithm has Jacobian(σ_L, Z_ℓ[i]) for Jacobian(σ_ℓ, Z_ℓ[i]), σ(z_L) with no row and no layer for
// σ_L(Z_L[i]), σ(Z_{ℓ-1}) for σ_{ℓ-1}(Z_{ℓ-1}), and takes the Jacobians of the last layer only; here it follows the
// equations. The empty batch, of empty matrices, has loss and gradients 0.
func (n *Network) Algorithm2(x, y *mat.Dense) *BatchGradient {
	g := n.newBatchGradient()
	count, _ := x.Dims()
	if count == 0 {
		return g
	}
	depth := len(n.layers)
	// z[ℓ] and jac[ℓ](i) belong to layer ℓ; layer 0 is the input.
	z := make([]*mat.Dense, depth+1)
	jac := make([]jacobians, depth+1)
	z[0] = x
	for l := 1; l <= depth; l++ {
		z[l] = n.layers[l-1].affineRows(n.sigmaRows(l-1, z[l-1]))
		jac[l] = n.layers[l-1].jacobians(z[l])
	}

	g.Output = n.sigmaRows(depth, z[depth])
	g.Loss = n.batchLoss(z[depth], y)
	gradZ := linear.Rows(count, func(i int) *mat.VecDense {
		if n.fused != nil {
			return n.fused.Delta(linear.Row(z[depth], i), linear.Row(y, i))
		}
		return linear.MulTransposed(jac[depth](i), n.cost.Gradient(linear.Row(g.Output, i), linear.Row(y, i)))
	})
	for l := depth; l >= 1; l-- {
		g.sum(l, gradZ, n.sigmaRows(l-1, z[l-1]))
		gradA := new(mat.Dense)
		gradA.Mul(gradZ, n.layers[l-1].w)
		gradZ = gradA
		if l > 1 { // Jac_{i,0} is the identity
			gradZ = pullRows(gradA, jac[l-1])
		}
	}
	g.X = gradZ
	return g
}

// sigmaRows is σ_ℓ on every row of Z, with σ_0 the identity.
func (n *Network) sigmaRows(l int, z *mat.Dense) *mat.Dense {
	count, _ := z.Dims()
	return linear.Rows(count, func(i int) *mat.VecDense { return n.sigma(l, linear.Row(z, i)) })
}
