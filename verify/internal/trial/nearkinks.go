package trial

import (
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
)

// nearKinks moves parameters and targets of a sample so that about half of all units and outputs are close to a kink.
// It goes from layer to layer, since each moves the inputs of the next; a unit is moved by its bias, or where there is
// none by its weights.
func (s *Sample) nearKinks(n spec.Network, rng *rand.Rand) error {
	params, a := s.Params, s.X
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		sigma, err := function.ActivationOf(n.Layers[l-1].Activation)
		if err != nil {
			return err
		}
		w, b := params[:rows*cols], []float64(nil)
		params = params[rows*cols:]
		if !n.Layers[l-1].NoBias {
			b, params = params[:rows], params[rows:]
		}
		z := make([]float64, rows)
		kinks := function.KinksOf(sigma)
		for i := range z {
			row, sum := w[i*cols:(i+1)*cols], 0.0
			for j, v := range row {
				sum += v * a[j]
			}
			target, move := near(rng, sigma, kinks, z[:i])
			switch {
			case move && b != nil:
				b[i] = rounded(n.Precision, target-sum)
			case move && math.Abs(sum) > 1e-3:
				for j := range row {
					row[j] = rounded(n.Precision, row[j]*target/sum)
				}
			}
			z[i] = 0
			for j, v := range row {
				z[i] += v * a[j]
			}
			if b != nil {
				z[i] += b[i]
			}
		}
		a = linear.Elements(sigma.Value(linear.Vector(z)))
	}
	return s.nearErrors(n, rng, a)
}

// Trials close to kinks beside the usual ones, as each is close to some of them only: so many, or fewer in large
// networks, as many parameters as the budget says having them together.
const nearMost, nearBudget = 48, 1 << 18

// NearTrials are their numbers, none where the network has no kinks.
func NearTrials(n spec.Network) (list []int, err error) {
	entry, _ := spec.Lookup(spec.CostRole, n.Cost.Name)
	kinks := n.Cost.Name == "huber" || n.Cost.Name == "mae" || n.Cost.Expr != "" && !entry.Probabilities
	for _, l := range n.Layers {
		sigma, err := function.ActivationOf(l.Activation)
		if err != nil {
			return nil, err
		}
		kinks = kinks || l.Activation.Name == "max-pool" || len(function.KinksOf(sigma)) > 0
	}
	if !kinks {
		return nil, nil
	}
	for i := range min(max(nearBudget/n.Params(), 1), nearMost) {
		list = append(list, NearFirst+i)
	}
	return list, nil
}

// near is where a unit goes, if it is moved: by a kink, or where the layer takes maxima by the first unit of its
// window.
func near(rng *rand.Rand, sigma function.Activation, kinks, before []float64) (target float64, move bool) {
	if rng.IntN(2) == 0 {
		return 0, false
	}
	if window, ok := function.MaximaOf(sigma); ok {
		first := 0
		if window > 0 {
			first = len(before) / window * window
		}
		if first == len(before) {
			return 0, false
		}
		return before[first] + closely(rng), true
	}
	if len(kinks) == 0 {
		return 0, false
	}
	return kinks[rng.IntN(len(kinks))] + closely(rng), true
}

// closely is a distance of 3e-6 to 1e-4, to either side.
func closely(rng *rand.Rand) float64 {
	d := math.Pow(10, -4-1.5*rng.Float64())
	if rng.IntN(2) == 0 {
		return -d
	}
	return d
}

// nearErrors moves about half of the targets close to where the cost has a kink, for the outputs a, unless they must be
// probabilities.
func (s *Sample) nearErrors(n spec.Network, rng *rand.Rand, a []float64) error {
	if entry, _ := spec.Lookup(spec.CostRole, n.Cost.Name); entry.Probabilities {
		return nil
	}
	c, err := function.CostOf(n.Cost)
	if err != nil {
		return err
	}
	for i := range s.Y {
		if rng.IntN(2) == 0 {
			continue
		}
		slope := func(y float64) float64 {
			return c.Gradient(linear.Vector([]float64{a[i]}), linear.Vector([]float64{y})).AtVec(0)
		}
		kinks := function.Jumps(slope, a[i]-4, a[i]+4)
		if n.Cost.Name == "huber" { // whose slope has no jump, but corners
			delta := n.Cost.Param(spec.CostRole, "delta")
			kinks = []float64{a[i] - delta, a[i] + delta}
		}
		if len(kinks) > 0 {
			s.Y[i] = rounded(n.Precision, kinks[rng.IntN(len(kinks))]+closely(rng))
		}
	}
	return nil
}

// rounded is a number of the precision.
func rounded(p spec.Precision, v float64) float64 {
	if p == spec.Float32 {
		return float64(float32(v))
	}
	return v
}
