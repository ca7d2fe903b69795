package spec

import (
	"slices"
	"testing"
)

func TestCatalog(t *testing.T) {
	var activations, probabilities, costs []string
	for _, e := range Activations() {
		activations = append(activations, e.Name)
		if e.Probabilities {
			probabilities = append(probabilities, e.Name)
		}
		if e.Vector != (e.Name == "softmax") {
			t.Errorf("%s: Vector is %v", e.Name, e.Vector)
		}
	}
	for _, e := range Costs() {
		costs = append(costs, e.Name)
	}
	for _, c := range []struct{ got, want []string }{
		{activations, []string{"identity", "sigmoid", "relu", "tanh", "arctan", "softplus", "silu", "softsign", "hard-sigmoid", "hard-tanh", "softmax"}},
		{probabilities, []string{"sigmoid", "softmax"}},
		{costs, []string{"mse", "squared-error", "cross-entropy", "binary-cross-entropy"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	seen := map[Entry]bool{}
	for _, e := range catalog {
		if found, ok := Lookup(e.Role, e.Name); !ok || found != e {
			t.Errorf("Lookup(%v, %q) = %+v, %v", e.Role, e.Name, found, ok)
		}
		key := Entry{Role: e.Role, Name: e.Name}
		if seen[key] || e.Name == "" || e.Formula == "" {
			t.Errorf("%+v: named twice, or without name or formula", e)
		}
		seen[key] = true
	}
}

func TestLookupUnknown(t *testing.T) {
	for _, name := range []string{"", "mse", "Tanh", "tanh "} {
		if e, ok := Lookup(ActivationRole, name); ok || e != (Entry{}) {
			t.Errorf("Lookup(activation, %q) = %+v, %v", name, e, ok)
		}
	}
}

func TestCatalogIsCopied(t *testing.T) {
	Activations()[0].Name = "changed"
	Costs()[0].Name = "changed"
	if Activations()[0].Name != "identity" || Costs()[0].Name != "mse" {
		t.Error("a caller changed the catalogue")
	}
}
