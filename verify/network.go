package verify

import (
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"gonum.org/v1/gonum/mat"
)

// Network is the reference of a network with given parameters: plain matrices and vectors in float64.
type Network struct{ reference *reference.Network }

// NewNetwork returns the reference of a network. params are W1, b1, W2, b2, …, every W row-major,
// without the b of layers that have none: the memory layout of an emitted parameter struct. The
// slice is copied. The error says what the network or params lack.
func NewNetwork(n spec.Network, params []float64) (*Network, error) {
	network, err := reference.New(n, params)
	if err != nil {
		return nil, err
	}
	return &Network{network}, nil
}

// Weighted is the reference of the same network for a sample of weight w: loss and gradients are w times as large, and
// Bounds has the roundings of that as well.
func (n *Network) Weighted(w float64) *Network { return &Network{n.reference.Weighted(w)} }

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
	return (*Gradient)(n.reference.Algorithm1(x, y))
}

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
	return (*Gradient)(n.reference.Algorithm3(x, y))
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
func (n *Network) Algorithm4(x, y []float64) *Trace { return traceOf(n.reference.Algorithm4(x, y)) }

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
	return (*BatchGradient)(n.reference.Algorithm2(x, y))
}

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
	return (*BatchGradient)(n.reference.Algorithm5(x, y))
}

// Reference computes loss and gradients for the sample (x, y) by the algorithm that keeps what kernels of this cache
// mode keep: Algorithm1 for pre, Algorithm3 for post, Algorithm4 for both and auto.
func (n *Network) Reference(cache spec.Cache, x, y []float64) *Gradient {
	return (*Gradient)(n.reference.Reference(cache, x, y))
}

// BatchReference is Reference for a batch of samples, a row each: Algorithm2 for pre, else Algorithm5. There is no
// algorithm of batches that keeps post-activations alone; Algorithm5 computes the same.
func (n *Network) BatchReference(cache spec.Cache, x, y *mat.Dense) *BatchGradient {
	return (*BatchGradient)(n.reference.BatchReference(cache, x, y))
}

// Bounds returns, for every number of a trace, a bound on how far the same number may be off as computed
// by a kernel of the given precision: with any order of summation, with or without fused multiply-adds,
// with σ' from z or from a, elementary functions accurate to ElementaryULPsFloat32 or -Float64. The
// trace's own rounding is included. A bound is +Inf where the kernel may overflow.
func (n *Network) Bounds(t *Trace, p spec.Precision) (*Gradient, error) {
	g, err := n.reference.Bounds(t.reference(), p)
	return (*Gradient)(g), err
}

// BatchBounds returns, for every number that Algorithm2 and Algorithm5 compute for the batch (X, Y), a bound on how far
// the same number may be off as computed by a kernel of the given precision, the samples summed in any order: what
// Bounds gives for the samples, and the roundings of a sum of N. Samples that occur again take no time.
func (n *Network) BatchBounds(x, y *mat.Dense, p spec.Precision) (*BatchGradient, error) {
	g, err := n.reference.BatchBounds(x, y, p)
	return (*BatchGradient)(g), err
}

// Step returns the parameters after one step of gradient descent, p - rate·g, in the layout of
// NewNetwork's params, and a bound for each on how far a kernel of the given precision may be off, in
// either order, rate·(d·a) or (rate·d)·a, with or without fused multiply-adds. bounds is what Bounds
// returned for the trace; rate is a number of the kernel's precision.
func (n *Network) Step(t *Trace, bounds *Gradient, p spec.Precision, rate float64) (
	params, bound []float64, err error,
) {
	return n.reference.Step(t.reference(), (*reference.Gradient)(bounds), p, rate)
}
