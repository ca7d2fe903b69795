package verify

import (
	"encoding/binary"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"gonum.org/v1/gonum/mat"
)

// BatchBounds returns, for every number that Algorithm2 and Algorithm5 compute for the batch (X, Y), a bound on how far
// the same number may be off as computed by a kernel of the given precision, the samples summed in any order: what
// Bounds gives for the samples, and the roundings of a sum of N. Samples that occur again take no time.
func (n *Network) BatchBounds(x, y *mat.Dense, p spec.Precision) (*BatchGradient, error) {
	kernel, err := arithmeticOf(p)
	if err != nil {
		return nil, err
	}
	return n.batchEstimate(x, y, newRounding(kernel)).bounds, nil
}

// batchEstimate is what is known of the errors of a batch.
type batchEstimate struct {
	bounds *BatchGradient
	// sizes are the sums over the samples of the absolute values that gradients of the parameters can have in a
	// kernel, flat.
	sizes []float64
	// largest is the sum over the samples of the largest |a_{ℓ-1}|, for layer ℓ at index ℓ-1.
	largest []float64
}

func (n *Network) batchEstimate(x, y *mat.Dense, r rounding) batchEstimate {
	g := n.newBatchGradient()
	// The sums over the samples, the loss last: of the bounds, and of the absolute values, as large as they can
	// be in a kernel and in the reference.
	sums := append(g.Flat(), 0)
	kernelSize, size := make([]float64, len(sums)), make([]float64, len(sums))
	largest := make([]float64, len(n.layers))
	count, _ := x.Dims()
	outputs, inputs := make([]*mat.VecDense, count), make([]*mat.VecDense, count)
	for _, members := range alike(x, y) {
		t := n.Algorithm4(elements(row(x, members[0])), elements(row(y, members[0])))
		bounds, _ := n.estimates(t, r)
		times := float64(len(members))
		values := append(t.Flat(), t.Loss)
		for k, e := range append(bounds.Flat(), bounds.Loss) {
			sums[k] += times * e
			kernelSize[k] += times * (math.Abs(values[k]) + e)
			size[k] += times * math.Abs(values[k])
		}
		for l := range largest {
			largest[l] += times * mat.Norm(t.A[l], math.Inf(1))
		}
		for _, i := range members {
			outputs[i], inputs[i] = bounds.Output, bounds.X
		}
	}
	samples := float64(count)
	for k := range sums {
		kernelSize[k] = up(kernelSize[k], 3*samples)
		sums[k] = up(sums[k], 2*samples) +
			r.local(work{roundings: samples + 1}, kernelSize[k], up(size[k], 2*samples))
	}
	g.setFlat(sums[:len(sums)-1])
	g.Loss = sums[len(sums)-1]
	if count > 0 {
		g.Output = rows(count, func(i int) *mat.VecDense { return outputs[i] })
		g.X = rows(count, func(i int) *mat.VecDense { return inputs[i] })
	}
	return batchEstimate{g, kernelSize[:len(kernelSize)-1], largest}
}

// alike returns the numbers of the rows, those together in which both x and y have the same bits, in the order of
// their first.
func alike(x, y *mat.Dense) (groups [][]int) {
	count, _ := x.Dims()
	at := map[string]int{}
	for i := range count {
		var key []byte
		for _, m := range []*mat.Dense{x, y} {
			for _, v := range m.RawRowView(i) {
				key = binary.NativeEndian.AppendUint64(key, math.Float64bits(v))
			}
		}
		g, known := at[string(key)]
		if !known {
			g = len(groups)
			at[string(key)] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	return groups
}

// batchStep is Step for the sums over a batch: p - rate·g, and a bound for a kernel that multiplies by the rate before or
// after it sums.
func (n *Network) batchStep(g *BatchGradient, e batchEstimate, r rounding, rate float64, samples int) (params, bound []float64) {
	grad, bounds, sizes := g.Flat(), e.bounds.Flat(), e.sizes
	for l, layer := range n.layers {
		// A product of rate and d may underflow before it is multiplied by a, a sum of them after it.
		update := func(ps []float64, largest float64) {
			underflow := r.kernel.tiny*2*largest + r.underflow(work{roundings: float64(samples) + 1}, 1)
			for i, p := range ps {
				next, err := r.descent(p, grad[i], bounds[i], sizes[i], rate, underflow)
				params, bound = append(params, next), append(bound, err)
			}
			grad, bounds, sizes = grad[len(ps):], bounds[len(ps):], sizes[len(ps):]
		}
		update(layer.w.RawMatrix().Data, e.largest[l])
		if layer.b != nil {
			update(elements(layer.b), 0)
		}
	}
	return params, bound
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
