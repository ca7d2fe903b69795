package spec

import (
	"strings"
	"testing"
)

func TestFunctionText(t *testing.T) {
	long := "z + " + strings.Repeat("9", 60)
	for _, c := range []struct {
		f           Function
		text, brief string
	}{
		{Function{Name: "tanh"}, "tanh", "tanh"},
		{Function{Name: "huber"}, "huber", "huber"},
		{
			Function{Name: "leaky-relu", Params: map[string]float64{"slope": 0.1}}, "leaky-relu(slope 0.1)",
			"leaky-relu(slope 0.1)",
		},
		{
			Function{Name: "huber", Params: map[string]float64{"delta": 1e-7}}, "huber(delta 1e-07)",
			"huber(delta 1e-07)",
		},
		{
			Function{Name: "max-pool", Params: map[string]float64{"window": 2}}, "max-pool(window 2)",
			"max-pool(window 2)",
		},
		{Function{Expr: "max(z, 0)"}, "max(z, 0)", `"max(z, 0)"`},
		{Function{Expr: long}, long, `"z + ` + strings.Repeat("9", 36) + `…"`},
	} {
		if got := c.f.String(); got != c.text {
			t.Errorf("String is %s, want %s", got, c.text)
		}
		if got := c.f.Brief(); got != c.brief {
			t.Errorf("Brief is %s, want %s", got, c.brief)
		}
	}
}
