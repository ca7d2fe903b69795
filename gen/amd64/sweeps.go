package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// writeSweeps writes the sweeps of the network, before what is written of it by the size that is left.
func (a *Assembly) writeSweeps() (err error) {
	if a.swept, err = assembly.SweepsOf[[]*compiled](a.p, a.config.EveryLevel); err != nil {
		return err
	}
	for i := range a.swept {
		s := &a.swept[i]
		if s.Missing != "" {
			continue
		}
		for _, l := range isa.Levels {
			c := &compiled{file: assembly.NewFile(a.common)}
			fn, err := assembly.NewSweep(c.file, a.machine(l), s.Sweep)
			if err != nil {
				return fmt.Errorf("assembly: %w", err)
			}
			c.assemble([]*assembly.Function{fn})
			s.Code = append(s.Code, c)
			a.room -= textBytes(c.parts[0]) + constantBytes*c.file.Count
		}
	}
	return nil
}

// sweepChoice says which of a sweep's codes every core runs: that of AVX-512 where a core has it. But one that takes
// 512 bits in two halves converts more slowly between float32 and float64 on them: of 4810 elements the norm takes 1.6
// times as long as with AVX2, and Clip 1.3 times.
func sweepChoice(s plan.Sweep) Choice {
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
	for _, s := range a.swept.Written() {
		choices = append(choices, sweepChoice(s))
	}
	return choices
}

// addSweeps adds the sweeps to a file.
func (a *Assembly) addSweeps(f *assembly.File, out *ir.File, prefix string) error {
	kinds := a.Kinds()
	for _, s := range a.swept {
		if s.Missing != "" {
			continue
		}
		name := prefix + s.Function()
		e, err := entryOf(prefix, name, signature(assembly.SweepParams(s.Sweep, a.p.ElementBytes()), false,
			a.p.ElementBytes()), []target{{name + isa.AVX2.String(), 1},
			{name + isa.AVX512.String(), levelsOf(sweepChoice(s.Sweep), kinds, 1)}})
		if err != nil {
			return err
		}
		out.AddSection(e)
		for _, c := range s.Code {
			for _, part := range link(f, c) {
				part.Name = prefix + part.Name
				out.AddSection(part)
			}
		}
	}
	return nil
}

// Sweeps are the loops over all parameters.
func (a *Assembly) Sweeps() assembly.Loops { return a.swept }

// SweptAtOnce is how many elements a sweep takes in a call.
func (a *Assembly) SweptAtOnce() int { return assembly.SweptAtOnce(a.config.CallCycles) }
