package gentest

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
)

// features are what a network has of the things that are drawn.
func features(n spec.Network) []string {
	n = n.WithDefaults()
	list := []string{
		fmt.Sprint("cost ", n.Cost.Name, " ", n.Precision), fmt.Sprint("cache ", n.Cache, " ",
			n.Precision), fmt.Sprint("unroll ", n.Unroll, " ", n.Rounding),
		fmt.Sprint("rounding ", n.Rounding, " ", n.Precision), fmt.Sprint("batch ",
			n.Batch), fmt.Sprint("input gradient ", n.InputGradient, " ", n.Cache),
		fmt.Sprint("sample weights ", n.SampleWeights, " ", n.Rounding),
		fmt.Sprint("sample weights ", n.SampleWeights, " ", n.Precision),
		fmt.Sprint("depth ", min(n.Depth()/3, 4)), fmt.Sprint("optimizers ", min(len(n.Optimizers), 2)),
	}
	for _, o := range n.Optimizers {
		list = append(list, fmt.Sprint("optimizer ", o, " ", n.Precision))
	}
	for _, d := range n.Derivatives {
		list = append(list, fmt.Sprint("derivative ", d))
	}
	for i, l := range n.Layers {
		place := "hidden"
		if i == len(n.Layers)-1 {
			place = "last"
		}
		list = append(list, fmt.Sprint(place, " ", l.Activation.Name),
			fmt.Sprint(l.Activation.Name, " ", n.Precision, " ", n.Rounding), fmt.Sprint(place, " bias ", !l.NoBias))
		if l.Dense >= 300 {
			list = append(list, "wide layer")
		}
	}
	return list
}

// variedLimit is the most weights and biases of a network that is chosen. What the judge takes grows with them: seven
// networks of up to 1000 have more of what is drawn than five of up to 5000, and take half as long.
const variedLimit = 1000

// VariedSpecs are the first networks of a seed that are drawn, or, of few, as many of the first 400 that have as much
// as can be of what is drawn: each adds the most that those before do not have. So few check more than many that come
// as they may, and the judge of a network takes seconds.
func VariedSpecs(seed uint64, count int) []spec.Network {
	if count > 30 {
		return DrawSpecs(seed, count, Ordinary)
	}
	drawn := DrawSpecs(seed, 400, Ordinary)
	seen, taken := map[string]bool{}, map[string]bool{}
	var chosen []spec.Network
	for range count {
		best, most := -1, -1
		for i, n := range drawn {
			if taken[n.Name] || n.Params() > variedLimit {
				continue
			}
			more := map[string]bool{}
			for _, f := range features(n) {
				if !seen[f] {
					more[f] = true
				}
			}
			if len(more) > most || len(more) == most && n.Params() < drawn[best].Params() {
				best, most = i, len(more)
			}
		}
		for _, f := range features(drawn[best]) {
			seen[f] = true
		}
		taken[drawn[best].Name] = true
		chosen = append(chosen, drawn[best])
	}
	return chosen
}
