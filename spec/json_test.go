package spec

import "testing"

func TestJSON(t *testing.T) {
	const want = `{"name":"Iris","precision":"float32","input":4,"layers":[{"dense":8,"activation":"tanh","bias":true},` +
		`{"dense":3,"activation":"softmax","bias":true}],"cost":"cross-entropy","cache":"auto","batch":32,` +
		`"rounding":"fast","unroll":"auto","input_gradient":false,"targets":["amd64"]}`
	if got := string(iris.JSON()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	empty := Network{Package: "p", Targets: []Target{}}
	const wantEmpty = `{"name":"","package":"p","precision":"float32","input":0,"layers":[],"cost":"","cache":"auto",` +
		`"batch":32,"rounding":"fast","unroll":"auto","input_gradient":false,"targets":[]}`
	if got := string(empty.JSON()); got != wantEmpty {
		t.Errorf("got  %s\nwant %s", got, wantEmpty)
	}
}

func TestDigest(t *testing.T) {
	// printf '%s' "$canonical" | sha256sum
	const want = "e2c56fcf26c08743be25ba111bfbbead043136907adac2ef0a5d19d32ad2d272"
	if got := iris.Digest(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, n := range map[string]Network{
		"defaults": iris.WithDefaults(), "package": with(func(n *Network) { n.Package = "other" }),
	} {
		if got := n.Digest(); got != want {
			t.Errorf("%s: the digest has changed to %s", name, got)
		}
	}
	digests := map[string]string{want: "iris"}
	for name, edit := range map[string]func(n *Network){
		"name":           func(n *Network) { n.Name = "Other" },
		"precision":      func(n *Network) { n.Precision = Float64 },
		"input":          func(n *Network) { n.Input++ },
		"dense":          func(n *Network) { n.Layers[0].Dense++ },
		"activation":     func(n *Network) { n.Layers[0].Activation.Name = "relu" },
		"bias":           func(n *Network) { n.Layers[0].NoBias = true },
		"layers":         func(n *Network) { n.Layers = n.Layers[:1] },
		"cost":           func(n *Network) { n.Cost.Name = "mse" },
		"cache":          func(n *Network) { n.Cache = CachePre },
		"batch":          func(n *Network) { n.Batch = 33 },
		"unroll":         func(n *Network) { n.Unroll = UnrollLoop },
		"rounding":       func(n *Network) { n.Rounding = RoundingStrict },
		"input gradient": func(n *Network) { n.InputGradient = true },
		"targets":        func(n *Network) { n.Targets = []Target{} },
	} {
		digest := with(edit).Digest()
		if other, taken := digests[digest]; taken {
			t.Errorf("%s: the same digest as %s", name, other)
		}
		digests[digest] = name
	}
}
