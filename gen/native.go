package gen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// Backends of assembly, whichever processor it is for.

// processor is what a backend of assembly has of its own.
type processor struct {
	// name is that of the processor in build constraints, and target what a spec asks for it by.
	name   string
	target spec.Target
	// levels are its instruction sets as the emitted Go knows them, and title names them together in a text.
	levels []templates.AssemblyLevel
	title  string
	// others are the ends of identifiers that only this processor's files declare.
	others []string
	// alternates says whether there are functions that go through rows in alternating directions.
	alternates func(p *plan.Program) bool
	// begin plans the assembly of a network. The first backend that is asked chooses how batches are cut.
	begin func(p *plan.Program, o Options, s *Shared) (writer, error)
	// kinds are the kinds of cores that functions tell apart; nil: none are told apart.
	kinds func(c *native) []templates.AssemblyKind
	// predict has tables of how long functions are predicted to take on each core.
	predict func(c *native) (string, error)
}

// writer writes the assembly of a network that has been planned.
type writer func() (machineCode, error)

// machineCode is the assembly of a network for one processor.
type machineCode interface {
	// Missing says why a function has none; it is empty for those that have.
	Missing(function string) string
	// Calls are, for the functions that pause, how many calls they take by the estimate.
	Calls() map[string]int
	// Few are how many samples a function of a batch takes one by one, for each kind of cores.
	Few(function string) []int
	// Fields are where the assembly looks for fields.
	Fields() []kernel.Field
	// Sweeps are the loops over all parameters, and SweptAtOnce is how many elements one takes in a call.
	Sweeps() assembly.Loops
	SweptAtOnce() int
	// Print returns the assembly file.
	Print(o assembly.Options) ([]byte, error)
}

// backend is the row of a processor in Backends.
func (m *processor) backend() Backend {
	return Backend{
		Name:       m.name,
		Supports:   func(n spec.Network) bool { return slices.Contains(n.Targets, m.target) },
		Files:      m.files,
		Names:      m.names,
		Alternates: m.alternates,
		Plan: func(p *plan.Program, o Options, s *Shared) (Output, error) {
			write, err := m.begin(p, o, s)
			if err != nil {
				return nil, err
			}
			return &native{processor: m, p: p, o: o, write: write, tiling: *s.Tiling, alternates: s.Alternates}, nil
		},
	}
}

// files are the files of the processor.
func (m *processor) files(stem string) []FileName {
	return []FileName{{stem + "_" + m.name + "_gen.go", Declarations}, {stem + "_" + m.name + "_gen.s", Assembly}}
}

// names lists the identifiers that go with the assembly.
func (m *processor) names(n spec.Network, prefix string) []string {
	names := assemblyNames(n, prefix)
	for _, other := range m.others {
		names = append(names, prefix+other)
	}
	return names
}

// native is a network as a backend of assembly has it.
type native struct {
	*processor
	p          *plan.Program
	o          Options
	write      writer
	tiling     kernel.Tiling
	alternates bool
	code       machineCode
	vector     []string     // the functions that are in assembly
	sweeps     []plan.Sweep // the loops over all parameters that are
}

// Write writes the assembly of all functions.
func (c *native) Write() (err error) {
	if c.code, err = c.write(); err != nil {
		return err
	}
	for _, f := range c.p.Funcs {
		if c.code.Missing(f.Name) == "" {
			c.vector = append(c.vector, f.Name)
		}
	}
	c.sweeps = c.code.Sweeps().Written()
	return nil
}

// Has says whether a function or a sweep is in assembly.
func (c *native) Has(name string) bool {
	return slices.Contains(c.vector, name) ||
		slices.ContainsFunc(c.sweeps, func(s plan.Sweep) bool { return s.Function() == name })
}

// Direct says whether a function is one of the assembly, which does all in one call.
func (c *native) Direct(name string) bool {
	return slices.Contains(c.vector, name) && !c.p.Func(name).Batch && c.code.Calls()[name] == 0
}

// Cuts are tiles, and as many samples as a call takes.
func (c *native) Cuts() (tile, chunk int) {
	if !c.batched() {
		return 0, 0
	}
	l := kernel.NewTileLayout(c.p, c.tiling)
	return l.Samples, l.Samples * l.Tiles
}

// batched says whether some of the functions take batches.
func (c *native) batched() bool {
	return slices.ContainsFunc(c.vector, func(name string) bool { return c.p.Func(name).Batch })
}

// Levels are the names of the levels.
func (c *native) Levels() []string { return templates.LevelNames(c.levels, c.coreKinds()) }

// coreKinds are the kinds of cores that functions tell apart. Where all that is tried is emitted no core has a kind,
// and levels are set by hand.
func (c *native) coreKinds() []templates.AssemblyKind {
	if c.kinds == nil || c.o.tried {
		return nil
	}
	return c.kinds(c)
}

// Emit prints the assembly of a network: the Go that declares it, and the assembly itself; nothing where all is left to
// Go.
func (c *native) Emit(some, direct []string) ([]File, error) {
	if len(c.vector)+len(c.sweeps) == 0 {
		return nil, nil
	}
	text, err := c.code.Print(assembly.Options{
		Package: c.o.Package, Header: marker(c.o), Prefix: portable.Prefix(c.p.Network.Name), Macros: !c.o.NoMacros,
	})
	if err != nil {
		return nil, err
	}
	declarations, err := c.declarations(some, direct)
	if err != nil {
		return nil, err
	}
	var files []File
	for i, f := range c.files(Stem(c.p.Network.Name)) {
		files = append(files, File{f.Name, f.Kind, [][]byte{declarations, text}[i]})
	}
	return files, nil
}

// Explain says what is in assembly and what is left to Go, and predicts how long it takes.
func (c *native) Explain() (lines []string, tables string, err error) {
	if len(c.vector) > 0 {
		lines = append(lines, fmt.Sprintf("assembly for %s: %s", c.title, strings.Join(c.vector, ", ")))
	}
	if slices.Contains(c.vector, plan.GradBatch) {
		lines = append(lines, kernel.TileLines(c.p, c.tiling)...)
	}
	lines = append(lines, fewLines(c.title, c.vector, c.code.Few)...)
	lines = append(lines, sweptLines(c.p.Network, c.title, c.name, c.code.Sweeps())...)
	var left leftToGo
	for _, f := range c.p.Funcs {
		left.add(c.code.Missing(f.Name), f.Name)
	}
	lines = append(lines, left.lines(c.name)...)
	if len(c.vector) > 0 {
		tables, err = c.predict(c)
	}
	return lines, tables, err
}

// pauses lists the functions of the assembly that pause and how many calls they take; empty where there are none.
func (c *native) pauses() string {
	calls := c.code.Calls()
	if len(calls) == 0 {
		return ""
	}
	rows := [][]string{{"function", "calls"}}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		rows = append(rows, []string{name, fmt.Sprint(calls[name])})
	}
	l := kernel.NewTileLayout(c.p, c.tiling)
	return fmt.Sprintf("\n%s assembly that returns to Go in between, so that the goroutine can be stopped, and how many "+
		"calls it takes\n", c.name) + table(rows) +
		fmt.Sprintf("  Estimates, at the level that takes the most; batches with %s.\n", plural.Of(l.Samples*l.Tiles,
			"sample"))
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

// lines say so of the builds for a processor.
func (l *leftToGo) lines(processor string) (lines []string) {
	for _, why := range l.reasons {
		lines = append(lines, fmt.Sprintf("portable Go on %s, because %s: %s", processor, why, strings.Join(l.names[why], ", ")))
	}
	return lines
}
