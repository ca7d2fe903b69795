package amd64

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestChooseStyle: another style than the standard one is chosen where it is predicted to spare enough, which is so for
// functions of some networks, and only where it gives them code of their own.
func TestChooseStyle(t *testing.T) {
	networks := committed(t)
	chosen := map[kernel.Style]int{}
	for _, n := range networks {
		_, a := assembled(t, n)
		choices := a.Choices()
		for _, c := range choices {
			for i, l := range isa.Levels {
				chosen[c.Styles[i]]++
				if c.Predicted[0].Style != kernel.Standard || c.predicted(c.Styles[i], l) != c.Cycles[i] {
					t.Errorf("%s: %s at %s has %v, predicted %v", n.Name, c.Function, l, c.Styles, c.Predicted)
				}
				for _, other := range c.Predicted {
					spares := other.Cycles[i] > 0 && float64(other.Cycles[i]) < 0.94*float64(c.Predicted[0].Cycles[i])
					if spares && other.Cycles[i] < c.Cycles[i] || c.Styles[i] == other.Style && other.Style != kernel.Standard && !spares {
						t.Errorf("%s: %s at %s has %v, predicted %v", n.Name, c.Function, l, c.Styles, c.Predicted)
					}
				}
			}
		}
	}
	for _, s := range []kernel.Style{kernel.Standard, kernel.Apart} {
		if chosen[s] == 0 {
			t.Errorf("%v is chosen for no function", s)
		}
	}
}

// TestStylesAt: a style is tried where a matrix has short rows; not under rounding: strict, which keeps to one order of
// sums.
func TestStylesAt(t *testing.T) {
	for _, test := range []struct {
		rows, cols int
		rounding   spec.Rounding
		want       []kernel.Style
	}{
		{8, 4, spec.RoundingFast, []kernel.Style{kernel.Standard, kernel.Apart}},
		{8, 4, spec.RoundingStrict, []kernel.Style{kernel.Standard}},
		{16, 16, spec.RoundingFast, []kernel.Style{kernel.Standard}},
		{64, 64, spec.RoundingFast, []kernel.Style{kernel.Standard}},
		{300, 300, spec.RoundingFast, []kernel.Style{kernel.Standard}},
	} {
		p, err := plan.Compile(spec.Network{Name: "Net", Input: test.cols, Rounding: test.rounding, Cost: spec.Function{Name: "mse"}, Layers: []spec.Layer{
			{Dense: test.rows, Activation: spec.Function{Name: "tanh"}},
		}}.WithDefaults())
		if err != nil {
			t.Fatal(err)
		}
		if got := stylesAt(p, machineOf(isa.AVX2, p.ElementBytes())); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%d×%d, %s: %v, want %v", test.rows, test.cols, test.rounding, got, test.want)
		}
	}
}

// TestPredictionsOfStyles prints, with -measure, what functions take in every style, as predicted and by the benchmarks
// of the committed networks with their assembly replaced. It asserts nothing.
func TestPredictionsOfStyles(t *testing.T) {
	if !*measure {
		t.Skip("times are taken with -measure only")
	}
	clock := clock()
	for _, n := range committed(t) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		a, err := New(p, Config{})
		if err != nil {
			t.Fatal(err)
		}
		choices := a.Choices()
		if len(choices[0].Predicted) == 1 {
			continue
		}
		stem := strings.ToLower(n.Name)
		dir, err := filepath.Abs("../../generated/" + stem)
		if err != nil {
			t.Fatal(err)
		}
		for _, predicted := range choices[0].Predicted {
			binary := benchmarks(t, dir, "-overlay", inStyle(t, a, choices, predicted.Style, filepath.Join(dir, stem+"_amd64_gen.s")))
			for i, setting := range settings[:len(machineLevels())] {
				best := measured(t, binary, dir, setting)
				for _, c := range choices {
					l := c.Levels[min(i, len(c.Levels)-1)]
					if ns, ok := best[c.Function]; ok && c.predicted(predicted.Style, l) > 0 {
						t.Logf("%-8s %-8s code of %-6s %-18v predicted %6d cycles, measured %8.0f", n.Name, c.Function, l, predicted.Style,
							c.predicted(predicted.Style, l), ns*clock)
					}
				}
			}
		}
	}
}

// inStyle prints a network's assembly with all functions in one style, and returns an overlay for the go command that
// has it in place of a file.
func inStyle(t *testing.T, a *Assembly, choices []Choice, s kernel.Style, name string) (overlay string) {
	t.Helper()
	for _, c := range choices {
		c.Styles = []kernel.Style{s, s}
		a.choices[c.Function] = c
	}
	stem := strings.ToLower(a.p.Network.Name)
	printed, err := a.Print(Options{Package: stem, Header: stem, Prefix: stem})
	if err != nil {
		t.Fatal(err)
	}
	assembly := filepath.Join(t.TempDir(), "style.s")
	overlay = filepath.Join(t.TempDir(), "overlay.json")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {name: assembly}})
	if err != nil {
		t.Fatal(err)
	}
	for file, data := range map[string][]byte{assembly: printed.Text, overlay: replace} {
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return overlay
}
