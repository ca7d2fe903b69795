package gentest

import "github.com/backpropgen/backpropgen/spec"

// Victims are the networks whose emitted code mistakes are planted in. Together they have every construct that emitted
// code is made of: straight lines and loops, every cache mode, both precisions, layers with and without biases, pools,
// activations of a whole layer, formulas, closed forms, the gradient of the input, and 100,000 parameters.
var Victims = []spec.Network{
	{
		Name: "Smooth", Input: 3, Layers: []spec.Layer{Act(4, "tanh"), Act(3, "sigmoid"), Act(2, "arctan")},
		Cost: spec.Function{Name: "mse"}, InputGradient: true,
	},
	{
		Name: "Classes", Input: 4, Layers: []spec.Layer{Act(6, "relu"), Act(3, "softmax")},
		Cost: spec.Function{Name: "cross-entropy"}, Cache: spec.CachePost,
	},
	{
		Name: "Loops", Input: 18, Layers: []spec.Layer{Act(17, "leaky-relu"), Act(9, "softmax")},
		Cost: spec.Function{Name: "cross-entropy"}, Unroll: spec.UnrollLoop,
	},
	{
		Name: "Pools", Input: 5, Layers: []spec.Layer{
			{Dense: 6, Activation: spec.Function{Name: "max-pool", Params: map[string]float64{spec.Window: 3}}},
			Act(4, "radial-sigmoid"),
			{Dense: 6, Activation: spec.Function{Name: "avg-pool", Params: map[string]float64{spec.Window: 2}}},
		},
		Cost: spec.Function{Name: "half-squared-error"}, Cache: spec.CacheBoth,
	},
	{
		Name: "Pre", Input: 3, Layers: []spec.Layer{
			{Dense: 5, Activation: spec.Function{Name: "gelu"}, NoBias: true}, Act(4, "log-softmax"), Act(3, "sigmoid"),
		},
		Cost: spec.Function{Name: "binary-cross-entropy"}, Cache: spec.CachePre, InputGradient: true,
	},
	{
		Name: "Double", Precision: spec.Float64, Input: 3, Layers: []spec.Layer{Act(4, "elu"), Act(3, "hard-tanh")},
		Cost: spec.Function{Name: "huber"}, Cache: spec.CacheBoth,
	},
	{
		Name: "Formula", Input: 3, Layers: []spec.Layer{
			{Dense: 4, Activation: spec.Function{Expr: "z / (1 + exp(-z))"}, NoBias: true},
			{Dense: 2, Activation: spec.Function{Expr: "max(z, z / 4) + sin(z)"}, NoBias: true},
		},
		Cost: spec.Function{Expr: "(a - y)^2 + abs(a - y)"}, Cache: spec.CachePost,
	},
	{
		Name: "Large", Input: 300, Layers: []spec.Layer{Act(330, "softplus"),
			Act(4, "identity")}, Cost: spec.Function{Name: "mse"},
	},
}
