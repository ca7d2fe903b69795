package verify

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestByHand is a network small enough for paper: 2-1-1 relu, identity, squared error, no second bias.
//
//	z1 = 2·3 - 1·4 + 1 = 3, a1 = 3, z2 = 5·3 = 15, y = 13: loss 4, ∇z2 = 4, ∇a1 = 20, ∇z1 = 20
func TestByHand(t *testing.T) {
	n := verifytest.Build("squared-error", spec.Float64, []int{2, 1, 1}, "relu", "identity")
	n.Layers[1].NoBias = true
	network, err := reference.New(n, []float64{2, -1, 1, 5})
	if err != nil {
		t.Fatal(err)
	}
	exactly := func(g *reference.Gradient) {
		t.Helper()
		none := make([]float64, 4)
		verifytest.Within(t, "loss", []float64{g.Loss}, []float64{4}, none)
		verifytest.Within(t, "output", linear.Elements(g.Output), []float64{15}, none)
		verifytest.Within(t, "gradient", g.Flat(), []float64{60, 80, 20, 12}, none)
		verifytest.Within(t, "input gradient", linear.Elements(g.X), []float64{40, -20}, none)
		if g.B[1] != nil {
			t.Error("a layer without bias has a gradient of it")
		}
	}
	exactly(network.Algorithm1([]float64{3, 4}, []float64{13}))
	trace := network.Algorithm4([]float64{3, 4}, []float64{13})
	exactly(&trace.Gradient)

	bounds, err := network.Bounds(trace, spec.Float32)
	if err != nil {
		t.Fatal(err)
	}
	params, bound, err := network.Step(trace, bounds, spec.Float32, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	verifytest.Within(t, "step", params, []float64{2 - 30, -1 - 40, 1 - 10, 5 - 6}, bound)
}

func TestNewNetworkErrors(t *testing.T) {
	n := verifytest.Build("mse", spec.Float32, []int{2, 3}, "tanh")
	if _, err := reference.New(n, make([]float64, 8)); err == nil ||
		!strings.Contains(err.Error(), "8 parameters given for a network of 9") {
		t.Errorf("one parameter short: %v", err)
	}
	bad := n
	bad.Input = 0
	if _, err := reference.New(bad, make([]float64, 9)); err == nil {
		t.Error("an invalid network is no error")
	}
	network, err := reference.New(n, make([]float64, 9))
	if err != nil {
		t.Fatal(err)
	}
	trace := network.Algorithm4([]float64{1, 2}, []float64{1, 2, 3})
	if _, err := network.Bounds(trace, "float16"); err == nil || !strings.Contains(err.Error(), "float16") {
		t.Errorf("unknown precision: %v", err)
	}
}

// TestParametersAreCopied: the reference does not change with the caller's slice.
func TestParametersAreCopied(t *testing.T) {
	params := []float64{2, 1}
	network, err := reference.New(verifytest.Build("mse", spec.Float64, []int{1, 1}, "identity"), params)
	if err != nil {
		t.Fatal(err)
	}
	params[0] = 100
	if got := network.Algorithm1([]float64{3}, []float64{0}).Output.AtVec(0); got != 7 {
		t.Errorf("output %v, want 7", got)
	}
}
