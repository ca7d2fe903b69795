package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// BatchBounds returns, for every number that Algorithm2 and Algorithm5 compute for the batch (X, Y), a bound on how far
// the same number may be off as computed by a kernel of the given precision, the samples summed in any order: what
// Bounds gives for the samples, and the roundings of a sum of N.
func (n *Network) BatchBounds(x, y *mat.Dense, p spec.Precision) (*BatchGradient, error) {
	kernel, err := arithmeticOf(p)
	if err != nil {
		return nil, err
	}
	g := n.newBatchGradient()
	// The sums over the samples, the loss last: of the bounds, and of the absolute values, as large as they can
	// be in a kernel and in the reference.
	sums := append(g.Flat(), 0)
	kernelSize, size := make([]float64, len(sums)), make([]float64, len(sums))
	count, _ := x.Dims()
	outputs, inputs := make([]*mat.VecDense, count), make([]*mat.VecDense, count)
	for i := range count {
		t := n.Algorithm4(elements(row(x, i)), elements(row(y, i)))
		bounds, err := n.Bounds(t, p)
		if err != nil {
			return nil, err
		}
		outputs[i], inputs[i] = bounds.Output, bounds.X
		values := append(t.Flat(), t.Loss)
		for k, e := range append(bounds.Flat(), bounds.Loss) {
			sums[k] += e
			kernelSize[k] += math.Abs(values[k]) + e
			size[k] += math.Abs(values[k])
		}
	}
	samples := float64(count)
	r := newRounding(kernel)
	for k := range sums {
		sums[k] = up(sums[k], samples) +
			r.local(work{roundings: samples + 1}, up(kernelSize[k], 2*samples), up(size[k], samples))
	}
	g.setFlat(sums[:len(sums)-1])
	g.Loss = sums[len(sums)-1]
	if count > 0 {
		g.Output = rows(count, func(i int) *mat.VecDense { return outputs[i] })
		g.X = rows(count, func(i int) *mat.VecDense { return inputs[i] })
	}
	return g, nil
}

// setFlat is the inverse of Flat.
func (g *BatchGradient) setFlat(flat []float64) {
	for l, w := range g.W {
		flat = flat[copy(w.RawMatrix().Data, flat):]
		if g.B[l] != nil {
			flat = flat[copy(elements(g.B[l]), flat):]
		}
	}
}
