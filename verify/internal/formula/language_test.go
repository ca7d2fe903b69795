package formula

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// TestLanguage: the reference knows every function that formulas may call, and the mistakes of a formula are
// errors.
func TestLanguage(t *testing.T) {
	for _, f := range formula.Functions() {
		args := []formula.Node{&formula.Variable{Name: "z"}, &formula.Variable{Name: "z"}}[:f.Args]
		if _, err := newExpression(&formula.Call{Name: f.Name, Args: args}, "z", ""); err != nil {
			t.Error(err)
		}
	}
	for _, text := range []string{"", "2", "z +", "y*z", "softplus(z)", "max(z)", "z^^2"} {
		if _, err := Activation(text); err == nil {
			t.Errorf("the activation %q is no error", text)
		}
	}
	for _, text := range []string{"y^2", "a - z", "(a - y"} {
		if _, err := Cost(text); err == nil {
			t.Errorf("the cost %q is no error", text)
		}
	}
	z := &formula.Variable{Name: "z"}
	for _, n := range []formula.Node{
		nil, &formula.Variable{Name: "q"}, &formula.Call{Name: "softplus", Args: []formula.Node{z}},
		&formula.Call{Name: "tanh", Args: []formula.Node{z, z}}, &formula.Binary{Op: '%', X: z, Y: z},
	} {
		if _, err := newExpression(n, "z", ""); err == nil {
			t.Errorf("a tree of %+v is no error", n)
		}
	}
}
