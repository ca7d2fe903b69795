package spec

import (
	"strings"
	"testing"
)

func TestSuggest(t *testing.T) {
	fields, layer := fieldNames(networkFields), fieldNames(layerFields)
	activations, costs := names(ActivationRole, false), names(CostRole, false)
	for _, c := range []struct {
		wrong   string
		allowed []string
		want    string
	}{
		{"tahn", activations, "tanh"}, {"TANH", activations, "tanh"}, {" tanh ", activations, "tanh"},
		{"sofmax", activations, "softmax"}, {"soft_max", activations, "softmax"}, {"sigmiod", activations, "sigmoid"},
		{"swish", activations, "silu"}, {"avgpool", activations, "avg-pool"},
		{"mean_absolute_error", costs, "mae"}, {"linear", activations, "identity"}, {"relu6", activations, "relu"},
		{"wave", activations, ""},
		{"", activations, ""}, {"x", activations, ""}, {"z^2", activations, ""},
		{"cross_entropy", costs, "cross-entropy"}, {"crossentropy", costs, "cross-entropy"},
		{"binary crossentropy", costs, "binary-cross-entropy"}, {"BCE", costs, "binary-cross-entropy"},
		{"inputs", fields, "input"}, {"layer", fields, "layers"}, {"loss", fields, "cost"},
		{"inputGradient", fields, "input_gradient"}, {"colour", fields, ""},
		{"units", layer, "dense"}, {"act", layer, "activation"}, {"Bias", layer, "bias"},
		// A synonym of a word that is not allowed here is no suggestion.
		{"units", fields, ""}, {"loss", layer, ""},
		{strings.Repeat("softmax", 6), activations, ""},
	} {
		if got := suggest(c.wrong, c.allowed); got != c.want {
			t.Errorf("suggest(%q) = %q, want %q", c.wrong, got, c.want)
		}
	}
}

// TestSynonyms: every synonym is spelt as it is looked up and leads to words that exist.
func TestSynonyms(t *testing.T) {
	known := map[string]bool{"float32": true, "float64": true, "amd64": true, "arm64": true}
	for _, e := range catalog {
		for _, p := range e.Params {
			known[p.Name] = true
		}
	}
	for _, list := range [][]string{fieldNames(networkFields), fieldNames(layerFields), fieldNames(functionFields),
		names(ActivationRole, false), names(CostRole, false)} {
		for _, word := range list {
			known[word] = true
		}
	}
	for _, p := range Parts() {
		known[string(p)] = true
	}
	for word, meant := range synonyms {
		if word != strings.ToLower(word) {
			t.Errorf("%q is never looked up", word)
		}
		for _, m := range meant {
			if !known[m] {
				t.Errorf("%q leads to %q, which is no word of a spec", word, m)
			}
		}
	}
}

func TestHint(t *testing.T) {
	for wrong, want := range map[string]string{
		"tnah": `; did you mean "tanh"?`,
		"wave": "; use identity, sigmoid, relu, leaky-relu, tanh, arctan, softplus, elu, selu, gelu, silu, " +
			"softsign, hard-sigmoid, " +
			"hard-tanh, softmax, log-softmax, radial-sigmoid, max-pool or avg-pool",
	} {
		if got := hint(wrong, names(ActivationRole, false)); got != want {
			t.Errorf("hint(%q) = %q, want %q", wrong, got, want)
		}
	}
	if got := list([]string{"a"}, "or") + list(nil, "or") + list([]string{"b", "c"}, "and"); got != "ab and c" {
		t.Errorf("list: %q", got)
	}
}
