package trial

import (
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"gonum.org/v1/gonum/floats"
)

// New draws trial i of a network.
func New(n spec.Network, i int) (Sample, error) {
	rng, _ := Random(n, uint64(i))
	k := kindOf(i)
	s := Sample{
		Kind: k.name, Params: make([]float64, 0, n.Params()), X: make([]float64, n.Width(0)),
		Y: make([]float64, n.Width(n.Depth())), Rate: math.Ldexp(rng.Float64()+0.5, -rng.IntN(8)),
	}
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		w, b := make([]float64, rows*cols), make([]float64, rows)
		switch turn := l == turn(n, i); {
		case k.dead && turn:
		case k.kinks && turn:
			if n.Layers[l-1].Window() > 1 {
				draw.WholeNumbers(rng, b) // units of a window tie
			} else {
				draw.EveryWholeNumber(rng, b)
			}
			repeatRows(rng, w, b)
		case k.whole:
			draw.WholeNumbers(rng, b)
			for i := range w {
				w[i] = float64(rng.IntN(3) - 1)
			}
			repeatRows(rng, w, b)
		case k.powers:
			power := math.Exp2(-math.Ceil(math.Log2(float64(cols)) / 2))
			draw.Signs(rng, w)
			draw.Signs(rng, b)
			floats.Scale(power, w)
			floats.Scale(power, b)
		default:
			draw.ScaledNormal(rng, w, k.scale*WeightScale(n, l))
			draw.ScaledNormal(rng, b, k.bias)
		}
		s.Params = append(s.Params, w...)
		if !n.Layers[l-1].NoBias {
			s.Params = append(s.Params, b...)
		}
	}
	k.input(rng, s.X)
	k.target(n, rng, s.Y)
	s.Round(n.Precision)
	if k.near {
		if err := s.nearKinks(n, rng); err != nil {
			return Sample{}, err
		}
	}
	if k.logits != 0 {
		layer := n.Depth()
		if k.inner {
			layer = turn(n, i)
		}
		// To 100 and, once that has been had with every layer or target, to -100: what overflows at one may do well at
		// the other.
		largest, turns := k.logits, 2
		if k.inner {
			turns = n.Depth()
		}
		if i/len(Kinds)/turns%2 == 1 {
			largest = -largest
		}
		least, err := s.scaleLayer(n, layer, largest)
		if err != nil {
			return Sample{}, err
		}
		if k.missed && i/len(Kinds)%2 == 0 {
			clear(s.Y)
			s.Y[least] = 1
		}
		s.Round(n.Precision)
	}
	return s, nil
}

// scaleLayer multiplies the parameters of layer l so that the z_l of largest magnitude becomes the given one, and
// returns which output is the least then.
func (s *Sample) scaleLayer(n spec.Network, l int, largest float64) (least int, err error) {
	network, err := reference.New(n, s.Params)
	if err != nil {
		return 0, err
	}
	t := network.Algorithm4(s.X, s.Y)
	z := 0.0
	for _, v := range linear.Elements(t.Z[l]) {
		if math.Abs(v) > math.Abs(z) {
			z = v
		}
	}
	least = floats.MinIdx(linear.Elements(t.Output))
	if z == 0 {
		return least, nil
	}
	if largest/z < 0 {
		least = floats.MaxIdx(linear.Elements(t.Output))
	}
	params := s.Params
	for _, b := range finding.Blocks(n, "") {
		if b.Layer == l {
			floats.Scale(largest/z, params[:b.N])
		}
		params = params[b.N:]
	}
	return least, nil
}

// repeatRows makes every other row of W and b that of before, with even odds: units that tie.
func repeatRows(rng *rand.Rand, w, b []float64) {
	cols := len(w) / len(b)
	for i := 1; i < len(b); i += 2 {
		if rng.IntN(2) == 0 {
			copy(w[i*cols:(i+1)*cols], w[(i-1)*cols:i*cols])
			b[i] = b[i-1]
		}
	}
}
