package spec

import (
	"fmt"
	"math"
	"testing"
)

// TestValidateFunctions checks what only a network made in Go can say, beside what a file can.
func TestValidateFunctions(t *testing.T) {
	const size = "must be 0 or a number of a magnitude from 1e-30 to 1e30"
	leaky := func(v float64) Function { return Function{Name: "leaky-relu", Params: map[string]float64{"slope": v}} }
	pool := func(v float64) Function { return Function{Name: "max-pool", Params: map[string]float64{Window: v}} }
	const eight = "layers[0].activation.window: must be a whole number from 1 to 8, the width of the layer"
	for _, c := range []struct {
		activation, cost Function
		want             []string
	}{
		{Function{}, Function{Name: "mse"}, nil},
		{leaky(0), Function{Name: "huber"}, nil},
		{leaky(-1e30), Function{Name: "huber", Params: map[string]float64{"delta": 1e-30}}, nil},
		{pool(8), Function{Expr: "abs(a - y)"}, nil},
		{Function{Expr: "z"}, Function{Name: "mae", Params: map[string]float64{}}, nil},
		{leaky(math.NaN()), Function{Name: "huber", Params: map[string]float64{"delta": math.Inf(1)}},
			[]string{"layers[0].activation.slope: " + size, "cost.delta: must be a number from 1e-30 to 1e30"}},
		{leaky(-9e-31), Function{Name: "huber", Params: map[string]float64{"delta": 9e-31}},
			[]string{"layers[0].activation.slope: " + size, "cost.delta: must be a number from 1e-30 to 1e30"}},
		{Function{Name: "leaky-relu", Params: map[string]float64{"slope": 1, "b": 1, "a.b": 1, "expr": 1}},
			Function{Name: "mse"}, []string{
				`layers[0].activation."a.b": unknown parameter of the activation leaky-relu; use slope`,
				`layers[0].activation.b: unknown parameter of the activation leaky-relu; use slope`,
				`layers[0].activation.expr: unknown parameter of the activation leaky-relu; use slope`,
			}},
		{Function{Params: map[string]float64{"slope": 1}}, Function{Params: map[string]float64{"delta": 1}}, []string{
			"layers[0].activation.slope: the activation identity takes no parameters; remove it",
			"cost: missing; every network needs a cost: mse, mae, huber, log-cosh, squared-error, " +
				"half-squared-error, cross-entropy or binary-cross-entropy",
		}},
		{Function{Name: "tanh", Expr: "z"}, Function{Name: "mse", Expr: "a <", Params: map[string]float64{"x": 1}},
			[]string{
				"layers[0].activation.expr: " + nameAndExpr, "cost.expr: " + nameAndExpr,
			}},
		{Function{Expr: "z + y", Params: map[string]float64{"b": 1, "a": 1}}, Function{Expr: "z"}, []string{
			"layers[0].activation.a: " + formulaParameter, "layers[0].activation.b: " + formulaParameter,
			"layers[0].activation.expr: at character 5: y cannot be used in this formula; use z",
			"cost.expr: z cannot be used in this formula; use a or y",
		}},
		{pool(0), Function{Name: "mse"}, []string{eight}},
		{pool(9), Function{Name: "mse"}, []string{eight}},
		{pool(1.5), Function{Name: "mse"}, []string{eight}},
		{pool(-4), Function{Name: "mse"}, []string{eight}},
		{pool(math.NaN()), Function{Name: "mse"}, []string{eight}},
		{pool(math.Inf(1)), Function{Name: "mse"}, []string{eight}},
		{pool(1e300), Function{Name: "mse"}, []string{eight}},
		{
			pool(5), Function{Name: "mse"},
			[]string{"layers[0].activation.window: window 5 does not divide 8; use 4 or 8"},
		},
		{pool(4), Function{Name: "cross-entropy"},
			[]string{"cost: cross-entropy needs outputs that are probabilities, " +
				"but the last activation is max-pool; use sigmoid or softmax there"}},
		{Function{Expr: "sigmoid(z)"}, Function{Name: "cross-entropy"},
			[]string{"cost: cross-entropy needs outputs that are " +
				"probabilities, but the last activation is a formula, which need not give probabilities; " +
				"use sigmoid or softmax there"}},
	} {
		n := Network{Name: "A", Input: 2, Layers: []Layer{{Dense: 8, Activation: c.activation}}, Cost: c.cost}
		if got := mistakes(t, n); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
			t.Errorf("%+v, %+v\ngot  %q\nwant %q", c.activation, c.cost, got, c.want)
		}
	}
}

// TestValidateWindowWithoutWidth: of a window of a layer whose width is wrong only that is said which is wrong at any
// width.
func TestValidateWindowWithoutWidth(t *testing.T) {
	const dense = "layers[0].dense: must be a whole number from 1 to 65536"
	for window, want := range map[float64][]string{
		3: {dense}, 0: {dense, "layers[0].activation.window: must be a whole number from 1"},
		math.NaN(): {dense, "layers[0].activation.window: must be a whole number from 1"},
	} {
		for _, width := range []int{0, -8, math.MaxInt, math.MinInt} {
			n := Network{Name: "A", Input: 2, Cost: Function{Name: "mse"}, Layers: []Layer{
				{Dense: width, Activation: Function{Name: "max-pool", Params: map[string]float64{Window: window}}}}}
			if got := mistakes(t, n); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("window %v of %d: %q, want %q", window, width, got, want)
			}
		}
	}
}

// TestDivisors compares every window of every small width with a search from the outside in.
func TestDivisors(t *testing.T) {
	for width := 1; width <= 60; width++ {
		for window := 1; window <= width; window++ {
			if width%window == 0 {
				continue
			}
			below, above := 0, 0
			for d := 1; d <= width; d++ {
				if width%d == 0 && d < window {
					below = d
				}
				if e := width + 1 - d; width%e == 0 && e > window {
					above = e
				}
			}
			if b, a := divisors(width, window); b != below || a != above {
				t.Errorf("divisors(%d, %d) = %d, %d, want %d, %d", width, window, b, a, below, above)
			}
		}
	}
}
