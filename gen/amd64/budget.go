package amd64

import (
	"fmt"
	"maps"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// The assembly of a network is bounded, whatever its layers and formulas: it has at most so many bytes of text, and at
// most so many instructions are written for it, of which most may be rolled up into loops (roll.go) or be compared and
// not printed. A function that has no room stays in portable Go.
const (
	maxText     = 4 << 20
	maxWritten  = 900_000
	maxFunction = 180_000 // of a function at a level
)

// Missing says why a function has no assembly; it is empty for those that have.
func (a *Assembly) Missing(function string) string { return a.without[function] }

// allow sets how many instructions each of some functions may have that are written next: straight ones that their text
// has room, others to be rolled up.
func (a *Assembly) allow(functions int) {
	all := maxWritten
	if a.config.Tried {
		all *= triedRoom
	}
	a.most = min(maxFunction, max(0, all-a.written)/max(1, functions))
	a.straight = min(a.most, a.room/leastBytes)
}

// Settle writes all functions, and decides which have assembly: those that the limits above leave room for.
func (a *Assembly) Settle() error {
	var all []form
	constants := 0
	for _, name := range assembly.ByUse {
		fn := a.p.Func(name)
		if fn == nil || a.Missing(name) != "" {
			continue
		}
		if part := assembly.PartOf[name]; part != "" && a.Missing(part) != "" {
			a.leave(name, part+" has none")
			continue
		}
		forms, calls, size, err := a.attempt(fn)
		if err != nil {
			return err
		}
		with := append(all[:len(all):len(all)], forms...)
		n := a.constants(with)
		if size += constantBytes * (n - constants); forms == nil || size > a.room {
			a.leave(name, fmt.Sprintf("all of the assembly would be larger than %d MB, or take too long to write",
				maxText>>20))
			continue
		}
		all, constants = with, n
		a.room -= size
		a.printed[name] = forms
		maps.Copy(a.calls, calls)
	}
	return nil
}

// constants is how many constants the code of functions has together.
func (a *Assembly) constants(forms []form) int {
	together := assembly.NewFile(a.common)
	for _, f := range forms {
		for _, one := range a.code[f].file.All {
			together.Put(one)
		}
	}
	return together.Count
}

// attempt writes the code of a function, with its pauses, and returns what would be printed, in how many calls what
// pauses is done, and the size of the text; nothing where the code became too long.
func (a *Assembly) attempt(fn *plan.Func) (final []form, calls map[string]int, size int, err error) {
	var standard, others []form
	for _, f := range a.forms(fn) {
		if f.style == kernel.Standard {
			standard = append(standard, f)
		} else {
			others = append(others, f)
		}
	}
	// What is tried beside the standard must not take its room: of that, what becomes too long is left out.
	for _, forms := range [][]form{standard, others} {
		a.allow(len(forms))
		if err := a.compile(forms...); err != nil {
			return nil, nil, 0, err
		}
		if a.tooLong(standard...) {
			return nil, nil, 0, nil
		}
	}
	if !fn.Batch {
		if a.choices[fn.Name], err = a.choose(fn); err != nil {
			return nil, nil, 0, err
		}
	}
	for {
		chosen := a.chosen(fn, a.variants(fn.Name))
		a.allow(len(chosen))
		final, calls, err = a.pausing(chosen, a.config.CallCycles)
		if err != nil {
			return nil, nil, 0, err
		}
		if a.tooLong(final...) {
			return nil, nil, 0, nil
		}
		size = 0
		for _, f := range final {
			for _, part := range a.code[f].parts {
				size += textBytes(part)
			}
		}
		// Where there is no room for all that pays on some core, there may be for less.
		c := a.choices[fn.Name]
		if size <= a.room || !c.fewer() {
			return final, calls, size, nil
		}
		a.choices[fn.Name] = c
	}
}

// leave leaves a function to Go.
func (a *Assembly) leave(function, why string) {
	a.without[function] = why
	delete(a.choices, function)
	for f := range a.code {
		if f.function == function {
			delete(a.code, f)
		}
	}
}

// constantBytes is the size of the line that declares a number of the constants, with a long name of the network, and
// leastBytes that of an instruction, on average over a function.
const constantBytes, leastBytes = 64, 24

// textBytes is about how large the text of a function is. The opcodes of instructions that follow one another are
// printed to one width.
func textBytes(fn *ir.Function) (size int) {
	var run []*ir.Instruction
	flush := func() {
		width := 0
		for _, i := range run {
			width = max(width, len(i.OpcodeWithSuffixes()))
		}
		for _, i := range run {
			size += width + 3
			for _, o := range i.Operands {
				size += len(o.Asm()) + 2
			}
		}
		run = run[:0]
	}
	for _, n := range fn.Nodes {
		switch n := n.(type) {
		case *ir.Instruction:
			run = append(run, n)
		case *ir.Comment:
			flush()
			for _, line := range n.Lines {
				size += len(line) + 6
			}
		case ir.Label:
			flush()
			size += len(n) + 3
		}
	}
	flush()
	return size
}
