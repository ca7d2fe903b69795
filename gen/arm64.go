package gen

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/arm64"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/macro"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// neonLevel is the instruction set of the assembly for AArch64, which every such processor has.
var neonLevel = templates.AssemblyLevel{Name: "NEON", Doc: "NEON"}

// arm64Backend is the backend of assembly for AArch64.
var arm64Backend = Backend{
	Name:     "arm64",
	Supports: func(n spec.Network) bool { return slices.Contains(n.Targets, spec.ARM64) },
	Files:    func(stem string) []FileName { return assemblyFiles(stem, "arm64") },
	Names: func(n spec.Network, prefix string) []string {
		return assemblyNames(n, prefix, []string{neonLevel.Name}, []string{neonLevel.Name})
	},
	Alternates: arm64.Alternates,
	Plan: func(p *plan.Program, o Options, s *Shared) (Output, error) {
		if s.Tiling == nil {
			s.Tiling = &kernel.Tiling{}
		}
		return &neonCode{p: p, o: o, tiling: *s.Tiling, alternates: s.Alternates}, nil
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

// config is what the network's surroundings say of its assembly.
func (c *neonCode) config() arm64.Config {
	return arm64.Config{
		Tiling: c.tiling, Alternates: c.alternates, EverySweep: c.o.EveryLevel, CallCycles: c.o.CallCycles,
	}
}

// Write writes the assembly of all functions.
func (c *neonCode) Write() (err error) {
	if c.assembly, err = arm64.New(c.p, c.config()); err != nil {
		return err
	}
	c.vector = written(c.p, c.assembly.Missing)
	return nil
}

// Has says whether a function or a sweep is in assembly.
func (c *neonCode) Has(name string) bool {
	return among(c.vector, c.assembly.Swept.Written(), name)
}

// Cuts are tiles, and as many samples as a call takes.
func (c *neonCode) Cuts() (tile, chunk int) { return cutsOf(c.p, c.tiling, c.vector) }

// Fields are the fields that the assembly of some functions needs.
func (c *neonCode) Fields() (workspace, batch portable.Fields) {
	return assemblyFields(c.p, c.tiling, c.alternates, c.vector)
}

// Emit prints the assembly of a network; nothing where all is left to Go.
func (c *neonCode) Emit(some []string) ([]File, error) {
	n, sweeps := c.p.Network, c.assembly.Swept.Written()
	if len(c.vector)+len(sweeps) == 0 {
		return nil, nil
	}
	text, err := c.assembly.Print(arm64.Options{Header: marker(c.o), Prefix: portable.Prefix(n.Name),
		Macros: !c.o.NoMacros})
	if err != nil {
		return nil, err
	}
	if !c.o.NoMacros {
		text = macro.Shorten(text)
	}
	e := emission{
		p: c.p, o: c.o, files: arm64Backend.Files(stem(n)), text: text, some: some, vector: c.vector,
		codes: func(string) []string { return []string{neonLevel.Name} }, calls: c.assembly.Calls(), tiling: c.tiling,
		fields: c.assembly.Fields(), sweeps: sweeps, sweptAtOnce: c.assembly.SweptAtOnce(), few: c.assembly.Few,
	}
	e.Processor, e.Levels = "arm64", []templates.AssemblyLevel{neonLevel}
	return e.emit()
}

// Levels are the names of the levels.
func (c *neonCode) Levels() []string { return []string{neonLevel.Name} }
