package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// swept is a sweep and its code at every level; missing says why it has none.
type swept struct {
	plan.Sweep
	code    []*compiled
	missing string
}

// writeSweeps writes the sweeps of the network, before what is written of it by the size that is left.
func (a *Assembly) writeSweeps() error {
	list, err := plan.Sweeps(a.p.Network)
	if err != nil {
		return err
	}
	for _, s := range list {
		w := swept{Sweep: s, missing: a.missingOf(s)}
		if w.missing == "" {
			for _, l := range isa.Levels {
				c := &compiled{file: assembly.NewFile(a.common)}
				fn, err := assembly.NewSweep(c.file, a.machine(l), s)
				if err != nil {
					return fmt.Errorf("assembly: %w", err)
				}
				c.assemble([]*assembly.Function{fn})
				w.code = append(w.code, c)
				a.room -= textBytes(c.parts[0]) + constantBytes*c.file.Count
			}
		}
		a.sweeps = append(a.sweeps, w)
	}
	return nil
}

// missingOf says why a sweep has no assembly.
func (a *Assembly) missingOf(s plan.Sweep) string {
	if assembly.Few(a.p, s) && !a.config.EveryLevel {
		return "there are few parameters"
	}
	return assembly.MissingSweep(a.p, s)
}

// choice says which of its codes every core runs: that of AVX-512 where a core has it. But one that takes 512 bits in two
// halves converts more slowly between float32 and float64 on them: of 4810 elements the norm takes 1.6 times as long as
// with AVX2, and Clip 1.3 times.
func (s swept) choice() Choice {
	c := Choice{Function: s.Function(), Emitted: []Variant{{Level: isa.AVX2}, {Level: isa.AVX512}}, Unknown: 1}
	for _, core := range cores.All {
		run := 0
		if core.Whole() || core.Wide && !s.Wide {
			run = 1
		}
		c.Runs = append(c.Runs, run)
	}
	return c
}

// sweepChoices are the choices of all sweeps that have assembly.
func (a *Assembly) sweepChoices() (choices []Choice) {
	for _, s := range a.sweeps {
		if s.missing == "" {
			choices = append(choices, s.choice())
		}
	}
	return choices
}

// addSweeps adds the sweeps to a file.
func (a *Assembly) addSweeps(f *assembly.File, out *ir.File, prefix string) error {
	kinds := a.Kinds()
	for _, s := range a.sweeps {
		if s.missing != "" {
			continue
		}
		name := prefix + s.Function()
		e, err := entryOf(prefix, name, signature(assembly.SweepParams(s.Sweep, a.p.ElementBytes()), false,
			a.p.ElementBytes()), []target{{name + isa.AVX2.String(), 1}, {name + isa.AVX512.String(), levelsOf(s.choice(), kinds, 1)}})
		if err != nil {
			return err
		}
		out.AddSection(e)
		for _, c := range s.code {
			for _, part := range link(f, c) {
				part.Name = prefix + part.Name
				out.AddSection(part)
			}
		}
	}
	return nil
}

// Sweeps are the sweeps that have assembly.
func (a *Assembly) Sweeps() (list []plan.Sweep) {
	for _, s := range a.sweeps {
		if s.missing == "" {
			list = append(list, s.Sweep)
		}
	}
	return list
}

// AllSweeps are all of the network, in assembly or not.
func (a *Assembly) AllSweeps() (list []plan.Sweep) {
	for _, s := range a.sweeps {
		list = append(list, s.Sweep)
	}
	return list
}

// MissingSweep says why a sweep has no assembly; it is empty for those that have.
func (a *Assembly) MissingSweep(s plan.Sweep) string {
	for _, w := range a.sweeps {
		if w.Function() == s.Function() {
			return w.missing
		}
	}
	return ""
}

// SweptAtOnce is how many elements a sweep takes in a call.
func (a *Assembly) SweptAtOnce() int { return assembly.SweptAtOnce(a.config.CallCycles) }
