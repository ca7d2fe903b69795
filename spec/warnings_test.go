package spec

import (
	"strings"
	"testing"
)

func TestWarnings(t *testing.T) {
	layer := func(width int, name string, params map[string]float64) Layer {
		return Layer{Dense: width, Activation: Function{Name: name, Params: params}}
	}
	for _, c := range []struct {
		what   string
		layers []Layer
		cost   string
		want   string // path and the beginning of the message; "" for no warning
	}{
		{
			"one class", []Layer{layer(1, "softmax", nil)}, "cross-entropy",
			"layers[0].activation: warning: the softmax of one unit is always 1",
		},
		{
			"one class within", []Layer{layer(1, "softmax", nil), layer(2, "softmax", nil)}, "cross-entropy",
			"layers[0].activation: warning: the softmax",
		},
		{"two classes", []Layer{layer(2, "softmax", nil)}, "cross-entropy", ""},
		{
			"one logarithm", []Layer{layer(1, "log-softmax", nil)}, "mse",
			"layers[0].activation: warning: the log-softmax of one unit is always 0",
		},
		{"two logarithms", []Layer{layer(2, "log-softmax", nil)}, "mse", ""},
		{"a pool of one", []Layer{layer(4, "tanh", nil), layer(4, "max-pool", map[string]float64{"window": 1})}, "mse",
			"layers[1].activation: warning: max-pool over windows of one unit changes nothing"},
		{
			"a pool of one by default", []Layer{layer(1, "avg-pool", nil)}, "mse",
			"layers[0].activation: warning: avg-pool over windows of one unit",
		},
		{"a pool of two", []Layer{layer(4, "max-pool", map[string]float64{"window": 2})}, "mse", ""},
		{"a pool of everything", []Layer{layer(4, "max-pool", nil)}, "mse", ""},
		{
			"one probability", []Layer{layer(1, "sigmoid", nil)}, "cross-entropy",
			"cost: warning: cross-entropy does not see",
		},
		{
			"several probabilities", []Layer{layer(3, "sigmoid", nil)}, "cross-entropy",
			"cost: warning: cross-entropy does not see",
		},
		{"yes or no", []Layer{layer(1, "sigmoid", nil)}, "binary-cross-entropy", ""},
		{"sigmoid within", []Layer{layer(3, "sigmoid", nil), layer(3, "softmax", nil)}, "cross-entropy", ""},
		{"a formula", []Layer{{Dense: 1, Activation: Function{Expr: "z^2"}}}, "mse", ""},
		{"a formula that is 1", []Layer{{Dense: 1, Activation: Function{Expr: "z^0"}}}, "mse",
			"layers[0].activation: warning: the formula has the same value whatever z is"},
		{"one unit of anything else", []Layer{layer(1, "radial-sigmoid", nil), layer(1, "", nil)}, "mse", ""},
	} {
		n := Network{Name: "Net", Input: 2, Layers: c.layers, Cost: Function{Name: c.cost}}
		if err := n.Validate(); err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		got := n.Warnings()
		if c.want == "" {
			if len(got) > 0 {
				t.Errorf("%s: %v", c.what, got)
			}
			continue
		}
		if len(got) != 1 || !strings.HasPrefix(got[0].Error(), c.want) {
			t.Errorf("%s: %q, want one that begins with %q", c.what, got, c.want)
		}
	}
}

// Warnings of a file have places, in the order of the file; those of a file with mistakes are not told.
func TestDecodeWarnings(t *testing.T) {
	text := `name: Net
cost: cross-entropy
input: 4
layers:
  - dense: 4
    activation: {window: 1, name: avg-pool}
  - dense: 1
    activation: sigmoid
`
	n, warnings, err := DecodeWarnings("net.yaml", []byte(text))
	if err != nil || n.Name != "Net" {
		t.Fatalf("%v, %v", n, err)
	}
	want := `net.yaml:2:7: cost: warning: cross-entropy does not see an output whose target is 0, so that sigmoid's learn to be 1 whatever the input; use binary-cross-entropy, or softmax
    cost: cross-entropy
          ^
net.yaml:6:35: layers[0].activation: warning: avg-pool over windows of one unit changes nothing; use identity, or a wider window
        activation: {window: 1, name: avg-pool}
                                      ^`
	if warnings.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", warnings, want)
	}
	if _, warnings, err := DecodeWarnings("net.yaml",
		[]byte(strings.Replace(text, "input: 4", "input: 0", 1))); err == nil || warnings != nil {
		t.Errorf("of a file with a mistake: %v, %v", warnings, err)
	}
	if _, warnings, err := DecodeWarnings("net.yaml",
		[]byte("name: Net\ninput: 1\nlayers: [{dense: 1}]\ncost: mse\n")); err != nil || warnings != nil {
		t.Errorf("of a good file: %v, %v", warnings, err)
	}
}
