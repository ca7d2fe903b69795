package gentest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
)

// drawn says how large the networks of drawSpec may become.
type drawn struct {
	width, depth int  // of ordinary layers, and how many there are at most
	wide         bool // now and then a layer of some hundred units
}

// Ordinary are networks that compile in a fraction of a second each and still meet every shape of loop.
var Ordinary = drawn{width: 40, depth: 12, wide: true}

// Small are networks that print in milliseconds.
var Small = drawn{width: 5, depth: 3}

// edges are widths at which blocks, loops and the scalars kept for them begin, end or leave a rest.
var edges = []int{1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 18, 19, 23, 24, 25, 26, 31, 32, 33}

// fullLimit is the most weights and biases that drawSpec unrolls in full: more compile, but not many of them.
const fullLimit = 4000

// DrawSpec draws a valid network: any widths and depths, activations, costs that its last activation allows, and modes.
func DrawSpec(r *rand.Rand, name string, d drawn) spec.Network {
	depth := 1 + r.IntN(min(4, d.depth))
	if r.IntN(8) == 0 {
		depth = 1 + r.IntN(d.depth)
	}
	return drawDeep(r, name, d, depth)
}

// drawDeep is drawSpec with a given number of layers.
func drawDeep(r *rand.Rand, name string, d drawn, depth int) spec.Network {
	dims := drawDims(r, d, depth)
	n := spec.Network{
		Name: name, Input: dims[0], InputGradient: r.IntN(2) == 0,
		Precision: Pick(r, spec.Float32, spec.Float32, spec.Float64),
		Cache:     Pick(r, spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth),
		Unroll:    Pick(r, spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop),
	}
	for _, width := range dims[1:] {
		n.Layers = append(n.Layers, spec.Layer{
			Dense: width, NoBias: r.IntN(4) == 0, Activation: drawActivation(r, width),
		})
	}
	if r.IntN(8) == 0 { // else the costs that want probabilities are rare
		n.Layers[depth-1].Activation = spec.Function{Name: Pick(r, "sigmoid", "softmax")}
	}
	n.Cost = drawCost(r, n)
	n.Optimizers = drawOptimizers(r)
	n.Batch = Pick(r, batches...)
	n.Rounding = Pick(r, spec.RoundingFast, spec.RoundingFast, spec.RoundingStrict)
	n.Derivatives = drawDerivatives(r, n)
	n.SampleWeights = r.IntN(3) == 0
	if n.Unroll == spec.UnrollFull && n.Params() > fullLimit {
		n.Unroll = Pick(r, spec.UnrollAuto, spec.UnrollLoop)
	}
	return n
}

// batches are sizes of blocks: mostly small, so that batches of a few samples have several.
var batches = []int{1, 2, 3, 5, 8, 32, 33}

func drawDims(r *rand.Rand, d drawn, depth int) []int {
	dims := make([]int, depth+1)
	for i := range dims {
		if dims[i] = 1 + r.IntN(d.width); r.IntN(3) == 0 {
			dims[i] = min(d.width, Pick(r, edges...))
		}
	}
	if d.wide && r.IntN(10) == 0 {
		i := r.IntN(len(dims))
		dims[i] = 300 + r.IntN(601)
		if r.IntN(3) == 0 {
			// Two wide neighbours: a matrix with loops over rows and over columns.
			dims[(i+1)%len(dims)] = 60 + r.IntN(140)
		}
	}
	return dims
}

// drawCost draws a cost that is valid for a network's last activation; the closed forms are not rare.
func drawCost(r *rand.Rand, n spec.Network) spec.Function {
	last, _ := spec.Lookup(spec.ActivationRole, n.Layers[len(n.Layers)-1].Activation.Name)
	if !last.Probabilities && r.IntN(8) == 0 {
		return drawFormula(r, spec.CostRole)
	}
	closed := last.Probabilities && r.IntN(2) == 0
	var costs []spec.Entry
	for _, c := range spec.Costs() {
		if c.Probabilities && last.Probabilities || !c.Probabilities && !closed {
			costs = append(costs, c)
		}
	}
	return drawParams(r, Pick(r, costs...), 0)
}

