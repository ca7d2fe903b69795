package amd64

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/assembly"
)

// Which functions pause.

// pausing writes the codes of functions, those that take longer than a call may so that they pause, and says which
// these are and how many calls they take at the level that takes the most.
func (a *Assembly) pausing(forms []form, callCycles int) (all []form, calls map[string]int, err error) {
	if err := a.compile(forms...); err != nil {
		return nil, nil, err
	}
	calls = map[string]int{}
	for _, f := range forms {
		for i, name := range assembly.PartNames(a.p, a.p.Func(f.function)) {
			if a.long(f, i, callCycles) {
				calls[name] = max(calls[name], int(math.Ceil(2*a.code[f].estimates[i]/float64(callCycles))))
			}
		}
	}
	for _, f := range forms {
		for i, name := range assembly.PartNames(a.p, a.p.Func(f.function)) {
			if calls[name] > 0 {
				f.pauses[i], f.callCycles = true, callCycles
			}
		}
		all = append(all, f)
	}
	return all, calls, a.compile(all...)
}

// long says whether a part of a function takes more cycles than a call may, by the estimate, and where that is no more
// than twice as many, which it may be off, by the simulation as well.
func (a *Assembly) long(f form, part, callCycles int) bool {
	c, most := a.code[f], float64(callCycles)
	estimate := c.estimates[part]
	return estimate > most && (estimate > 2*most ||
		a.core.Cycles(c.modelled()[part], a.p.MatrixBytes(a.p.Func(f.function)), cores.Kept{},
			a.arguments(f)) > callCycles)
}
