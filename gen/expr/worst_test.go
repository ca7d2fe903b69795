package expr

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// worstFormulas are formulas in z near the limits of a spec whose derivatives repeat themselves the most.
func worstFormulas() map[string]string {
	nest := func(before, core, after string, n int) string {
		return strings.Repeat(before, n) + core + strings.Repeat(after, n)
	}
	flat := func(format string, n int) string {
		text := "z"
		for i := range n {
			text += fmt.Sprintf(format, i+1)
		}
		return text
	}
	return map[string]string{
		"quotients":              strings.Repeat("z/", 199) + "z",
		"products":               strings.Repeat("sin(z)*", 129) + "sin(z)",
		"different products":     flat("*sin(%d*z)", 65),
		"different divisors":     flat("/(z + %d)", 65),
		"powers":                 strings.Repeat("z^z*", 99) + "z",
		"different powers":       flat("*z^%d.5", 65),
		"sums":                   flat(" + sin(%d*z)", 65),
		"a tower":                strings.Repeat("z^", 39) + "z",
		"a tower to the left":    nest("(", "z", "^z)", 39),
		"squares":                nest("(", "z", "^2)", 7),
		"a continued fraction":   nest("z/(1 + ", "z", ")", 39),
		"nested quotients":       nest("(z + 1)/(2 + z/", "(z)", ")", 38),
		"nested maxima":          nest("max(z*", "sin(z)", ", z)", 39),
		"nested distances":       nest("min(abs(z - ", "z", "), 1)", 19),
		"nested functions":       nest("z*tanh(z + ", "z", ")", 39),
		"nested sigmoids":        nest("sigmoid(", "z", ")", 39),
		"a polynomial as nested": nest("sin(z)*(1 + (1 + z)*", "z", ")", 38),
		"signs":                  strings.Repeat("-", 39) + "z",
	}
}

// TestWorstFormulas holds the code and the work that the limits of a formula allow to bounds: what is emitted, and the
// allocations made on the way to it. Without the fingerprints of Equal, differentiating 200 quotients took 16 million
// of them.
func TestWorstFormulas(t *testing.T) {
	formulas := worstFormulas()
	for i, name := range slices.Sorted(maps.Keys(formulas)) {
		if testing.Short() && i%3 > 0 {
			continue
		}
		text := formulas[name]
		row, err := formulaActivation(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		program := Share("u", row.Value, row.Deriv)
		if n := program.Count().Total(); n > 600 {
			t.Errorf("%s: the value and its derivative take %d operations", name, n)
		}
		for _, l := range program.Lets {
			if n := CountOps(l.Value).Total(); n > 600 {
				t.Errorf("%s: a statement has %d operations", name, n)
			}
		}
		if n := testing.AllocsPerRun(1, func() { _, err = formulaActivation(text) }); n > 200_000 || err != nil {
			t.Errorf("%s: reading it takes %.0f allocations (%v)", name, n, err)
		}
	}
}
