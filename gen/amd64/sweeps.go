package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
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
		}
		if !a.config.Tried && !widerPays(s.Sweep, s.Code) {
			s.Code = s.Code[:1]
		}
		for _, c := range s.Code {
			a.room -= textBytes(c.parts[0]) + constantBytes*c.file.Count
		}
	}
	return nil
}

// widerPays says whether the code of AVX-512 is worth its size: always, but of few elements, which fill a register or
// two at either level, only if it is predicted to spare so much, on the average of the cores that have it. One choice
// for all of them needs nobody to ask which one it is.
func widerPays(s plan.Sweep, code []*compiled) bool {
	if s.Elements == 0 {
		return true
	}
	kept := func(*cores.Core) (none cores.Kept) { return none }
	cycles := func(l isa.Level, c *compiled) []int {
		return cyclesByCore(l, []*cores.Program{cores.Read(c.parts[0])}, kept, 0,
			map[string]int{kernel.SweptLength: s.Elements})
	}
	narrow, wide := cycles(isa.AVX2, code[0]), cycles(isa.AVX512, code[1])
	spares, able := 0, 0
	for k, core := range cores.All {
		if core.Wide {
			spares, able = spares+1000-besides(wide[k], narrow[k]), able+1
		}
	}
	return spares >= 10*emittedMargin*able
}

// sweepChoice says which of a sweep's codes every core runs: that of AVX-512 where a core has it. But one that takes
// 512 bits in two halves converts more slowly between float32 and float64 on them: of 4810 elements the norm takes 1.6
// times as long as with AVX2, and Clip 1.3 times.
func sweepChoice(s assembly.Swept[[]*compiled]) Choice {
	c := Choice{Function: s.Function(), Unknown: len(s.Code) - 1}
	for _, l := range isa.Levels[:len(s.Code)] {
		c.Emitted = append(c.Emitted, Variant{Level: l})
	}
	for _, core := range cores.All {
		run := 0
		if core.Whole() || core.Wide && !s.Wide {
			run = c.Unknown
		}
		c.Runs = append(c.Runs, run)
	}
	return c
}

// sweepChoices are the choices of all sweeps that have assembly.
func (a *Assembly) sweepChoices() (choices []Choice) {
	for _, s := range a.swept {
		if s.Missing == "" {
			choices = append(choices, sweepChoice(s))
		}
	}
	return choices
}

// SweepChoices are these choices with what each code is predicted to take on every core of cores.All, 0 on one that
// can't run it.
func (a *Assembly) SweepChoices() (choices []Choice) {
	for _, s := range a.swept {
		if s.Missing != "" {
			continue
		}
		c := sweepChoice(s)
		c.Tried = c.Emitted
		params := a.p.Network.Params()
		bytes := len(s.Arrays) * params * a.p.ElementBytes()
		for i, v := range c.Tried {
			kept := func(core *cores.Core) cores.Kept { return cores.Kept{Second: core.SecondCache()} }
			c.Cycles = append(c.Cycles, cyclesByCore(v.Level, []*cores.Program{cores.Read(s.Code[i].parts[0])}, kept,
				bytes, map[string]int{kernel.SweptLength: params}))
		}
		choices = append(choices, c)
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
		choice := sweepChoice(s)
		var codes []oneCode
		for i, v := range choice.Emitted {
			c := oneCode{Function: link(f, s.Code[i])[0], level: v.Level, levels: levelsOf(choice, kinds, i)}
			if a.config.Tried {
				c.levels = a.TriedLevel(v)
			}
			codes = append(codes, c)
		}
		part, err := join(prefix, s.Function(), codes)
		if err != nil {
			return err
		}
		out.AddSection(part)
	}
	return nil
}

// Sweeps are the loops over all parameters.
func (a *Assembly) Sweeps() assembly.Loops { return a.swept }

// SweptAtOnce is how many elements a sweep takes in a call.
func (a *Assembly) SweptAtOnce() int { return assembly.SweptAtOnce(a.config.CallCycles) }
