package spec

import (
	"math"
	"testing"
)

func TestShape(t *testing.T) {
	digits := Network{Input: 64, Layers: []Layer{{Dense: 64}, {Dense: 10}}}
	bare := Network{
		Input: 2, Layers: []Layer{{Dense: 3, NoBias: true}, {Dense: 5}, {Dense: 1, NoBias: true}}, InputGradient: true,
	}
	largest := Network{Input: 4095, Layers: []Layer{{Dense: 4096}}}
	pools := Network{Input: 2, Layers: []Layer{
		{Dense: 6, Activation: Function{Name: "max-pool", Params: map[string]float64{Window: 2}}},
		{Dense: 8, Activation: Function{Name: "avg-pool"}, NoBias: true},
		{Dense: 4, Activation: Function{Name: "max-pool", Params: map[string]float64{Window: 4}}},
		{Dense: 5, Activation: Function{Expr: "z^2"}},
	}}
	for _, c := range []struct {
		name                      string
		n                         Network
		params, forward, backward int
		widths                    []int
	}{
		// By hand: (4+1)·8 + (8+1)·3; 8·4 + 3·8; the same and 3·8 again for Wᵀ·∇z of layer 2.
		{"iris", iris, 67, 56, 80, []int{4, 8, 3}},
		{"digits", digits, 4810, 4736, 5376, []int{64, 64, 10}},
		{"no bias, input gradient", bare, 6 + 20 + 5, 26, 52, []int{2, 3, 5, 1}},
		// By hand: (2+1)·6 + 3·8 + (1+1)·4 + (1+1)·5; 2·6 + 3·8 + 1·4 + 1·5; the same and all but the first again.
		{"pooling", pools, 60, 45, 78, []int{2, 3, 1, 1, 5}},
		{"largest", largest, MaxParams, 4095 * 4096, 4095 * 4096, []int{4095, 4096}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.n.Params(); got != c.params {
				t.Errorf("Params() = %d, want %d", got, c.params)
			}
			if f, b := c.n.MultiplyAdds(); f != c.forward || b != c.backward {
				t.Errorf("MultiplyAdds() = %d, %d, want %d, %d", f, b, c.forward, c.backward)
			}
			if got := c.n.Depth(); got != len(c.widths)-1 {
				t.Errorf("Depth() = %d, want %d", got, len(c.widths)-1)
			}
			for l, want := range c.widths {
				if got := c.n.Width(l); got != want {
					t.Errorf("Width(%d) = %d, want %d", l, got, want)
				}
			}
		})
	}
}

// TestWindow: any layer has a window of at least 1 and at most its width, whatever its parameters.
func TestWindow(t *testing.T) {
	pool := func(v float64) Function { return Function{Name: "avg-pool", Params: map[string]float64{Window: v}} }
	for _, c := range []struct {
		layer         Layer
		window, width int
	}{
		{Layer{Dense: 8}, 1, 8},
		{Layer{Dense: 8, Activation: Function{Name: "tanh", Params: map[string]float64{Window: 2}}}, 1, 8},
		{Layer{Dense: 8, Activation: Function{Expr: "z"}}, 1, 8},
		{Layer{Dense: 8, Activation: Function{Name: "max-pool"}}, 8, 1},
		{Layer{Dense: 8, Activation: pool(2)}, 2, 4},
		{Layer{Dense: 8, Activation: pool(8)}, 8, 1},
		{Layer{Dense: 8, Activation: pool(9)}, 8, 1},
		{Layer{Dense: 8, Activation: pool(0)}, 8, 1},
		{Layer{Dense: 8, Activation: pool(-2)}, 8, 1},
		{Layer{Dense: 8, Activation: pool(math.NaN())}, 8, 1},
		{Layer{Dense: 8, Activation: pool(math.Inf(1))}, 8, 1},
		{Layer{Dense: 8, Activation: pool(math.Inf(-1))}, 8, 1},
		{Layer{Dense: 8, Activation: pool(1e300)}, 8, 1},
		{Layer{Dense: 0, Activation: pool(2)}, 1, 0},
		{Layer{Dense: -3, Activation: pool(2)}, 1, -3},
		{Layer{Dense: math.MaxInt, Activation: pool(1 << 63)}, math.MaxInt, 1},
		{Layer{Dense: math.MinInt, Activation: Function{Name: "max-pool"}}, 1, math.MinInt},
	} {
		if window, width := c.layer.Window(), c.layer.Width(); window != c.window || width != c.width {
			t.Errorf("%+v: window %d, width %d, want %d, %d", c.layer, window, width, c.window, c.width)
		}
	}
}
