package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// styleMargin is how many cycles in a hundred another style must spare. Of two codes for the same, one that is
// predicted to take up to 5 % less than the other was measured to take up to 8 % more.
const styleMargin = 6

// stylesAt are those in which some function of a network has code of its own at a level, the standard one first.
func stylesAt(p *plan.Program, m assembly.Machine) []kernel.Style {
	styles := []kernel.Style{kernel.Standard}
	if p.Network.Rounding == spec.RoundingStrict || assembly.Deep(p.Network) {
		return styles
	}
	matrices := slices.DeleteFunc(slices.Clone(p.Buffers), func(b *plan.Buffer) bool { return b.Kind != plan.Weight })
	packed := func(w *plan.Buffer) bool { return kernel.Packs(m.Kernel(), w) }
	if slices.ContainsFunc(matrices, packed) {
		styles = append(styles, kernel.Apart)
	}
	return styles
}

// StyleCycles are what a function is predicted to take in a style, at each level; 0 where it has no code of its own
// there.
type StyleCycles struct {
	Style  kernel.Style
	Cycles []int
}

// chooseStyle finds the style that spares enough at a level, and notes what was predicted for all.
func (a *Assembly) chooseStyle(c *Choice, fn *plan.Func, l isa.Level) (chosen kernel.Style, cycles int) {
	chosen = kernel.Standard
	for i, s := range stylesAt(a.p, a.machine(l)) {
		code := a.code[a.form(fn, l, s)]
		if code.tooLong {
			continue
		}
		c.note(s, l, code.cycles)
		switch {
		case i == 0:
			cycles = code.cycles
		case code.size() <= straightNodes && 100*code.cycles < (100-styleMargin)*c.predicted(kernel.Standard, l) &&
			code.cycles < cycles:
			chosen, cycles = s, code.cycles
		}
	}
	return chosen, cycles
}

// note notes a prediction.
func (c *Choice) note(s kernel.Style, l isa.Level, cycles int) {
	i := slices.IndexFunc(c.Predicted, func(p StyleCycles) bool { return p.Style == s })
	if i < 0 {
		i = len(c.Predicted)
		c.Predicted = append(c.Predicted, StyleCycles{s, make([]int, len(isa.Levels))})
	}
	c.Predicted[i].Cycles[slices.Index(isa.Levels, l)] = cycles
}

// predicted is what was noted, 0 for nothing.
func (c *Choice) predicted(s kernel.Style, l isa.Level) int {
	for _, p := range c.Predicted {
		if p.Style == s {
			return p.Cycles[slices.Index(isa.Levels, l)]
		}
	}
	return 0
}
