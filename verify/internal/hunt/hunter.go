package hunt

import (
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Ranges are verify.Ranges.
type Ranges struct{ Inputs, Weights, Biases, Targets [2]float64 }

// hunter makes samples on which kernels have large errors.
type hunter struct {
	network spec.Network
	ranges  Ranges
	rng     *rand.Rand
}

// weights are W and b of one layer of a sample, views; b is nil where there is none.
type weights struct {
	w, b       []float64
	rows, cols int
}

func (w weights) row(i int) []float64 { return w.w[i*w.cols : (i+1)*w.cols] }

// of are the parameters of a sample, layer by layer.
func (h *hunter) of(params []float64) []weights {
	var list []weights
	for l := 1; l <= h.network.Depth(); l++ {
		v := weights{rows: h.network.Layers[l-1].Dense, cols: h.network.Width(l - 1)}
		v.w, params = params[:v.rows*v.cols], params[v.rows*v.cols:]
		if !h.network.Layers[l-1].NoBias {
			v.b, params = params[:v.rows], params[v.rows:]
		}
		list = append(list, v)
	}
	return list
}

// draw makes sample i of a kind that changes with i: anything, corners of the ranges, or groups.
func (h *hunter) draw(i int) trial.Sample {
	n := h.network
	s := trial.Sample{
		Params: make([]float64, n.Params()), X: make([]float64, n.Width(0)), Y: make([]float64, n.Width(n.Depth())),
	}
	switch i % 6 {
	case 0:
		s.Kind = "anything"
		h.each(s.X, h.ranges.Inputs, h.anything)
		for _, l := range h.of(s.Params) {
			h.each(l.w, h.ranges.Weights, h.anything)
			h.each(l.b, h.ranges.Biases, h.anything)
		}
	case 1:
		s.Kind = "corners"
		h.each(s.X, h.ranges.Inputs, h.corner)
		for _, l := range h.of(s.Params) {
			h.each(l.w, h.ranges.Weights, h.corner)
			h.each(l.b, h.ranges.Biases, h.corner)
		}
	default:
		s.Kind = "groups"
		h.groups(s)
	}
	h.targets(s.Y)
	s.Round(n.Precision)
	return s
}

// groups makes the units of every layer two groups whose errors add up in the next. In the first layer they have the
// same weights in another order, with inputs that are all the same: equal sums with different rounding errors. In later
// layers the units of either group have weights of one sign for the one group and of the other for the other, so that
// what is equal cancels and the errors remain.
func (h *hunter) groups(s trial.Sample) {
	c := h.from(h.ranges.Inputs, 0.5+h.rng.Float64()/2)
	for i := range s.X {
		s.X[i] = c
	}
	var side []float64
	for l, v := range h.of(s.Params) {
		before := side
		side = make([]float64, v.rows)
		for i := range side {
			side[i] = float64(1 - 2*(i%2))
		}
		bias := 0.0
		if h.rng.IntN(3) == 0 {
			bias = h.anything(h.ranges.Biases)
		}
		row := h.row(v.cols)
		other := append([]float64{}, row...)
		h.rng.Shuffle(len(other), func(i, j int) { other[i], other[j] = other[j], other[i] })
		size := 1 - h.rng.Float64()/2*float64(h.rng.IntN(2))
		for i := range v.rows {
			if v.b != nil {
				v.b[i] = min(max(bias, h.ranges.Biases[0]), h.ranges.Biases[1])
			}
			for j := range v.cols {
				switch {
				case l > 0:
					v.row(i)[j] = h.from(h.ranges.Weights, size*side[i]*before[j%len(before)])
				case side[i] > 0:
					v.row(i)[j] = row[j]
				default:
					v.row(i)[j] = other[j]
				}
			}
			if l == h.network.Depth()-1 && i > 1 && h.rng.IntN(2) == 0 { // a class that cannot be
				for j := range v.cols {
					v.row(i)[j] = h.ranges.Weights[0]
				}
			}
		}
		// A pool halves or quarters what follows: its groups are those of its first units.
		side = side[:min(len(side), max(h.network.Width(l+1), 1))]
	}
}

// row draws the weights of a unit: all of one sign, pairs that cancel, or anything.
func (h *hunter) row(n int) []float64 {
	row := make([]float64, n)
	kind := h.rng.IntN(4)
	for j := range row {
		switch {
		case kind == 0:
			row[j] = h.from(h.ranges.Weights, 1-h.rng.Float64()/4)
		case kind < 3 && j%2 == 0:
			row[j] = h.from(h.ranges.Weights, 1-h.rng.Float64()/float64(2*kind))
		case kind < 3:
			row[j] = min(max(-row[j-1], h.ranges.Weights[0]), h.ranges.Weights[1])
		default:
			row[j] = h.anything(h.ranges.Weights)
		}
	}
	if kind < 3 && n%2 == 1 && kind > 0 {
		row[n-1] = min(max(0, h.ranges.Weights[0]), h.ranges.Weights[1])
	}
	h.rng.Shuffle(n, func(i, j int) { row[i], row[j] = row[j], row[i] })
	return row
}

// targets draws y: a class, corners, or anything; probabilities for the cross-entropy of a softmax.
func (h *hunter) targets(y []float64) {
	n := h.network
	if n.Layers[n.Depth()-1].Activation.Name == "softmax" && n.Cost.Name == "cross-entropy" {
		clear(y)
		if h.rng.IntN(3) == 0 {
			trial.Dense(n, h.rng, y)
			return
		}
		y[h.rng.IntN(len(y))] = 1
		return
	}
	if h.rng.IntN(2) == 0 {
		h.each(y, h.ranges.Targets, h.corner)
		return
	}
	h.each(y, h.ranges.Targets, h.anything)
}

// change returns a sample with something changed.
func (h *hunter) change(s trial.Sample) trial.Sample {
	s.Params, s.X, s.Y = append([]float64{}, s.Params...), append([]float64{}, s.X...), append([]float64{}, s.Y...)
	s.Kind = "changed"
	for range 1 + h.rng.IntN(3) {
		layers := h.of(s.Params)
		v := layers[h.rng.IntN(len(layers))]
		i, j, k := h.rng.IntN(v.rows), h.rng.IntN(v.cols), h.rng.IntN(v.cols)
		switch row := v.row(i); h.rng.IntN(11) {
		case 0:
			row[j] = h.anything(h.ranges.Weights)
		case 1:
			row[j] = h.corner(h.ranges.Weights)
		case 2: // the order of a row
			row[j], row[k] = row[k], row[j]
		case 3: // a unit like another one
			copy(row, v.row(h.rng.IntN(v.rows)))
		case 4: // the other sign
			for j := range row {
				row[j] = min(max(-row[j], h.ranges.Weights[0]), h.ranges.Weights[1])
			}
		case 5: // an input of a layer with another sign, or like another one
			for i := range v.rows {
				v.row(i)[j] = min(max(-v.row(i)[j], h.ranges.Weights[0]), h.ranges.Weights[1])
			}
		case 6:
			for i := range v.rows {
				v.row(i)[j] = v.row(i)[k]
			}
		case 7:
			if v.b != nil {
				v.b[i] = h.anything(h.ranges.Biases)
			}
		case 8:
			s.X[h.rng.IntN(len(s.X))] = h.anything(h.ranges.Inputs)
		case 9:
			h.targets(s.Y)
		case 10: // a little, everywhere in a row: other roundings
			for j := range row {
				row[j] = min(max(row[j]*(1+h.rng.NormFloat64()*0x1p-12), h.ranges.Weights[0]), h.ranges.Weights[1])
			}
		}
	}
	s.Round(h.network.Precision)
	return s
}

// each fills v with draws from a range.
func (h *hunter) each(v []float64, r [2]float64, draw func([2]float64) float64) {
	for i := range v {
		v[i] = draw(r)
	}
}

func (h *hunter) anything(r [2]float64) float64 { return r[0] + h.rng.Float64()*(r[1]-r[0]) }

func (h *hunter) corner(r [2]float64) float64 { return r[h.rng.IntN(2)] }

// from is the number at a part of the way from 0, or what is nearest to it in the range, to an end of it: to the upper
// one for positive parts.
func (h *hunter) from(r [2]float64, part float64) float64 {
	zero := min(max(0, r[0]), r[1])
	if part < 0 {
		return zero + math.Abs(part)*(r[0]-zero)
	}
	return zero + part*(r[1]-zero)
}
