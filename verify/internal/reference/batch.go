package reference

import (
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

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

// Flat returns the gradients of the parameters in one new slice, in the layout of New's params.
func (g *BatchGradient) Flat() []float64 {
	return (&Gradient{W: g.W, B: g.B}).Flat()
}

// newBatchGradient returns the gradient of an empty batch: zeros.
func (n *Network) newBatchGradient() *BatchGradient {
	g := &BatchGradient{Output: new(mat.Dense), X: new(mat.Dense)}
	for _, layer := range n.layers {
		rows, cols := layer.w.Dims()
		g.W = append(g.W, mat.NewDense(rows, cols, nil))
		if layer.b == nil {
			g.B = append(g.B, nil)
			continue
		}
		g.B = append(g.B, mat.NewVecDense(rows, nil))
	}
	return g
}

// affineRows returns A·Wᵀ + 1_N·bᵀ: the affine map on every row.
func (l layer) affineRows(a *mat.Dense) *mat.Dense {
	z := new(mat.Dense)
	z.Mul(a, l.w.T())
	if l.b != nil {
		n, _ := a.Dims()
		shift := linear.Outer(linear.Ones(n), l.b)
		z.Add(z, shift)
	}
	return z
}

// jacobians are dσ at every row: one is made where it is wanted, as all of a wide softmax would take gigabytes.
type jacobians func(i int) mat.Matrix

// jacobians returns those at the rows of Z.
func (l layer) jacobians(z *mat.Dense) jacobians {
	return func(i int) mat.Matrix { return l.sigma.Jacobian(linear.Row(z, i)) }
}

// pullRows multiplies every row by its own Jacobian matrix.
func pullRows(g *mat.Dense, jac jacobians) *mat.Dense {
	n, _ := g.Dims()
	return linear.Rows(n, func(i int) *mat.VecDense { return linear.MulTransposed(jac(i), linear.Row(g, i)) })
}

// sum sets the gradients of layer ℓ, sums over the samples: ∇Z_ℓᵀ·A_{ℓ-1} and ∇Z_ℓᵀ·1_N.
func (g *BatchGradient) sum(l int, gradZ, a *mat.Dense) {
	n, _ := gradZ.Dims()
	g.W[l-1].Mul(gradZ.T(), a)
	if g.B[l-1] != nil {
		g.B[l-1].MulVec(gradZ.T(), linear.Ones(n))
	}
}

// batchLoss is the sum of C(σ_L(Z_L[i]), Y[i]).
func (n *Network) batchLoss(zL, y *mat.Dense) float64 {
	count, _ := zL.Dims()
	sum := 0.0
	for i := range count {
		sum += n.loss(linear.Row(zL, i), linear.Row(y, i))
	}
	return sum
}
