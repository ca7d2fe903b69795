package train

import (
	"errors"
	"fmt"
	"math"
)

// parameters is what a network that can be saved has: views of its weights and biases, W1, b1, W2 and so on, every
// matrix row by row.
type parameters[F Float] interface {
	Tensors() []struct {
		Name  string
		Shape []int
		Data  []F
	}
}

// Foldable is a network that scalers can be folded into: its spec emits forward and save. P is the network, W its
// workspace, X an input and Y a target.
type Foldable[P, W, X, Y any, F Float] interface {
	*P
	parameters[F]
	Forward(ws *W, x *X) *Y
}

// layer is the affine map of a layer: rows of weights, and biases, nil if it has none.
type layer[F Float] struct {
	weights, biases []F
	rows, cols      int
}

// layerOf is layer l of a network, counted from 1; the last for 0.
func layerOf[F Float](net parameters[F], l int) (found layer[F], err error) {
	number := 0
	for _, t := range net.Tensors() {
		var kind byte
		var of int
		if _, err := fmt.Sscanf(t.Name, "%c%d", &kind, &of); err != nil {
			return found, fmt.Errorf("train: the network has a tensor %q; want W1, b1 and so on", t.Name)
		}
		switch {
		case l > 0 && of != l || of < number:
		case kind == 'W':
			number, found = of, layer[F]{weights: t.Data, rows: t.Shape[0], cols: t.Shape[1]}
		case kind == 'b':
			found.biases = t.Data
		}
	}
	if found.weights == nil {
		return found, errors.New("train: the network has no weights")
	}
	return found, nil
}

// FoldInputs folds the scaler of the inputs into the first layer of a network that was trained on scaled inputs. From
// then on the network takes raw inputs. With x' = (x - offset)/scale, W·x' + b = (W/scale)·x + (b - W·(offset/scale)).
// This is computed in float64 and rounded once. On any error nothing is changed.
func FoldInputs[N Foldable[P, W, X, Y, F], P, W, X, Y any, F Float](net N, s Scaler) error {
	if (*P)(net) == nil {
		return fmt.Errorf("train.FoldInputs: the network is a nil %T", net)
	}
	first, err := layerOf(parameters[F](net), 1)
	if err != nil {
		return err
	}
	if err := s.check(first.cols); err != nil {
		return fmt.Errorf("train.FoldInputs: %w", err)
	}
	made := first.like()
	for j := range first.rows {
		row := first.weights[j*first.cols:][:first.cols]
		bias := compensated{}
		for i, w := range row {
			made.weights[j*first.cols+i] = F(float64(w) / s.Scale[i])
			bias.add(-float64(w) * (s.Offset[i] / s.Scale[i]))
		}
		if first.biases != nil {
			bias.add(float64(first.biases[j]))
			made.biases[j] = F(bias.sum())
		} else if bias.sum() != 0 {
			return errors.New("train.FoldInputs: the first layer has no biases (bias: false), which take the offsets of " +
				"inputs up; give it biases, or use a Scaler whose offsets are 0")
		}
	}
	return first.become(made, "FoldInputs")
}

// FoldOutputs folds the scaler of the targets into the last layer of a network that was trained on scaled targets. From
// then on the network returns raw outputs. The last activation must be the identity; this is tested by calling the
// network. With the scaled output z, z·scale + offset has the weights W·scale and the biases b·scale + offset. This is
// computed in float64 and rounded once. On any error nothing is changed.
func FoldOutputs[N Foldable[P, W, X, Y, F], P, W, X, Y any, F Float](net N, s Scaler) error {
	if (*P)(net) == nil {
		return fmt.Errorf("train.FoldOutputs: the network is a nil %T", net)
	}
	last, err := layerOf(parameters[F](net), 0)
	if err != nil {
		return err
	}
	if err := s.check(last.rows); err != nil {
		return fmt.Errorf("train.FoldOutputs: %w", err)
	}
	if !linear(net) {
		return errors.New("train.FoldOutputs: the last activation is not the identity, so that no weights unscale what it " +
			"returns; use Unscaled on the outputs")
	}
	made := last.like()
	for j := range last.rows {
		for i, w := range last.weights[j*last.cols:][:last.cols] {
			made.weights[j*last.cols+i] = F(float64(w) * s.Scale[j])
		}
		if last.biases != nil {
			made.biases[j] = F(float64(last.biases[j])*s.Scale[j] + s.Offset[j])
		} else if s.Offset[j] != 0 {
			return errors.New("train.FoldOutputs: the last layer has no biases (bias: false), which take the offsets of " +
				"outputs up; give it biases, or use a Scaler whose offsets are 0")
		}
	}
	return last.become(made, "FoldOutputs")
}

// linear says whether the last activation of a network is the identity. It tries a copy: with the last weights and
// biases times -2, which rounds nothing, every output must be -2 times what it was, and must not be 0 that nothing is
// seen in.
func linear[N Foldable[P, W, X, Y, F], P, W, X, Y any, F Float](net N) bool {
	copied, ws, x := *net, new(W), new(X)
	if inputs := floats[F](x); inputs != nil {
		for i := range inputs {
			inputs[i] = F(1 + i%2)
		}
	}
	last, err := layerOf(parameters[F](N(&copied)), 0)
	if err != nil {
		return false
	}
	for i := range last.weights {
		last.weights[i] = F(1+i%3) / 4
	}
	for j := range last.biases {
		last.biases[j] = F(1 + j%5)
	}
	outputs := func() []F { return append([]F(nil), floats[F](N(&copied).Forward(ws, x))...) }
	before := outputs()
	for _, values := range [][]F{last.weights, last.biases} {
		for i := range values {
			values[i] *= -2
		}
	}
	after := outputs()
	if len(before) != last.rows {
		return false // it pools
	}
	for i, v := range before {
		if v == 0 || !finite(v) || after[i] != -2*v {
			return false
		}
	}
	return true
}

// like is a layer of the same sizes.
func (l layer[F]) like() layer[F] {
	l.weights, l.biases = make([]F, len(l.weights)), make([]F, len(l.biases))
	return l
}

// become writes what a layer is to be, if all of it is finite.
func (l layer[F]) become(made layer[F], name string) error {
	for _, values := range [][]F{made.weights, made.biases} {
		if i := firstBad(values); i >= 0 {
			return fmt.Errorf("train.%s: a parameter would be %v; the scales are too far from 1 for the network's precision",
				name, values[i])
		}
	}
	copy(l.weights, made.weights)
	copy(l.biases, made.biases)
	return nil
}

// compensated is a sum that keeps what rounding takes from it (Neumaier 1974).
type compensated struct{ total, lost float64 }

func (c *compensated) add(v float64) {
	sum := c.total + v
	if math.Abs(c.total) >= math.Abs(v) {
		c.lost += (c.total - sum) + v
	} else {
		c.lost += (v - sum) + c.total
	}
	c.total = sum
}

func (c *compensated) sum() float64 { return c.total + c.lost }
