package amd64

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// oneLayer is a network of so many inputs and units before two outputs.
type oneLayer struct{ inputs, units int }

// predicted is how many cycles the model of a core says that Forward and Grad take at AVX2.
type predicted struct{ forward, grad int }

// predictLayers predicts what networks take.
func predictLayers(t *testing.T, shapes map[oneLayer]predicted) {
	t.Helper()
	var known sync.Mutex
	var tasks []func() error
	for s := range shapes {
		tasks = append(tasks, func() error {
			n := spec.Network{
				Name: "Net", Input: s.inputs, Cost: spec.Function{Name: "mse"},
				Layers: []spec.Layer{{Dense: s.units, Activation: spec.Function{Name: "relu"}}, {Dense: 2}},
			}
			p, err := plan.Compile(n.WithDefaults())
			if err != nil {
				return err
			}
			var cycles []int
			a, err := begin(p, Config{})
			if err != nil {
				t.Fatal(err)
			}
			a.most, a.straight = maxFunction, maxFunction
			for _, name := range []string{plan.Forward, plan.Grad} {
				takes, err := a.narrowTakes(p.Func(name))
				if err != nil {
					return err
				}
				if takes == 0 {
					return fmt.Errorf("%s of %v has no code", name, s)
				}
				cycles = append(cycles, takes)
			}
			known.Lock()
			defer known.Unlock()
			shapes[s] = predicted{cycles[0], cycles[1]}
			return nil
		})
	}
	if err := parallel.Run(tasks...); err != nil {
		t.Fatal(err)
	}
}

// narrowTakes is what a function is predicted to take on Zen 4 with the code of AVX2 that is chosen. The code of
// AVX-512 and the cores that have no say in this choice are left out, for most of the time would go there.
func (a *Assembly) narrowTakes(fn *plan.Func) (int, error) {
	c := Choice{Function: fn.Name}
	for _, style := range a.styles(fn, isa.AVX2) {
		f := a.form(fn, isa.AVX2, style)
		if err := a.compile(f); err != nil {
			return 0, err
		}
		if code := a.code[f]; code.tooLong || style.Apart && code.size() > assembly.StraightNodes {
			continue
		}
		cycles := make([]int, len(cores.All))
		for _, core := range []*cores.Core{cores.Zen3, cores.Zen4} {
			for _, part := range a.code[f].modelled() {
				cycles[slices.Index(cores.All, core)] += core.Cycles(part, a.p.MatrixBytes(fn),
					a.kept(fn, core, style), nil)
			}
		}
		c.Tried, c.Cycles = append(c.Tried, Variant{f.level, style}), append(c.Cycles, cycles)
	}
	return c.Takes(a.chooseNarrow(&c), slices.Index(cores.All, cores.Zen4)), nil
}

// endsRegister says whether n numbers of 4 bytes end a register, or share one with other rows, so that one more is
// moved and computed for itself.
func endsRegister(n int) bool { return n%8 == 0 || n < 8 && bits.OnesCount(uint(n)) == 1 }

// TestCliffs: an input or a unit more takes little more, for 1 to 34 of them and about 64, where rows become loops. It
// is long because every one is written and run in the model; no other test sees that one number more makes code slow.
// Inputs of rows that end in the same register take the same within 16 %, and at most 38 % more than as many as fill
// it, whose rows lie on whole lines of the cache. One more than that is a register more in every row, and of rows of 1,
// 2 or 4 numbers, which share one, twice as much to compute: up to 51 and 80 %. A unit more takes up to 33 %, and where
// it begins a register up to 40, of very few units 55.
func TestCliffs(t *testing.T) {
	t.Parallel()
	most := 70
	if testing.Short() {
		most = 9 // beyond the first full register
	}
	shapes := map[oneLayer]predicted{}
	for n := 1; n <= most; n++ {
		if n > 34 && n < 62 || n > 67 {
			continue
		}
		for _, other := range []int{2, 3, 16, 33} {
			shapes[oneLayer{n, other}], shapes[oneLayer{other, n}] = predicted{}, predicted{}
		}
	}
	predictLayers(t, shapes)
	judge := func(what string, from, to oneLayer, limit int) {
		before, known := shapes[from]
		after, also := shapes[to]
		if !known || !also {
			return
		}
		for name, cycles := range map[string][2]int{plan.Forward: {before.forward, after.forward},
			plan.Grad: {before.grad, after.grad}} {
			if 100*cycles[1] > limit*cycles[0]+300 { // three cycles are rounding
				t.Errorf("%s: %s of %s takes %d cycles, of %s %d: %d %%, want at most %d", what, name, fmt.Sprint(to),
					cycles[1], fmt.Sprint(from), cycles[0], 100*cycles[1]/cycles[0], limit)
			}
		}
	}
	for s := range shapes {
		limit := 116
		switch {
		case s.inputs < 5 && endsRegister(s.inputs):
			limit = 180
		case endsRegister(s.inputs):
			limit = 151
		}
		judge("an input more", s, oneLayer{s.inputs + 1, s.units}, limit)
		judge("a full register", oneLayer{(s.inputs + 7) / 8 * 8, s.units}, s, 139)
		limit = 133
		switch {
		case s.units < 5 && endsRegister(s.units):
			limit = 155
		case endsRegister(s.units):
			limit = 140
		}
		judge("a unit more", s, oneLayer{s.inputs, s.units + 1}, limit)
	}
}