// drawOptimizers draws none, one or several optimizers, in any order.
func drawOptimizers(r *rand.Rand) []spec.Optimizer {
	var names []spec.Optimizer
	if r.IntN(2) == 0 {
		return names
	}
	for _, o := range spec.Optimizers() {
		if r.IntN(3) == 0 {
			names = append(names, o.Name)
		}
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// derivedLimit is the most numbers of a matrix of derivatives: larger ones take the judge long.
const derivedLimit = 20000

// drawDerivatives draws none, one or several derivatives.
func drawDerivatives(r *rand.Rand, n spec.Network) []spec.Derivative {
	var names []spec.Derivative
	if r.IntN(3) == 0 {
		return names
	}
	for _, d := range spec.Derivatives() {
		if r.IntN(2) == 0 && d.Size(n) <= derivedLimit {
			names = append(names, d.Name)
		}
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

func Pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }

// DrawSpecs draws the networks N0000, N0001, … of a seed; the first is 20 layers deep.
func DrawSpecs(seed uint64, count int, d drawn) []spec.Network {
	var networks []spec.Network
	for i := range count {
		// A generator for each, so that network i of a seed is the same however many are drawn.
		r, name := rand.New(rand.NewPCG(seed, uint64(i))), fmt.Sprintf("N%04d", i)
		if i == 0 {
			networks = append(networks, drawDeep(r, name, drawn{width: 12}, 20))
			continue
		}
		networks = append(networks, DrawSpec(r, name, d))
	}
	return networks
}

// YAML writes a network as a spec file that decodes to it.
func YAML(n spec.Network) string {
	n = n.WithDefaults()
	var b strings.Builder
	fmt.Fprintf(&b, "name: %s\nprecision: %s\ninput: %d\nlayers:\n", n.Name, n.Precision, n.Input)
	for _, l := range n.Layers {
		fmt.Fprintf(&b, "  - {dense: %d, activation: %s, bias: %t}\n", l.Dense, flow(spec.ActivationRole, l.Activation),
			!l.NoBias)
	}
	fmt.Fprintf(&b, "cost: %s\ncache: %s\nunroll: %s\nbatch: %d\ninput_gradient: %t\n", flow(spec.CostRole, n.Cost),
		n.Cache, n.Unroll, n.Batch, n.InputGradient)
	fmt.Fprintf(&b, "sample_weights: %t\nrounding: %s\n", n.SampleWeights, n.Rounding)
	fmt.Fprintf(&b, "optimizers: [%s]\n", join(n.Optimizers))
	fmt.Fprintf(&b, "derivatives: [%s]\n", join(n.Derivatives))
	return b.String()
}

func join[T ~string](names []T) string {
	var texts []string
	for _, n := range names {
		texts = append(texts, string(n))
	}
	return strings.Join(texts, ", ")
}

// Smaller are networks somewhat simpler than n, the boldest steps first, none of them n.
func Smaller(n spec.Network) []spec.Network {
	var out []spec.Network
	try := func(change func(m *spec.Network)) {
		m := n
		m.Layers = slices.Clone(n.Layers)
		change(&m)
		if m.Digest() != n.Digest() && m.Validate() == nil {
			out = append(out, m)
		}
	}
	for i := range n.Layers {
		try(func(m *spec.Network) { m.Layers = slices.Delete(m.Layers, i, i+1) })
	}
	for _, by := range []func(int) int{
		func(int) int { return 1 }, func(w int) int { return (w + 1) / 2 }, func(w int) int { return max(1, w-1) },
	} {
		try(func(m *spec.Network) { m.Input = by(m.Input) })
		for i := range n.Layers {
			try(func(m *spec.Network) { m.Layers[i].Dense = by(m.Layers[i].Dense) })
		}
	}
	for i := range n.Layers {
		try(func(m *spec.Network) { m.Layers[i].Activation = spec.Function{Name: "identity"} })
		try(func(m *spec.Network) { m.Layers[i].Activation.Params = nil })
		if n.Layers[i].Activation.Expr != "" {
			try(func(m *spec.Network) { m.Layers[i].Activation.Expr = "z" })
		}
		try(func(m *spec.Network) { m.Layers[i].Dense = m.Layers[i].Window() })
		try(func(m *spec.Network) { m.Layers[i].NoBias = false })
	}
	try(func(m *spec.Network) { m.Cost = spec.Function{Name: "squared-error"} })
	try(func(m *spec.Network) { m.Cache = spec.CacheAuto })
	try(func(m *spec.Network) { m.Unroll = spec.UnrollAuto })
	try(func(m *spec.Network) { m.InputGradient = false })
	try(func(m *spec.Network) { m.SampleWeights = false })
	try(func(m *spec.Network) { m.Optimizers = nil })
	try(func(m *spec.Network) { m.SampleWeights = false })
	try(func(m *spec.Network) { m.Derivatives = nil })
	for i := range n.Derivatives {
		try(func(m *spec.Network) { m.Derivatives = n.Derivatives[i : i+1] })
	}
	try(func(m *spec.Network) { m.Rounding = spec.RoundingFast })
	try(func(m *spec.Network) { m.Precision = spec.Float32 })
	try(func(m *spec.Network) { m.Batch = 1 })
	return out
}
