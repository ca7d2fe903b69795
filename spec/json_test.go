package spec

import (
	"math"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	const want = `{"name":"Iris","precision":"float32","input":4,"layers":[{"dense":8,"activation":"tanh","bias":true},` +
		`{"dense":3,"activation":"softmax","bias":true}],"cost":"cross-entropy","cache":"auto","batch":32,` +
		`"rounding":"fast","unroll":"auto","input_gradient":false,"optimizers":[],"targets":["amd64","arm64"]}`
	if got := string(iris.JSON()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	empty := Network{Package: "p", Targets: []Target{}}
	const wantEmpty = `{"name":"","package":"p","precision":"float32","input":0,"layers":[],"cost":"","cache":"auto",` +
		`"batch":32,"rounding":"fast","unroll":"auto","input_gradient":false,"optimizers":[],"targets":[]}`
	if got := string(empty.JSON()); got != wantEmpty {
		t.Errorf("got  %s\nwant %s", got, wantEmpty)
	}
}

// TestJSONFunctions: what a function is written as; the parameters in the order of the catalogue.
func TestJSONFunctions(t *testing.T) {
	for _, c := range []struct {
		f    Function
		want string
	}{
		{Function{}, `"identity"`},
		{Function{Name: "softmax"}, `"softmax"`},
		{Function{Name: "leaky-relu"}, `{"name":"leaky-relu","slope":0.01}`},
		{Function{Name: "leaky-relu", Params: map[string]float64{"slope": -1e30}},
			`{"name":"leaky-relu","slope":-1e+30}`},
		{Function{Name: "elu", Params: map[string]float64{"alpha": 1e-30}}, `{"name":"elu","alpha":1e-30}`},
		{Function{Name: "max-pool"}, `{"name":"max-pool","window":6}`},
		{Function{Name: "max-pool", Params: map[string]float64{Window: 2}}, `{"name":"max-pool","window":2}`},
		{Function{Expr: "z / (1+exp( -z ))"}, `{"expr":"z/(1 + exp(-z))"}`},
		// Not valid, but no reason to lose the whole text.
		{Function{Name: "none", Expr: "z <", Params: map[string]float64{"b": math.NaN(), "a": 1}},
			`{"name":"none","expr":"z \u003c","a":1,"b":null}`},
	} {
		n := Network{Layers: []Layer{{Dense: 6, Activation: c.f}}}
		want := `"activation":` + c.want + `,"bias"`
		if got := string(n.JSON()); !strings.Contains(got, want) {
			t.Errorf("%+v: got %s, want %s", c.f, got, want)
		}
	}
	n := Network{Cost: Function{Name: "huber", Params: map[string]float64{"delta": 0.5}}}
	if got, want := string(n.JSON()), `"cost":{"name":"huber","delta":0.5},"cache"`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestWeightsInJSON: weights come back, and are left out where there are none.
func TestWeightsInJSON(t *testing.T) {
	n := with(func(n *Network) { n.Weights = "a/iris.npz" })
	if back, err := Decode("x.json", n.JSON()); err != nil || back.Weights != n.Weights {
		t.Errorf("%s is read as %q, %v", n.JSON(), back.Weights, err)
	}
	if strings.Contains(string(iris.JSON()), "weights") {
		t.Errorf("weights that are not there are in %s", iris.JSON())
	}
}

func TestDigest(t *testing.T) {
	// printf '%s' "$canonical" | sha256sum
	const want = "8251fe2f889d8ca0dedb628e96dd0f4b08dbbb5b87eb16285cda0a1ca5f58e03"
	if got := iris.Digest(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, n := range map[string]Network{
		"defaults": iris.WithDefaults(), "package": with(func(n *Network) { n.Package = "other" }),
		"no optimizers":    with(func(n *Network) { n.Optimizers = []Optimizer{} }),
		"empty parameters": with(func(n *Network) { n.Cost.Params = map[string]float64{} }),
		"weights":          with(func(n *Network) { n.Weights = "iris.npz" }),
	} {
		if got := n.Digest(); got != want {
			t.Errorf("%s: the digest has changed to %s", name, got)
		}
	}
	spelt := func(expr string, params map[string]float64) string {
		return with(func(n *Network) {
			n.Layers[0].Activation.Expr, n.Layers[0].Activation.Name = expr, ""
			n.Layers[1].Activation = Function{Name: "leaky-relu", Params: params}
		}).Digest()
	}
	if spelt("z+1.0", nil) != spelt("((z) + 1)", map[string]float64{"slope": 0.01}) {
		t.Error("spelling changes the digest")
	}
	digests := map[string]string{want: "iris"}
	for name, edit := range map[string]func(n *Network){
		"name":       func(n *Network) { n.Name = "Other" },
		"precision":  func(n *Network) { n.Precision = Float64 },
		"input":      func(n *Network) { n.Input++ },
		"dense":      func(n *Network) { n.Layers[0].Dense++ },
		"activation": func(n *Network) { n.Layers[0].Activation.Name = "relu" },
		"bias":       func(n *Network) { n.Layers[0].NoBias = true },
		"layers":     func(n *Network) { n.Layers = n.Layers[:1] },
		"slope":      func(n *Network) { n.Layers[0].Activation = Function{Name: "leaky-relu"} },
		"other slope": func(n *Network) {
			n.Layers[0].Activation = Function{Name: "leaky-relu", Params: map[string]float64{"slope": 0.02}}
		},
		"formula":        func(n *Network) { n.Layers[0].Activation = Function{Expr: "tanh(z)"} },
		"other formula":  func(n *Network) { n.Layers[0].Activation = Function{Expr: "tanh(-z)"} },
		"cost formula":   func(n *Network) { n.Cost = Function{Expr: "abs(a - y)"} },
		"cost":           func(n *Network) { n.Cost.Name = "mse" },
		"cache":          func(n *Network) { n.Cache = CachePre },
		"batch":          func(n *Network) { n.Batch = 33 },
		"unroll":         func(n *Network) { n.Unroll = UnrollLoop },
		"rounding":       func(n *Network) { n.Rounding = RoundingStrict },
		"input gradient": func(n *Network) { n.InputGradient = true },
		"optimizers":     func(n *Network) { n.Optimizers = []Optimizer{Adam, SGD} },
		"their order":    func(n *Network) { n.Optimizers = []Optimizer{SGD, Adam} },
		"emit":           func(n *Network) { n.Emit = []Part{EmitForward} },
		"more of it":     func(n *Network) { n.Emit = []Part{EmitForward, EmitStep} },
		"derivatives":    func(n *Network) { n.Derivatives = []Derivative{DeriveTangent} },
		"more of them":   func(n *Network) { n.Derivatives = []Derivative{DeriveTangent, DeriveJacobian} },
		"targets":        func(n *Network) { n.Targets = []Target{} },
	} {
		digest := with(edit).Digest()
		if other, taken := digests[digest]; taken {
			t.Errorf("%s: the same digest as %s", name, other)
		}
		digests[digest] = name
	}
}

// TestStoredDigests: what parameters and gradients mean depends on the layers, gradients on the cost besides, and
// neither on how code is emitted.
func TestStoredDigests(t *testing.T) {
	// printf '%s' '{"input":4,"layers":[{"dense":8,…},{"dense":3,…}]}' | sha256sum, without and with
	// ,"cost":"cross-entropy"
	const function, training = "cf0e7267a1734b2ce1accd1dd89ecf7cb959eaef4ebdeaab0984b9d4fac8c332",
		"d6cfc84c617bf69383cbdd5a88c44322932a663cf6f07a328bead8881b00a998"
	if f, g := iris.FunctionDigest(), iris.TrainingDigest(); f != function || g != training {
		t.Errorf("got %s and %s, want %s and %s", f, g, function, training)
	}
	for _, c := range []struct {
		name         string
		edit         func(n *Network)
		other, costs bool // whether the function, or the cost, is another
	}{
		{"defaults", func(n *Network) { *n = n.WithDefaults() }, false, false},
		{"name", func(n *Network) { n.Name = "Other" }, false, false},
		{"package", func(n *Network) { n.Package = "other" }, false, false},
		{"precision", func(n *Network) { n.Precision = Float64 }, false, false},
		{"cache", func(n *Network) { n.Cache = CachePre }, false, false},
		{"batch", func(n *Network) { n.Batch = 33 }, false, false},
		{"unroll", func(n *Network) { n.Unroll = UnrollLoop }, false, false},
		{"input gradient", func(n *Network) { n.InputGradient = true }, false, false},
		{"optimizers", func(n *Network) { n.Optimizers = []Optimizer{Adam} }, false, false},
		{"emit", func(n *Network) { n.Emit = []Part{EmitForward} }, false, false},
		{"derivatives", func(n *Network) { n.Derivatives = []Derivative{DeriveTangent} }, false, false},
		{"targets", func(n *Network) { n.Targets = []Target{} }, false, false},
		{"weights", func(n *Network) { n.Weights = "iris.npz" }, false, false},
		{"cost", func(n *Network) { n.Cost.Name = "mse" }, false, true},
		{"delta", func(n *Network) { n.Cost = Function{Name: "huber"} }, false, true},
		{"input", func(n *Network) { n.Input++ }, true, true},
		{"dense", func(n *Network) { n.Layers[0].Dense++ }, true, true},
		{"activation", func(n *Network) { n.Layers[0].Activation.Name = "relu" }, true, true},
		{"formula", func(n *Network) { n.Layers[0].Activation = Function{Expr: "tanh(z)"} }, true, true},
		{"slope", func(n *Network) {
			n.Layers[0].Activation = Function{Name: "leaky-relu", Params: map[string]float64{"slope": 0.02}}
		}, true, true},
		{"bias", func(n *Network) { n.Layers[0].NoBias = true }, true, true},
		{"layers", func(n *Network) { n.Layers = n.Layers[:1] }, true, true},
	} {
		n := with(c.edit)
		if (n.FunctionDigest() != function) != c.other || (n.TrainingDigest() != training) != c.costs {
			t.Errorf("%s: the function's digest is %s, the gradient's %s", c.name, n.FunctionDigest(),
				n.TrainingDigest())
		}
	}
}
