package reference

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// TestApart checks where rounding may decide something: at the jumps of relu' and hard-tanh', nowhere else.
func TestApart(t *testing.T) {
	for _, c := range []struct {
		activation string
		z, bound   float64
		want       bool
	}{
		{"relu", 0.5, 0.1, true}, {"relu", 0.5, 0.5, false}, {"relu", 0, 0, false}, {"relu", -0.5, 0.1, true},
		{"hard-tanh", 1.05, 0.1, false}, {"hard-tanh", 0, 0.1, true}, {"tanh", 0, 0.1, true}, {"softplus", 0, 1, true},
		{"elu", 0, 0.1, true}, {"selu", 0.05, 0.1, false}, {"softmax", 0, 1, true}, {"max-pool", 3, 1, false},
	} {
		sigma, err := function.ActivationOf(spec.Function{Name: c.activation})
		if err != nil {
			t.Fatal(err)
		}
		n := &Network{layers: []layer{{sigma: sigma}}}
		if got := n.Apart([]rounding.Estimate{{},
			{Value: []float64{7, c.z}, Bound: []float64{0, c.bound}}}); got != c.want {
			t.Errorf("%s at %v ± %v: apart %t", c.activation, c.z, c.bound, got)
		}
	}
}
