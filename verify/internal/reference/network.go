// Package reference computes what a network's functions should: loss and gradients by the five algorithms of the
// backpropagation notes, on gonum matrices in float64, with full Jacobian matrices and no regard for speed; and with
// every number a bound on the rounding error that a kernel of the network's precision can make, whatever the order of
// its sums. Package verify has the same for users.
package reference

import (
	"fmt"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"gonum.org/v1/gonum/mat"
)

// Network is the reference of a network with given parameters: plain matrices and vectors in float64.
type Network struct {
	layers []layer
	cost   function.Cost
	// fused is the closed form of the last activation and the cost, nil if they have none.
	fused function.Fused
}

// layer is one affine map and its activation: W has as many rows as z_ℓ has elements and n_{ℓ-1} columns;
// b has an element for each row or is nil. σ makes n_ℓ elements of them, fewer where it pools.
type layer struct {
	w     *mat.Dense
	b     *mat.VecDense
	sigma function.Activation
}

// New returns the reference of a network. params are W1, b1, W2, b2, …, every W row-major,
// without the b of layers that have none: the memory layout of an emitted parameter struct. The
// slice is copied. The error says what the network or params lack.
func New(n spec.Network, params []float64) (*Network, error) {
	n = n.WithDefaults()
	if err := n.Validate(); err != nil {
		return nil, err
	}
	if len(params) != n.Params() {
		return nil, fmt.Errorf("%s given for a network of %d; pass W1, b1, W2, b2, … in one slice",
			plural.Of(len(params), "parameter"), n.Params())
	}
	c, err := function.CostOf(n.Cost)
	if err != nil {
		return nil, err
	}
	network := &Network{cost: c}
	last := ""
	params = append([]float64{}, params...)
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		last = n.Layers[l-1].Activation.Name
		sigma, err := function.ActivationOf(n.Layers[l-1].Activation)
		if err != nil {
			return nil, fmt.Errorf("layer %d: %w", l, err)
		}
		next := layer{w: mat.NewDense(rows, cols, params[:rows*cols:rows*cols]), sigma: sigma}
		params = params[rows*cols:]
		if !n.Layers[l-1].NoBias {
			next.b = mat.NewVecDense(rows, params[:rows:rows])
			params = params[rows:]
		}
		network.layers = append(network.layers, next)
	}
	network.fused = function.FusedOf(last, n.Cost.Name)
	return network, nil
}

// Weighted is the same network for a sample of weight w: loss and gradients are w times as large.
func (n *Network) Weighted(w float64) *Network {
	of := *n
	of.cost = function.WeightedCost(n.cost, w)
	if n.fused != nil {
		of.fused = function.WeightedFused(n.fused, w)
	}
	return &of
}

// affine returns W·a + b.
func (l layer) affine(a *mat.VecDense) *mat.VecDense {
	rows, _ := l.w.Dims()
	z := mat.NewVecDense(rows, nil)
	z.MulVec(l.w, a)
	if l.b != nil {
		z.AddVec(z, l.b)
	}
	return z
}

// loss is C(σ_L(z_L), y).
func (n *Network) loss(zL, y *mat.VecDense) float64 {
	if n.fused != nil {
		return n.fused.Loss(zL, y)
	}
	return n.cost.Value(n.last().sigma.Value(zL), y)
}

// Loss returns the loss of the sample (x, y).
func (n *Network) Loss(x, y []float64) float64 {
	_, _, loss := n.From(1, n.layers[0].affine(linear.Vector(x)), linear.Vector(y))
	return loss
}

// From is the rest of a forward pass that has come to z of layer l: a of that layer, the output and the loss.
func (n *Network) From(l int, z, y *mat.VecDense) (a, output *mat.VecDense, loss float64) {
	a = n.layers[l-1].sigma.Value(z)
	output = a
	for _, next := range n.layers[l:] {
		z = next.affine(output)
		output = next.sigma.Value(z)
	}
	return a, output, n.loss(z, y)
}

// gradZL is ∇z_L = Jac_Lᵀ·∇C(-, y) at ŷ = σ_L(z_L), equation (3.1); in closed form where there is one,
// because the matrix loses every digit once σ_L saturates.
func (n *Network) gradZL(zL, y *mat.VecDense) *mat.VecDense {
	if n.fused != nil {
		return n.fused.Delta(zL, y)
	}
	sigma := n.last().sigma
	return linear.MulTransposed(sigma.Jacobian(zL), n.cost.Gradient(sigma.Value(zL), y))
}

func (n *Network) last() layer { return n.layers[len(n.layers)-1] }

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

// Flat returns the gradients of the parameters in one new slice, in the layout of New's params.
func (g *Gradient) Flat() []float64 {
	var flat []float64
	for l, w := range g.W {
		flat = append(flat, w.RawMatrix().Data...)
		if g.B[l] != nil {
			flat = append(flat, linear.Elements(g.B[l])...)
		}
	}
	return flat
}

// newGradient returns a Gradient with room for the given number of layers.
func newGradient(layers int) *Gradient {
	return &Gradient{W: make([]*mat.Dense, layers), B: make([]*mat.VecDense, layers)}
}
