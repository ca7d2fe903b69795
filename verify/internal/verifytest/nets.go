// Package verifytest has what tests of several packages below verify share: networks with every activation and cost,
// comparisons within bounds, and exp and log to hundreds of digits.
package verifytest

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// Build makes a network from widths n_0 … n_L and the activations of the layers 1 … L.
func Build(cost string, precision spec.Precision, widths []int, activations ...string) spec.Network {
	n := spec.Network{Name: "Net", Input: widths[0], Precision: precision, Cost: spec.Function{Name: cost}}
	for l, a := range activations {
		n.Layers = append(n.Layers, spec.Layer{Dense: widths[l+1], Activation: spec.Function{Name: a}})
	}
	return n.WithDefaults()
}

// EveryActivation lists the activations of the catalogue, with several values of the parameters they take.
func EveryActivation() []spec.Function {
	settings := map[string][]map[string]float64{
		"leaky-relu": {nil, {"slope": 0.3}, {"slope": -0.5}},
		"elu":        {nil, {"alpha": 2.5}},
		"max-pool":   {nil, {spec.Window: 2}},
		"avg-pool":   {nil, {spec.Window: 3}},
	}
	return everyFunction(spec.Activations(), settings)
}

// everyCost lists the costs of the catalogue likewise.
func everyCost() []spec.Function {
	return everyFunction(spec.Costs(), map[string][]map[string]float64{"huber": {nil, {"delta": 0.3}}})
}

func everyFunction(entries []spec.Entry, settings map[string][]map[string]float64) (list []spec.Function) {
	for _, e := range entries {
		given := settings[e.Name]
		if given == nil {
			given = []map[string]float64{nil}
		}
		for _, params := range given {
			list = append(list, spec.Function{Name: e.Name, Params: params})
		}
	}
	return list
}

// EveryPair returns networks of two or three layers that have every pair of a hidden and a last activation, and every
// valid pair of a last activation and a cost; one in three layers has no bias. With -short it is one in seventeen
// of them.
func EveryPair(t *testing.T, precision spec.Precision) []spec.Network {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	var list []spec.Network
	layers := 0
	add := func(hidden, last, cost spec.Function) bool {
		n := Build(cost.Name, precision, []int{1 + rng.IntN(6)})
		n.Cost = cost
		if rng.IntN(2) == 0 {
			n.Layers = append(n.Layers, spec.Layer{Dense: 1 + rng.IntN(6), Activation: spec.Function{Name: "tanh"}})
		}
		for _, f := range []spec.Function{hidden, last} {
			l := spec.Layer{Dense: 1 + rng.IntN(7), Activation: f}
			if w := int(f.Params[spec.Window]); w > 0 {
				l.Dense = w * (1 + rng.IntN(3))
			}
			n.Layers = append(n.Layers, l)
		}
		for l := range n.Layers {
			layers++
			n.Layers[l].NoBias = layers%3 == 0
		}
		if n.Validate() != nil {
			return false
		}
		list = append(list, n)
		return true
	}
	activations, costs := EveryActivation(), everyCost()
	for i, last := range activations {
		for j, cost := range costs {
			add(activations[(i+j)%len(activations)], last, cost)
		}
		for j, hidden := range activations {
			for k := 0; !add(hidden, last, costs[(i+j+k)%len(costs)]); k++ {
			}
		}
	}
	// Two costs want one of the two activations whose outputs are probabilities, the others take any.
	n, c := len(activations), len(costs)
	if want := n*n + n*(c-2) + 2*2; len(list) != want {
		t.Fatalf("%d valid networks over all activations and costs, want %d", len(list), want)
	}
	if !testing.Short() {
		return list
	}
	var few []spec.Network
	for i := 0; i < len(list); i += 17 {
		few = append(few, list[i])
	}
	return few
}

// Title names a network in a subtest.
func Title(n spec.Network) string {
	named := func(f spec.Function) string {
		entry, ok := spec.Lookup(spec.ActivationRole, f.Name)
		if !ok {
			entry, _ = spec.Lookup(spec.CostRole, f.Name)
		}
		s := f.Name
		for _, p := range entry.Params {
			if v, given := f.Params[p.Name]; given {
				s += fmt.Sprint(p.Name, v)
			}
		}
		return s
	}
	s := fmt.Sprint(n.Input)
	for _, l := range n.Layers {
		s += fmt.Sprintf("-%d%s", l.Dense, named(l.Activation))
	}
	return s + "-" + named(n.Cost)
}
