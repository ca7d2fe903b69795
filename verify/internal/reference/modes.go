package reference

import (
	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// Reference computes loss and gradients for the sample (x, y) by the algorithm that keeps what kernels of this cache
// mode keep: Algorithm1 for pre, Algorithm3 for post, Algorithm4 for both and auto.
func (n *Network) Reference(cache spec.Cache, x, y []float64) *Gradient {
	switch cache {
	case spec.CachePre:
		return n.Algorithm1(x, y)
	case spec.CachePost:
		return n.Algorithm3(x, y)
	}
	return &n.Algorithm4(x, y).Gradient
}

// BatchReference is Reference for a batch of samples, a row each: Algorithm2 for pre, else Algorithm5. There is no
// algorithm of batches that keeps post-activations alone; Algorithm5 computes the same.
func (n *Network) BatchReference(cache spec.Cache, x, y *mat.Dense) *BatchGradient {
	if cache == spec.CachePre {
		return n.Algorithm2(x, y)
	}
	return n.Algorithm5(x, y)
}
