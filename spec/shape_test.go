package spec

import "testing"

func TestShape(t *testing.T) {
	digits := Network{Input: 64, Layers: []Layer{{Dense: 64}, {Dense: 10}}}
	bare := Network{Input: 2, Layers: []Layer{{Dense: 3, NoBias: true}, {Dense: 5}, {Dense: 1, NoBias: true}}, InputGradient: true}
	largest := Network{Input: 4095, Layers: []Layer{{Dense: 4096}}}
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
