package arm64

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/arm64/cores"
	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/macro"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// constraint is the build constraint of emitted assembly.
var constraint = templates.AssemblyConstraint("arm64")

// Config is what a plan leaves open of its assembly.
type Config struct {
	// Tiling is how wide the tiles of batches are, and Alternates says that the workspace has a field for the direction
	// in which rows are gone through: structs are the same for all processors.
	Tiling     kernel.Tiling
	Alternates bool
	// EverySweep gives assembly to loops over few parameters, too.
	EverySweep bool
	// Core names the core whose cycles are estimated, one of package cores; empty: the first.
	Core string
	// CallCycles is how many cycles a call may take; 0: assembly.CallCycles.
	CallCycles int
}

// Assembly is what a network has in assembly: the code of its functions, each written once.
type Assembly struct {
	p       *plan.Program
	config  Config
	common  *assembly.Common
	machine assembly.Machine
	// file has all functions and their constants, in parts those of each function of the plan, and calls are how many
	// calls those that pause take by the estimate.
	file    *assembly.File
	parts   map[string][]*assembly.Function
	calls   map[string]int
	without map[string]string
	// swept are the loops over all parameters.
	swept assembly.SweptList[*assembly.Function]
	// room is how many bytes of text are left, and written how many instructions have been written.
	room, written int
}

// The assembly of a network is bounded, whatever its layers and formulas: it has at most so many bytes of text, and at
// most so many instructions are written for it. A function that has no room stays in portable Go.
const (
	maxText     = 4 << 20
	maxWritten  = 900_000
	maxFunction = 180_000
	lineBytes   = 40 // of the text of an instruction, about
)

// New writes the assembly of a network.
func New(p *plan.Program, c Config) (*Assembly, error) {
	on, err := cores.Named(c.Core)
	if err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	c.CallCycles = cmp.Or(c.CallCycles, assembly.CallCycles)
	a := &Assembly{
		p: p, config: c, common: assembly.NewCommon(p, c.Alternates), parts: map[string][]*assembly.Function{},
		machine: assembly.Machine{Set: set{on}, Size: p.ElementBytes()}, calls: map[string]int{},
		without: map[string]string{}, room: maxText,
	}
	a.file = assembly.NewFile(a.common)
	a.file.CallCycles = c.CallCycles
	if err := a.writeSweeps(); err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	for _, name := range assembly.ByUse {
		fn := p.Func(name)
		if fn == nil {
			continue
		}
		if err := a.write(fn); err != nil {
			return nil, fmt.Errorf("assembly: %w", err)
		}
	}
	for _, fn := range p.Funcs {
		if why := assembly.Missing(p, fn); why != "" {
			a.without[fn.Name] = why
		}
	}
	return a, nil
}

// write writes a function, unless there is no code or no room for it.
func (a *Assembly) write(fn *plan.Func) error {
	why := assembly.Missing(a.p, fn)
	if part := assembly.PartOf[fn.Name]; why == "" && part != "" && a.without[part] != "" {
		why = part + " has none"
	}
	if why != "" {
		a.without[fn.Name] = why
		return nil
	}
	constants := a.file.Constants // what is written in vain leaves none behind
	a.file.Constants = constants.Clone()
	parts, calls, err := a.pausing(fn)
	size := 0
	for _, part := range parts {
		size += len(part.Nodes) * lineBytes
	}
	if errors.Is(err, assembly.ErrLong) || err == nil && size > a.room {
		a.file.Constants = constants
		a.without[fn.Name] = fmt.Sprintf("all of the assembly would be larger than %d MB, or take too long to write",
			maxText>>20)
		return nil
	}
	a.room -= size
	for name, n := range calls {
		a.calls[name] = n
	}
	a.parts[fn.Name] = parts
	return err
}

// pausing writes a function, and again those of its parts that take longer than a call may so that they pause.
func (a *Assembly) pausing(fn *plan.Func) (parts []*assembly.Function, calls map[string]int, err error) {
	a.file.Longest = min(maxFunction, max(0, maxWritten-a.written), a.room/lineBytes)
	again := false
	calls = map[string]int{}
	names := assembly.PartNames(a.p, fn)
	for range 2 {
		if parts, err = a.code(fn); err != nil {
			return nil, nil, err
		}
		for i, part := range parts {
			a.written += len(part.Nodes)
			if cycles := part.Span.Total; !again && cycles > float64(a.config.CallCycles) {
				calls[names[i]] = int(math.Ceil(2 * cycles / float64(a.config.CallCycles)))
			}
		}
		if again || len(calls) == 0 {
			return parts, calls, nil
		}
		again = true
		for name := range calls {
			a.file.Pausing[name] = true
		}
	}
	return parts, calls, nil
}

