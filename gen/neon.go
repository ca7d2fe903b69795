package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/arm64"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// neonLevel is the instruction set of the assembly for AArch64, which every such processor has.
var neonLevel = templates.AssemblyLevel{Name: "NEON", Doc: "NEON"}

// arm64Backend is the backend of assembly for AArch64. It is none of Backends: a network can't ask for it yet.
var arm64Backend = Backend{
	Name:     "arm64",
	Supports: func(spec.Network) bool { return false },
	Files: func(stem string) []FileName {
		return []FileName{{stem + "_arm64_gen.go", Declarations}, {stem + "_noasm_gen.go", Fallback},
			{stem + "_arm64_gen.s", Assembly}}
	},
	Names: func(n spec.Network, prefix string) []string {
		names := []string{prefix + "Level", prefix + "AtLevels", prefix + assembly.PauseSuffix}
		functions := []string{plan.GradBatch + assembly.SumsSuffix}
		for _, s := range plan.API {
			functions = append(functions, s.Name)
		}
		sweeps, _ := plan.Sweeps(n) // none of a network that is not valid
		for _, s := range sweeps {
			functions = append(functions, s.Function())
		}
		for _, f := range functions {
			names = append(names, prefix+f, prefix+f+neonLevel.Name)
		}
		return names
	},
	Plan: func(p *plan.Program, o Options) (Output, error) {
		c := &neonCode{p: p, o: o, alternates: arm64.Alternates(p)}
		a, err := arm64.New(p, arm64.Config{
			Tiling: c.tiling, Alternates: c.alternates, EverySweep: o.EveryLevel, CallCycles: o.CallCycles,
		})
		if err != nil {
			return nil, err
		}
		c.assembly = a
		for _, f := range p.Funcs {
			if a.Missing(f.Name) == "" {
				c.vector = append(c.vector, f.Name)
			}
		}
		return c, nil
	},
}

// neonCode is a network as that backend has it.
type neonCode struct {
	p          *plan.Program
	o          Options
	assembly   *arm64.Assembly
	tiling     kernel.Tiling
	alternates bool
	vector     []string // the functions that are in assembly
}

// Has says whether a function or a sweep is in assembly.
func (c *neonCode) Has(name string) bool {
	return slices.Contains(c.vector, name) ||
		slices.ContainsFunc(c.assembly.Sweeps(), func(s plan.Sweep) bool { return s.Function() == name })
}

// Cuts are tiles, and as many samples as a call takes.
func (c *neonCode) Cuts() (tile, chunk int) { return cutsOf(c.p, c.tiling, c.vector) }

// Fields are the fields that the assembly of some functions needs.
func (c *neonCode) Fields() (workspace, batch portable.Fields) {
	direction := ""
	if c.alternates {
		direction = kernel.DirectionField
	}
	return assemblyFields(c.p, c.tiling, direction, c.vector)
}

// Emit prints the assembly of a network; nothing where all is left to Go.
func (c *neonCode) Emit() ([]File, error) {
	n, sweeps := c.p.Network, c.assembly.Sweeps()
	if len(c.vector)+len(sweeps) == 0 {
		return nil, nil
	}
	text, err := c.assembly.Print(arm64.Options{Header: marker(c.o), Prefix: portable.Prefix(n.Name)})
	if err != nil {
		return nil, err
	}
	e := emission{
		n: n, p: c.p, o: c.o, files: arm64Backend.Files(stem(n)), text: text, vector: c.vector,
		codes: func(string) []string { return []string{neonLevel.Name} }, calls: c.assembly.Calls(), tiling: c.tiling,
		fields: c.assembly.Fields(), sweeps: sweeps, sweptAtOnce: c.assembly.SweptAtOnce(),
	}
	e.Processor, e.Levels = "arm64", []templates.AssemblyLevel{neonLevel}
	return e.emit()
}

// Explain says what is in assembly and what is left to Go.
func (c *neonCode) Explain() (lines []string, tables string, err error) {
	if len(c.vector) > 0 {
		lines = append(lines, fmt.Sprintf("assembly for NEON: %s", strings.Join(c.vector, ", ")))
	}
	var left leftToGo
	for _, f := range c.p.Funcs {
		left.add(c.assembly.Missing(f.Name), f.Name)
	}
	return append(lines, left.lines()...), "", nil
}
