package reference

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// Deviation says how far another program's network may be from this one. Slices have an element for each layer; nil
// ones say that nothing differs.
type Deviation struct {
	// W and B bound the differences of the weights and biases of a layer, of which every element may be nil.
	W, B [][]float64
	// Functions is by how much an elementary function may be off, beside its rounding, of its value or of 1, whichever
	// is more.
	Functions float64
}

// Outputs returns the outputs for x, of n_0 elements, and for each a bound on how far another program may be off that
// computes with the format in whatever order, with a network that differs from this by at most the deviation:
//
//	|ẑ - z| ≤ |W|ea + γ_{n+2} (|W|(|a| + ea) + |b|) + δW(|a| + ea) + δb
//
// for every layer, the first two terms being those of a kernel. A bound is +Inf where the program may overflow.
func (n *Network) Outputs(x []float64, format rounding.Format, deviation Deviation) (output, bound []float64) {
	r := rounding.PairOf(format)
	a := rounding.Exact(linear.Vector(append([]float64{}, x...)))
	for l, layer := range n.layers {
		value := layer.affine(linear.Vector(a.Value))
		z := rounding.Estimate{
			Value: linear.Elements(value), Bound: rounding.AffineBound(r, layer.w, a, layer.b),
		}
		addDeviation(z, a, layer.w, of(deviation.W, l), of(deviation.B, l))
		next := linear.Elements(layer.sigma.Value(value))
		bounds := layer.sigma.ValueBound(r, z, next)
		if deviation.Functions > 0 {
			// σ is at most z times a function of values of at most 1, or such a function, or a logarithm of a sum.
			size := 1.0
			for i := range z.Value {
				size = max(size, z.Magnitude(i))
			}
			for i := range bounds {
				bounds[i] += deviation.Functions * size
			}
		}
		a = rounding.Estimate{Value: next, Bound: bounds}
	}
	return a.Value, a.Bound
}

func of(list [][]float64, l int) []float64 {
	if l < len(list) {
		return list[l]
	}
	return nil
}

// addDeviation adds to the bounds of z what W and b may differ by.
func addDeviation(z, a rounding.Estimate, w *mat.Dense, dw, db []float64) {
	_, columns := w.Dims()
	for i := range z.Bound {
		sum := 0.0
		if dw != nil {
			for j := range columns {
				if d := dw[i*columns+j]; d != 0 {
					sum += d * a.Magnitude(j)
				}
			}
		}
		if db != nil {
			sum += db[i]
		}
		if sum != 0 {
			z.Bound[i] += rounding.Up(sum, 2*float64(columns))
		}
		if math.IsNaN(z.Bound[i]) {
			z.Bound[i] = math.Inf(1)
		}
	}
}
