package spec

import (
	"reflect"
	"slices"
	"testing"
)

func TestCatalog(t *testing.T) {
	var activations, probabilities, vector, pools, costs []string
	for _, e := range Activations() {
		activations = append(activations, e.Name)
		if e.Probabilities {
			probabilities = append(probabilities, e.Name)
		}
		if e.Vector {
			vector = append(vector, e.Name)
		}
		if e.Pools {
			pools = append(pools, e.Name)
		}
	}
	for _, e := range Costs() {
		costs = append(costs, e.Name)
	}
	for _, c := range []struct{ got, want []string }{
		{activations, []string{"identity", "sigmoid", "relu", "leaky-relu", "tanh", "arctan", "softplus", "elu", "selu",
			"gelu",
			"silu", "softsign", "hard-sigmoid", "hard-tanh", "softmax", "log-softmax", "radial-sigmoid", "max-pool",
			"avg-pool"}},
		{probabilities, []string{"sigmoid", "softmax"}},
		{vector, []string{"softmax", "log-softmax", "radial-sigmoid", "max-pool", "avg-pool"}},
		{pools, []string{"max-pool", "avg-pool"}},
		{costs, []string{"mse", "mae", "huber", "log-cosh", "squared-error", "half-squared-error", "cross-entropy",
			"binary-cross-entropy"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	seen := map[string]bool{}
	for _, e := range catalog {
		if found, ok := Lookup(e.Role, e.Name); !ok || !reflect.DeepEqual(found, e) {
			t.Errorf("Lookup(%v, %q) = %+v, %v", e.Role, e.Name, found, ok)
		}
		key := e.Role.String() + " " + e.Name
		if seen[key] || e.Name == "" || e.Formula == "" {
			t.Errorf("%+v: named twice, or without name or formula", e)
		}
		seen[key] = true
	}
}

// TestCatalogParams: defaults are allowed values, windows are what pools have, and no parameter is named like a field
// of the mapping it stands in.
func TestCatalogParams(t *testing.T) {
	for _, e := range catalog {
		if e.Pools != slices.Contains(paramNames(e), Window) {
			t.Errorf("%s: Pools is %v, parameters %v", e.Name, e.Pools, paramNames(e))
		}
		for i, p := range e.Params {
			names := append(paramNames(e)[:i:i], fieldNames(functionFields)...)
			if p.Name == "" || p.Doc == "" || slices.Contains(names, p.Name) {
				t.Errorf("%s: the parameter %+v", e.Name, p)
			}
			if problem := parameterProblem(p, p.Default, 0); p.Name != Window && problem != "" {
				t.Errorf("%s: the default of %s %s", e.Name, p.Name, problem)
			}
			f := Function{Name: e.Name}
			if got := f.Param(e.Role, p.Name); got != p.Default {
				t.Errorf("%s: %s is %v without it, want %v", e.Name, p.Name, got, p.Default)
			}
			f.Params = map[string]float64{p.Name: 7}
			if got := f.Param(e.Role, p.Name); got != 7 {
				t.Errorf("%s: %s is %v, want 7", e.Name, p.Name, got)
			}
		}
		if got := (Function{Name: e.Name}).Param(e.Role, "none"); got != 0 {
			t.Errorf("%s has a parameter none: %v", e.Name, got)
		}
	}
}

func TestLookupUnknown(t *testing.T) {
	for _, name := range []string{"", "mse", "Tanh", "tanh "} {
		if e, ok := Lookup(ActivationRole, name); ok || e.Name != "" {
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