// code writes a function, straight where that is not too long, and else, of a deep network, layer by layer and rolled
// up: never what a loop over rows is around.
func (a *Assembly) code(fn *plan.Func) ([]*assembly.Function, error) {
	write := func() ([]*assembly.Function, error) {
		return assembly.Write(a.file, a.p, a.machine, fn, a.config.Tiling)
	}
	if !assembly.Deep(a.p.Network) || kernel.SeveralTurns(a.common.Kernel.Strict, fn) {
		return write()
	}
	most, constants := a.file.Longest, a.file.Constants.Clone()
	a.file.Longest = min(most, assembly.StraightNodes)
	parts, err := write()
	a.file.Longest = most
	if !errors.Is(err, assembly.ErrLong) {
		return parts, err
	}
	a.file.Layered = true
	defer func() { a.file.Layered, a.file.Whole = false, false }()
	parts, err = assembly.WriteRolled(most, func(whole bool) ([]*assembly.Function, error) {
		a.file.Constants, a.file.Whole = constants.Clone(), whole
		return write()
	})
	for _, part := range parts {
		if err == nil {
			part.Target.(*writer).settle()
		}
	}
	return parts, err
}

// writeSweeps writes the loops over all parameters.
func (a *Assembly) writeSweeps() (err error) {
	if a.swept, err = assembly.SweepsOf[*assembly.Function](a.p, a.config.EverySweep); err != nil {
		return err
	}
	for i := range a.swept {
		s := &a.swept[i]
		if s.Missing != "" {
			continue
		}
		if s.Code, err = assembly.NewSweep(a.file, a.machine, s.Sweep); err != nil {
			return err
		}
		a.room -= len(s.Code.Nodes) * lineBytes
	}
	return nil
}

// Missing says why a function has no assembly; it is empty for those that have.
func (a *Assembly) Missing(function string) string { return a.without[function] }

// Calls are, for the functions that pause, how many calls they take by the estimate.
func (a *Assembly) Calls() map[string]int { return a.calls }

// Cycles is how many cycles a function is estimated to take on the core, one of batches in a call with as many samples
// as one takes; 0 without assembly.
func (a *Assembly) Cycles(function string) (cycles float64) {
	for _, part := range a.parts[function] {
		cycles += part.Span.Total
	}
	return cycles
}

// Sweeps are the loops over all parameters.
func (a *Assembly) Sweeps() assembly.Loops { return a.swept }

// SweptAtOnce is how many elements a sweep takes in a call.
func (a *Assembly) SweptAtOnce() int { return assembly.SweptAtOnce(a.config.CallCycles) }

// Print returns the assembly file, with the functions that have assembly.
func (a *Assembly) Print(o assembly.Options) ([]byte, error) {
	var all []*assembly.Function
	for _, fn := range a.p.Funcs {
		all = append(all, a.parts[fn.Name]...)
	}
	for _, s := range a.swept {
		if s.Code != nil {
			all = append(all, s.Code)
		}
	}
	write := func(w printer) (text, definitions []byte, err error) {
		var b, define bytes.Buffer
		for _, fn := range all {
			if err := w.functionText(&b, fn, o.Prefix); err != nil {
				return nil, nil, fmt.Errorf("assembly: %w", err)
			}
		}
		constantsText(&b, a.file)
		w.define(&define)
		return b.Bytes(), define.Bytes(), nil
	}
	head := fmt.Appendf(nil, "// %s\n\n//go:build %s\n\n#include \"textflag.h\"\n", o.Header, constraint)
	text, _, err := write(nil)
	if err != nil {
		return nil, err
	}
	text = append(head[:len(head):len(head)], text...)
	if err := isa.Lint(text, constraint, a.common.Kernel.Strict); err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	if o.Macros {
		body, definitions, err := write(printer{})
		if err != nil {
			return nil, err
		}
		text = macro.Shorten(slices.Concat(head, definitions, body))
	}
	return text, nil
}
