package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Choice is what code a function of one sample has: that of AVX2 in any case, and that of AVX-512 where it is predicted
// to take less. Wide registers do not always: their reductions are longer, and small layers leave most lanes empty.
type Choice struct {
	Function string
	// Cycles are predicted for the code of each level, in the order of Levels, whether it is emitted or not.
	Cycles []int
	// Levels are those that have code of their own.
	Levels []isa.Level
	// Styles are how matrices are taken at each level, and Predicted what each style that was tried is predicted to
	// take.
	Styles    []kernel.Style
	Predicted []StyleCycles
}

// margin is how many cycles in a hundred the code of AVX-512 must spare: what the model can tell, which is less where
// it is mostly memory that takes the time.
func (a *Assembly) margin(bytes int) int {
	if bytes > a.core.FirstCache {
		return 10
	}
	return 1
}

// choose predicts what a function of one sample takes at every level in every style, all of which have been written,
// and decides by it.
func (a *Assembly) choose(fn *plan.Func) (Choice, error) {
	if err := a.predict(a.forms(fn)...); err != nil {
		return Choice{}, err
	}
	c := Choice{Function: fn.Name, Levels: []isa.Level{isa.AVX2}}
	for _, l := range isa.Levels {
		style, cycles := a.chooseStyle(&c, fn, l)
		c.Styles, c.Cycles = append(c.Styles, style), append(c.Cycles, cycles)
	}
	if a.config.EveryLevel || 100*c.Cycles[1] < (100-a.margin(a.p.MatrixBytes(fn)))*c.Cycles[0] {
		c.Levels = isa.Levels
	}
	return c, nil
}

// forms are the codes among which a function's are chosen.
func (a *Assembly) forms(fn *plan.Func) (forms []form) {
	for _, l := range isa.Levels {
		if fn.Batch {
			forms = append(forms, a.batchForm(fn, l, a.Tiling))
			continue
		}
		for _, s := range stylesAt(a.p, a.machine(l)) {
			forms = append(forms, a.form(fn, l, s))
		}
	}
	return forms
}

// Choices are those of all functions of one sample that have assembly, in the order of the plan.
func (a *Assembly) Choices() (choices []Choice) {
	for _, fn := range a.p.Funcs {
		if !fn.Batch && a.Missing(fn.Name) == "" {
			choices = append(choices, a.Choice(fn.Name))
		}
	}
	return choices
}

// kept is how many of the bytes that a function goes over in a call are still in the first cache from the one before:
// of matrices that it goes through in alternating directions what fits beside the others.
func (a *Assembly) kept(fn *plan.Func) (bytes int) {
	p := a.p
	if !assembly.Alternates(a.set(isa.AVX2), p, fn) {
		return 0
	}
	total := p.MatrixBytes(fn)
	for _, m := range fn.Matrices() {
		size := m.Len() * p.ElementBytes()
		bytes += min(size, max(0, a.core.FirstCache-(total-size)))
	}
	return bytes
}

// Choice is what was chosen for a function; those of batches have the code of every level.
func (a *Assembly) Choice(function string) Choice {
	if c, ok := a.choices[function]; ok {
		return c
	}
	return Choice{Function: function, Levels: isa.Levels, Styles: []kernel.Style{kernel.Standard, kernel.Standard}}
}

// has says whether a level has code of its own.
func (c Choice) has(l isa.Level) bool { return slices.Contains(c.Levels, l) }

// DirectionField is the name of the number that the workspace must end with, empty where none is needed.
func (a *Assembly) DirectionField() string {
	if assembly.AlternatesAny(a.set(isa.AVX2), a.p) {
		return kernel.DirectionField
	}
	return ""
}
