package spec

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// mistakes returns "path: message" of every mistake of n.
func mistakes(t *testing.T, n Network) []string {
	t.Helper()
	err := n.Validate()
	if err == nil {
		return nil
	}
	var lines []string
	for _, e := range err.(ErrorList) {
		if e.File != "" || e.Line != 0 || e.Column != 0 || e.Source != "" {
			t.Errorf("a place without a file: %#v", e)
		}
		lines = append(lines, e.Error())
	}
	return lines
}

// with returns a valid network changed by one edit.
func with(edit func(n *Network)) Network {
	n := iris
	n.Layers = append([]Layer{}, iris.Layers...)
	edit(&n)
	return n
}

func layersOf(count, dense int) []Layer {
	layers := make([]Layer, count)
	for i := range layers {
		layers[i].Dense = dense
	}
	return layers
}

func TestValidateAccepts(t *testing.T) {
	for name, n := range map[string]Network{
		"iris":            iris,
		"defaults":        iris.WithDefaults(),
		"no targets":      with(func(n *Network) { n.Targets = []Target{} }),
		"most layers":     with(func(n *Network) { n.Layers, n.Cost.Name = layersOf(MaxLayers, 1), "mse" }),
		"most parameters": with(func(n *Network) { n.Input, n.Layers, n.Cost.Name = 4095, layersOf(1, 4096), "mse" }),
		"no bias": with(func(n *Network) {
			n.Input, n.Layers, n.Cost.Name = 4096, []Layer{{Dense: 4096, NoBias: true}}, "mse"
		}),
		"largest batch":    with(func(n *Network) { n.Batch = MaxBatch }),
		"sigmoid for ce":   with(func(n *Network) { n.Layers[1].Activation.Name = "sigmoid" }),
		"softmax inside":   with(func(n *Network) { n.Layers[0].Activation.Name = "softmax" }),
		"longest name":     with(func(n *Network) { n.Name = strings.Repeat("N", MaxNameLength) }),
		"name not a test":  with(func(n *Network) { n.Name = "Tester" }),
		"name like a word": with(func(n *Network) { n.Name = "Type" }),
		"suffix inside":    with(func(n *Network) { n.Name = "GradientBatcher" }),
		"weights":          with(func(n *Network) { n.Weights = "a/..b/Über 1.safetensors" }),
		"most weights": with(func(n *Network) {
			n.Input, n.Layers, n.Cost.Name, n.Weights = 1023, layersOf(1, 1024), "mse", "a.npz"
		}),
		"package with test": with(func(n *Network) { n.Package = "testing_" }),
	} {
		if got := mistakes(t, n); got != nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// TestValidateWeights: paths of files of weights lie in the spec's folder, whatever the system.
func TestValidateWeights(t *testing.T) {
	const rule = "; write the path from the spec's folder, such as weights/iris.safetensors"
	for path, want := range map[string]string{
		"iris.pt":   `"iris.pt" must end in .safetensors or .npz`,
		"a/iris":    `"a/iris" must end in .safetensors or .npz`,
		"/iris.npz": `"/iris.npz" is absolute; the file must lie in the spec's folder or below it` + rule,
		"../iris.npz": `"../iris.npz" leads out of a folder; the file must lie in the spec's folder or below it` +
			rule,
		"a/../iris.npz": `"a/../iris.npz" leads out of a folder; the file must lie in the spec's folder or below it` +
			rule,
		`a\iris.npz`:  `"a\iris.npz" has a backslash; write / between folders, on every system`,
		"./iris.npz":  `"./iris.npz" has parts that are empty or a dot` + rule,
		"a//iris.npz": `"a//iris.npz" has parts that are empty or a dot` + rule,
		"a\n.npz":     `"a␊.npz" has characters that no path should have` + rule,
		"\xff.npz":    "\"\ufffd.npz\" has characters that no path should have" + rule,
		strings.Repeat("a", MaxWeightsPath) + ".npz": "the path has more than 255 characters",
	} {
		got := mistakes(t, with(func(n *Network) { n.Weights = path }))
		if len(got) != 1 || got[0] != "weights: "+want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	const whole = "must be a whole number from 1 to 65536"
	for _, c := range []struct {
		name string
		edit func(n *Network)
		want []string
	}{
		{"nothing", func(n *Network) { *n = Network{} }, []string{
			`name: missing; every network needs a name, such as "Iris"`,
			"input: " + whole,
			`layers: there are no layers; a network needs at least one, such as "- dense: 3"`,
			"cost: missing; every network needs a cost: mse, mae, huber, log-cosh, squared-error, " +
				"half-squared-error, cross-entropy or binary-cross-entropy",
		}},
		{"sizes", func(n *Network) { n.Input, n.Layers[1].Dense, n.Batch = -1, 0, -2 },
			[]string{"input: " + whole, "layers[1].dense: " + whole, "batch: " + whole}},
		{"ends of int", func(n *Network) {
			n.Input, n.Layers[0].Dense, n.Layers[1].Dense, n.Batch = math.MaxInt, math.MinInt, math.MaxInt, math.MaxInt
		}, []string{"input: " + whole, "layers[0].dense: " + whole, "layers[1].dense: " + whole, "batch: " + whole}},
		{"too wide", func(n *Network) { n.Layers[0].Dense = MaxWidth + 1 }, []string{"layers[0].dense: " + whole}},
		{"one parameter too many", func(n *Network) { n.Input, n.Layers[0].Dense, n.Layers[1].Dense = 4094, 4096, 2 },
			[]string{"layers[1].dense: with this layer the network has 16781314 weights and biases; " +
				"at most 16777216 are allowed"}},
		{"all layers at their limits", func(n *Network) { n.Input, n.Layers = MaxWidth, layersOf(MaxLayers, MaxWidth) },
			[]string{"layers[0].dense: with this layer the network has 4295032832 weights and biases; " +
				"at most 16777216 are allowed",
				"cost: cross-entropy needs outputs that are probabilities, but the last activation is identity; " +
					"use sigmoid or softmax there"}},
		{"formulas too large together", func(n *Network) {
			n.Layers = layersOf(MaxLayers, 3)
			for i := range n.Layers {
				n.Layers[i].Activation = Function{Expr: "z" + strings.Repeat("*tanh(z)", 16)} // 49 each
			}
			n.Cost.Name = "mse"
		},
			[]string{"layers[208].activation.expr: with this layer the formulas of the network have 10241 numbers, " +
				"variables, operators and calls; " +
				"at most 10240 are allowed"}},
		{
			"too deep", func(n *Network) { n.Layers = layersOf(MaxLayers+1, 1) },
			[]string{"layers: there are 257 layers; at most 256 are allowed"},
		},
		{"unknown functions", func(n *Network) {
			n.Layers[1].Activation.Name, n.Cost.Name = "sofmax", "cross-entropy-loss"
		},
			[]string{`layers[1].activation: unknown activation "sofmax"; did you mean "softmax"?`,
				`cost: unknown cost "cross-entropy-loss"; did you mean "cross-entropy"?`}},
		{"roles", func(n *Network) { n.Layers[0].Activation.Name, n.Cost.Name = "mse", "tanh" },
			[]string{`layers[0].activation: unknown activation "mse"; use identity, sigmoid, relu, leaky-relu, tanh, arctan, softplus, elu, selu, gelu, silu, softsign, hard-sigmoid, hard-tanh, softmax, log-softmax, radial-sigmoid, max-pool or avg-pool`,
				`cost: unknown cost "tanh"; use mse, mae, huber, log-cosh, squared-error, half-squared-error, cross-entropy or binary-cross-entropy`}},
		{"probabilities", func(n *Network) { n.Layers[1].Activation.Name, n.Cost.Name = "", "binary-cross-entropy" },
			[]string{"cost: binary-cross-entropy needs outputs that are probabilities, but the last activation is " +
				"identity; use sigmoid or softmax there"}},
		{"enumerations", func(n *Network) {
			n.Precision, n.Cache, n.Rounding, n.Unroll, n.Targets = "f64", "pots", "exact", "Full",
				[]Target{"mips", "amd64", "arm64", "amd64", "", "arm"}
			n.Optimizers = []Optimizer{"adam", "", "Adam", "momentun", "adam", "lbfgs"}
		}, []string{
			`precision: unknown precision "f64"; did you mean "float64"?`,
			`cache: unknown cache "pots"; did you mean "post"?`,
			`rounding: unknown rounding "exact"; use fast or strict`,
			`unroll: unknown unroll "Full"; did you mean "full"?`,
			`optimizers[1]: missing; name an optimizer, or use [] for none`,
			`optimizers[2]: unknown optimizer "Adam"; did you mean "adam"?`,
			`optimizers[3]: unknown optimizer "momentun"; did you mean "momentum"?`,
			`optimizers[4]: "adam" is listed twice`,
			`optimizers[5]: unknown optimizer "lbfgs"; use sgd, momentum, nesterov, rmsprop, adam or adamw`,
			`targets[0]: unknown target "mips"; use amd64 or arm64`,
			`targets[3]: "amd64" is listed twice`,
			`targets[4]: missing; name an architecture or use [] for portable Go only`,
			`targets[5]: unknown target "arm"; did you mean "arm64"?`,
		}},
		{"too many weights", func(n *Network) {
			n.Input, n.Layers, n.Cost.Name, n.Weights = 1024, layersOf(1, 1024), "mse", "a.npz"
		}, []string{
			`weights: the network has 1049600 weights and biases; at most 1048576 can be emitted with their values, since ` +
				`the compiler takes long for them: remove this line, and load the file at run time with tensors.Load`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, want := mistakes(t, with(c.edit)), c.want
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// TestValidateAllocations holds Validate to its promise: sizes cost no memory.
func TestValidateAllocations(t *testing.T) {
	allocations := func(dense int) float64 {
		n := with(func(n *Network) { n.Layers[0].Dense = dense })
		return testing.AllocsPerRun(10, func() {
			if err := n.Validate(); err != nil {
				t.Error(err)
			}
		})
	}
	// The race detector empties pools at random, which costs a few allocations at any size.
	if small, large := allocations(1), allocations(MaxWidth); large > small+32 {
		t.Errorf("%v allocations for one unit, %v for %d", small, large, MaxWidth)
	}
}

func TestParent(t *testing.T) {
	for path, want := range map[string]string{
		"layers[1].activation.name": "layers[1].activation", "layers[1].activation": "layers[1]",
		"layers[1]": "layers", "layers": "", "": "",
	} {
		if got := parent(path); got != want {
			t.Errorf("parent(%q) = %q, want %q", path, got, want)
		}
	}
}
