package amd64

import (
	"reflect"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestChooseStyle: short rows have a register each where that is predicted to spare enough, which is so for functions
// of some networks.
func TestChooseStyle(t *testing.T) {
	chosen := map[bool]int{}
	for _, n := range committed(t) {
		_, a := assembled(t, n)
		for _, c := range a.Choices() {
			zen3 := slices.Index(cores.All, cores.Zen3)
			narrow := c.Emitted[0]
			chosen[narrow.Style.Apart]++
			standard := Variant{isa.AVX2, kernel.Standard}
			for i, other := range c.Tried {
				if other.Level != isa.AVX2 {
					continue
				}
				spares := 100*c.Cycles[i][zen3] < (100-styleMargin)*c.Takes(standard, zen3)
				if spares && c.Cycles[i][zen3] < c.Takes(narrow, zen3) || narrow == other && other != standard &&
					!spares {
					t.Errorf("%s: %s runs %s, predicted %v", n.Name, c.Function, narrow, c.Cycles)
				}
			}
		}
	}
	if chosen[false] == 0 {
		t.Error("no function has the standard style")
	}
}

// TestStyles: a style is tried where functions have code of their own in it; not under rounding: strict, which keeps to
// one order of sums.
func TestStyles(t *testing.T) {
	whole, inOrder, byHalves := kernel.Style{Whole: true}, kernel.Style{InOrder: true}, kernel.Style{ByHalves: true}
	separate := kernel.Style{Separate: true}
	for _, test := range []struct {
		rows, cols int
		rounding   spec.Rounding
		function   string
		level      isa.Level
		want       []kernel.Style
	}{
		{8, 4, spec.RoundingFast, plan.Forward, isa.AVX2, []kernel.Style{kernel.Standard, kernel.Apart}},
		{8, 4, spec.RoundingStrict, plan.Forward, isa.AVX2, []kernel.Style{kernel.Standard}},
		{16, 16, spec.RoundingFast, plan.Forward, isa.AVX2, []kernel.Style{kernel.Standard}},
		{16, 16, spec.RoundingFast, plan.Forward, isa.AVX512, []kernel.Style{kernel.Standard, byHalves}},
		{16, 16, spec.RoundingFast, plan.Backward, isa.AVX2, []kernel.Style{kernel.Standard}},
		{5, 5, spec.RoundingFast, plan.Step, isa.AVX2,
			[]kernel.Style{kernel.Standard, byHalves, separate, {ByHalves: true, Separate: true}}},
		{4, 5, spec.RoundingFast, plan.Step, isa.AVX2, []kernel.Style{kernel.Standard, separate}},
		{64, 64, spec.RoundingFast, plan.Step, isa.AVX2, []kernel.Style{kernel.Standard, separate}},
		{64, 64, spec.RoundingFast, plan.Grad, isa.AVX2, []kernel.Style{kernel.Standard}},
		{64, 64, spec.RoundingFast, plan.Forward, isa.AVX512, []kernel.Style{kernel.Standard}},
		{64, 64, spec.RoundingFast, plan.Step, isa.AVX512, []kernel.Style{kernel.Standard, whole}},
		{64, 64, spec.RoundingStrict, plan.Step, isa.AVX512, []kernel.Style{kernel.Standard}},
		{300, 300, spec.RoundingFast, plan.Forward, isa.AVX512, []kernel.Style{kernel.Standard, inOrder}},
		{300, 300, spec.RoundingFast, plan.Grad, isa.AVX512,
			[]kernel.Style{kernel.Standard, whole, {Whole: true, Fetched: true}, inOrder,
				{Whole: true, InOrder: true}}},
		{304, 304, spec.RoundingFast, plan.Grad, isa.AVX512, // rows of whole lines
			[]kernel.Style{kernel.Standard, whole, inOrder, {Whole: true, InOrder: true}}},
		{99, 99, spec.RoundingFast, plan.Step, isa.AVX512, // which reads lines before it writes them
			[]kernel.Style{kernel.Standard, whole}},
	} {
		p, err := plan.Compile(spec.Network{Name: "Net", Input: test.cols, Rounding: test.rounding,
			Cost: spec.Function{Name: "mse"}, Layers: []spec.Layer{
				{Dense: test.rows, Activation: spec.Function{Name: "tanh"}},
			}}.WithDefaults())
		if err != nil {
			t.Fatal(err)
		}
		a, err := begin(p, Config{})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.styles(p.Func(test.function), test.level); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%d×%d, %s, %s at %s: %v, want %v", test.rows, test.cols, test.rounding, test.function, test.level,
				got, test.want)
		}
	}
}

// TestMeasuredStyles: styles that are only measured are tried where everything is emitted to be measured, and nowhere
// else.
func TestMeasuredStyles(t *testing.T) {
	p, err := plan.Compile(spec.Network{Name: "Net", Input: 64, Cost: spec.Function{Name: "mse"},
		Layers: []spec.Layer{{Dense: 64}}}.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	for _, tried := range []bool{false, true} {
		a, err := begin(p, Config{Tried: tried})
		if err != nil {
			t.Fatal(err)
		}
		styles := a.styles(p.Func(plan.Step), isa.AVX2)
		for _, s := range kernel.Measured {
			if slices.Contains(styles, s) != tried {
				t.Errorf("tried %v: among the styles are %v", tried, styles)
			}
		}
	}
}
