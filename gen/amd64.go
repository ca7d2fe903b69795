package gen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/amd64"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/macro"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// levels are the instruction sets of the assembly as the emitted Go knows them.
var levels = []templates.AssemblyLevel{
	{Name: isa.AVX2.String(), Doc: "AVX2 and FMA", Features: []string{"HasAVX2", "HasFMA"}},
	{
		Name: isa.AVX512.String(), Doc: "AVX-512 F, VL and DQ as well",
		Features: []string{"HasAVX512F", "HasAVX512VL", "HasAVX512DQ", "HasAVX2", "HasFMA"},
	},
}

// amd64Backend is the backend of assembly for x86-64.
var amd64Backend = Backend{
	Name:     "amd64",
	Supports: func(n spec.Network) bool { return slices.Contains(n.Targets, spec.AMD64) },
	Files:    func(stem string) []FileName { return assemblyFiles(stem, "amd64") },
	Names: func(n spec.Network, prefix string) []string {
		avx2, avx512 := isa.AVX2.String(), isa.AVX512.String()
		return append(assemblyNames(n, prefix, []string{avx2, avx512, amd64.Second + avx512}, []string{avx2, avx512}),
			prefix+"Machine", prefix+"Core", prefix+amd64.ProcessorSuffix)
	},
	Alternates: amd64.Alternates,
	Plan: func(p *plan.Program, o Options, s *Shared) (Output, error) {
		a, err := amd64.Begin(p, amd64.Config{
			Alternates: s.Alternates, EveryLevel: o.EveryLevel, CallCycles: o.CallCycles, Tried: o.tried,
			Tiling: o.tiling,
		})
		if err != nil {
			return nil, err
		}
		s.Tiling = &a.Tiling
		return &native{n: p.Network, p: p, o: o, assembly: a, alternates: s.Alternates}, nil
	},
}

// native is a network as that backend has it.
type native struct {
	n          spec.Network
	p          *plan.Program
	o          Options
	assembly   *amd64.Assembly
	alternates bool
	vector     []string // the functions that are in assembly
}

// Write writes the assembly of all functions.
func (c *native) Write() error {
	if err := c.assembly.Settle(); err != nil {
		return err
	}
	c.vector = written(c.p, c.assembly.Missing)
	return nil
}

// Has says whether a function or a sweep is in assembly.
func (c *native) Has(name string) bool {
	return among(c.vector, c.sweeps(), name)
}

// Cuts are tiles, and as many samples as a call takes.
func (c *native) Cuts() (tile, chunk int) { return cutsOf(c.p, c.assembly.Tiling, c.vector) }

// Explain says what is in assembly and what is left to Go, and predicts how long it takes.
func (c *native) Explain() (lines []string, tables string, err error) {
	tables, err = c.predictions()
	return c.lines(), tables, err
}

// Emit prints the assembly of a network: the Go that declares it, and the assembly itself; nothing where all is left to
// Go.
func (c *native) Emit(some []string) ([]File, error) {
	if len(c.vector)+len(c.sweeps()) == 0 {
		return nil, nil
	}
	printed, err := c.assembly.Print(amd64.Options{
		Package: c.o.Package, Header: marker(c.o), Prefix: portable.Prefix(c.n.Name),
	})
	if err != nil {
		return nil, err
	}
	e := emission{
		p: c.p, o: c.o, files: amd64Backend.Files(stem(c.n)), some: some, vector: c.vector, codes: c.assembly.Codes,
		calls: printed.Calls, tiling: c.assembly.Tiling, fields: c.assembly.Fields(), sweeps: c.sweeps(),
		sweptAtOnce: c.assembly.SweptAtOnce(), text: printed.Text, few: c.assembly.Few,
	}
	if !c.o.NoMacros {
		e.text = macro.Shorten(e.text)
	}
	e.Processor, e.Levels, e.Kinds = "amd64", levels, c.coreKinds()
	return e.emit()
}

// coreKinds are the kinds of cores that functions tell apart. Where all that is tried is emitted no core has a kind,
// and levels are set by hand.
func (c *native) coreKinds() (list []templates.AssemblyKind) {
	if c.o.tried {
		return nil
	}
	for _, k := range c.assembly.Kinds()[1:] {
		list = append(list, kindOf(k))
	}
	return list
}

// Levels are the names of the levels.
func (c *native) Levels() []string { return templates.LevelNames(levels, c.coreKinds()) }

// Fields are the fields that the assembly of some functions needs.
func (c *native) Fields() (workspace, batch portable.Fields) {
	return assemblyFields(c.p, c.assembly.Tiling, c.alternates, c.vector)
}

// lines say what is in assembly and what is left to Go.
func (c *native) lines() (lines []string) {
	p := c.p
	if len(c.vector) > 0 {
		lines = append(lines, fmt.Sprintf("assembly for AVX2 and AVX-512: %s", strings.Join(c.vector, ", ")))
		if slices.Contains(c.vector, plan.GradBatch) {
			lines = append(lines, kernel.TileLines(p, c.assembly.Tiling)...)
		}
	}
	lines = append(lines, fewLines(c.vector, c.assembly.Few)...)
	lines = append(lines, sweptLines(c.n, "AVX2 and AVX-512", c.assembly.Swept.All(), c.assembly.Swept.Missing)...)
	var left leftToGo
	for _, f := range p.Funcs {
		left.add(c.assembly.Missing(f.Name), f.Name)
	}
	lines = append(lines, left.lines()...)
	return lines
}

// leftToGo are the functions that have no assembly, by the reason; those that have none for the same one share a line.
type leftToGo struct {
	reasons []string
	names   map[string][]string
}

// add adds a function, once; without a reason it has assembly.
func (l *leftToGo) add(why, name string) {
	if why == "" || slices.Contains(l.names[why], name) {
		return
	}
	if l.names == nil {
		l.names = map[string][]string{}
	}
	if l.names[why] == nil {
		l.reasons = append(l.reasons, why)
	}
	l.names[why] = append(l.names[why], name)
}

// lines say so.
func (l *leftToGo) lines() (lines []string) {
	for _, why := range l.reasons {
		lines = append(lines, fmt.Sprintf("portable Go, because %s: %s", why, strings.Join(l.names[why], ", ")))
	}
	return lines
}

// pauses lists the functions of the assembly that pause and how many calls they take; empty where there are none.
func (c *native) pauses() (string, error) {
	calls, err := c.assembly.Calls()
	if err != nil || len(calls) == 0 {
		return "", err
	}
	rows := [][]string{{"function", "calls"}}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		rows = append(rows, []string{name, fmt.Sprint(calls[name])})
	}
	l := kernel.NewTileLayout(c.p, c.assembly.Tiling)
	return "\nassembly that returns to Go before it is done, so that the goroutine can be stopped, and in how many " +
		"calls it is\n" + table(rows) +
		fmt.Sprintf("  Estimates, at the level that takes the most; batches with %d samples.\n", l.Samples*l.Tiles), nil
}
