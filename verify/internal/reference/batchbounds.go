package reference

import (
	"encoding/binary"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// BatchBounds returns, for every number that Algorithm2 and Algorithm5 compute for the batch (X, Y), a bound on how far
// the same number may be off as computed by a kernel of the given precision, the samples summed in any order: what
// Bounds gives for the samples, and the roundings of a sum of N. Samples that occur again take no time.
func (n *Network) BatchBounds(x, y *mat.Dense, p spec.Precision) (*BatchGradient, error) {
	kernel, err := rounding.FormatOf(p)
	if err != nil {
		return nil, err
	}
	return n.BatchEstimate(x, y, rounding.PairOf(kernel)).Bounds, nil
}

// BatchEstimate is what is known of the errors of a batch.
type BatchEstimate struct {
	Bounds *BatchGradient
	// sizes are the sums over the samples of the absolute values that gradients of the parameters can have in a
	// kernel, flat.
	sizes []float64
	// largest is the sum over the samples of the largest |a_{ℓ-1}|, for layer ℓ at index ℓ-1.
	largest []float64
}

// BatchEstimate is BatchBounds, and what else is known of the errors.
func (n *Network) BatchEstimate(x, y *mat.Dense, r rounding.Pair) BatchEstimate {
	count, _ := x.Dims()
	var parts []Contribution
	picks := make([]int, count)
	for _, members := range Alike(x, y) {
		for _, i := range members {
			picks[i] = len(parts)
		}
		parts = append(parts, n.Contribution(linear.Elements(linear.Row(x, members[0])),
			linear.Elements(linear.Row(y, members[0])), r))
	}
	_, e := n.Sums(parts, picks, r)
	e.Bounds.Output = Spread(parts, picks, func(s Contribution) *mat.VecDense { return s.OutputBound })
	e.Bounds.X = Spread(parts, picks, func(s Contribution) *mat.VecDense { return s.InputBound })
	return e
}

// Spread is the matrix with a row for each pick, the empty one where there are none.
func Spread(parts []Contribution, picks []int, of func(Contribution) *mat.VecDense) *mat.Dense {
	if len(picks) == 0 {
		return new(mat.Dense)
	}
	return linear.Rows(len(picks), func(i int) *mat.VecDense { return of(parts[picks[i]]) })
}

// Contribution is what is known of one sample of a batch: its gradients of the parameters, flat, and its loss after
// them, with their bounds; the largest |a_{ℓ-1}|, for layer ℓ at index ℓ-1; and what belongs to the sample alone.
type Contribution struct {
	values, bounds, largest                []float64
	Output, OutputBound, Input, InputBound *mat.VecDense
}

// Contribution is that of the sample (x, y).
func (n *Network) Contribution(x, y []float64, r rounding.Pair) Contribution {
	t := n.Algorithm4(x, y)
	bounds, _ := n.Estimates(t, r)
	s := Contribution{
		values: append(t.Flat(), t.Loss), bounds: append(bounds.Flat(), bounds.Loss),
		Output: t.Output, OutputBound: bounds.Output, Input: t.X, InputBound: bounds.X,
	}
	for l := range n.layers {
		s.largest = append(s.largest, mat.Norm(t.A[l], math.Inf(1)))
	}
	return s
}

// Sums is the batch whose sample i is parts[picks[i]], without what has a row for each sample: the sums of the parts,
// each as often as it was picked, and what is known of their errors.
func (n *Network) Sums(parts []Contribution, picks []int, r rounding.Pair) (*BatchGradient, BatchEstimate) {
	times := make([]float64, len(parts))
	for _, k := range picks {
		times[k]++
	}
	g, bounds := n.newBatchGradient(), n.newBatchGradient()
	// The sums over the samples, the loss last: of the values, of the bounds, and of the absolute values, as large as
	// they can be in a kernel and in the reference.
	total := append(g.Flat(), 0)
	off, kernelSize, size := make([]float64, len(total)), make([]float64, len(total)), make([]float64, len(total))
	largest := make([]float64, len(n.layers))
	for i, s := range parts {
		if times[i] == 0 {
			continue
		}
		for k, e := range s.bounds {
			v := s.values[k]
			total[k] += times[i] * v
			off[k] += times[i] * e
			kernelSize[k] += times[i] * (math.Abs(v) + e)
			size[k] += times[i] * math.Abs(v)
		}
		for l := range largest {
			largest[l] += times[i] * s.largest[l]
		}
	}
	samples := float64(len(picks))
	loss := r.Loss(rounding.Work{Roundings: samples + 1})
	for k := range off {
		kernelSize[k] = rounding.Up(kernelSize[k], 3*samples)
		off[k] = rounding.Up(off[k], 2*samples) +
			loss.Local(kernelSize[k], rounding.Up(size[k], 2*samples))
	}
	last := len(total) - 1
	g.setFlat(total[:last])
	bounds.setFlat(off[:last])
	g.Loss, bounds.Loss = total[last], off[last]
	return g, BatchEstimate{bounds, kernelSize[:last], largest}
}

// Alike returns the numbers of the rows, those together in which both x and y have the same bits, in the order of
// their first.
func Alike(x, y *mat.Dense) (groups [][]int) {
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

// BatchStep is Step for the sums over a batch: p - rate·g, and a bound for a kernel that multiplies by the rate before
// or after it sums.
func (n *Network) BatchStep(
	g *BatchGradient, e BatchEstimate, r rounding.Pair, rate float64, samples int,
) (params, bound []float64) {
	grad, bounds, sizes, d := g.Flat(), e.Bounds.Flat(), e.sizes, descentOf(r)
	params, bound = make([]float64, 0, len(grad)), make([]float64, 0, len(grad))
	for l, layer := range n.layers {
		// A product of rate and d may underflow before it is multiplied by a, a sum of them after it.
		update := func(ps []float64, largest float64) {
			underflow := r.Kernel.Tiny*2*largest + r.Underflow(rounding.Work{Roundings: float64(samples) + 1}, 1)
			for i, p := range ps {
				next, err := d.of(p, grad[i], bounds[i], sizes[i], rate, underflow)
				params, bound = append(params, next), append(bound, err)
			}
			grad, bounds, sizes = grad[len(ps):], bounds[len(ps):], sizes[len(ps):]
		}
		update(layer.w.RawMatrix().Data, e.largest[l])
		if layer.b != nil {
			update(linear.Elements(layer.b), 0)
		}
	}
	return params, bound
}

// setFlat is the inverse of Flat.
func (g *BatchGradient) setFlat(flat []float64) {
	for l, w := range g.W {
		flat = flat[copy(w.RawMatrix().Data, flat):]
		if g.B[l] != nil {
			flat = flat[copy(linear.Elements(g.B[l]), flat):]
		}
	}
}
