package gen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/amd64"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/code"
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
	Files: func(stem string) []FileName {
		return []FileName{{stem + "_amd64_gen.go", Declarations}, {stem + "_noasm_gen.go", Fallback},
			{stem + "_amd64_gen.s", Assembly}}
	},
	Names: assemblyNames,
	Plan: func(p *plan.Program, o Options) (Output, error) {
		a, err := amd64.New(p, amd64.Config{EveryLevel: o.EveryLevel, CallCycles: o.CallCycles})
		if err != nil {
			return nil, err
		}
		c := &native{n: p.Network, p: p, o: o, assembly: a}
		for _, f := range p.Funcs {
			if a.Missing(f.Name) == "" {
				c.vector = append(c.vector, f.Name)
			}
		}
		return c, nil
	},
}

// native is a network as that backend has it.
type native struct {
	n        spec.Network
	p        *plan.Program
	o        Options
	assembly *amd64.Assembly
	vector   []string // the functions that are in assembly
}

// Has says whether a function or a sweep is in assembly.
func (c *native) Has(name string) bool {
	return slices.Contains(c.vector, name) ||
		slices.ContainsFunc(c.sweeps(), func(s plan.Sweep) bool { return s.Function() == name })
}

// Cuts are tiles, and as many samples as a call takes.
func (c *native) Cuts() (tile, chunk int) {
	if !slices.ContainsFunc(c.vector, func(name string) bool { return c.p.Func(name).Batch }) {
		return 0, 0
	}
	l := kernel.NewTileLayout(c.p, c.assembly.Tiling)
	return l.Samples, l.Samples * l.Tiles
}

// Explain says what is in assembly and what is left to Go, and predicts how long it takes.
func (c *native) Explain() (lines []string, tables string, err error) {
	tables, err = c.predictions()
	return c.lines(), tables, err
}

// Emit prints the assembly of a network: the Go that declares it, the Go that stands in for it, and the assembly
// itself; nothing where all is left to Go.
func (c *native) Emit() ([]File, error) {
	if len(c.vector)+len(c.sweeps()) == 0 {
		return nil, nil
	}
	n, p, tiling := c.n, c.p, c.assembly.Tiling
	a := templates.Assembly{
		Package: c.o.Package, Name: n.Name, Prefix: portable.Prefix(n.Name), Header: []string{marker(c.o)},
		Levels: levels, Method: portable.VectorMethod, Tested: n.Emits(spec.EmitTest),
	}
	for _, name := range c.vector {
		params, results := portable.Params(p, name)
		a.Functions = append(a.Functions, templates.AssemblyFunction{
			Name: name, Params: params, Results: results,
			Written: slices.DeleteFunc(plan.SignatureOf(name).Slices(),
				func(arg string) bool { return !plan.Written(arg) }),
			Codes: c.assembly.Codes(name), Batch: p.Func(name).Batch,
		})
	}
	for _, k := range c.assembly.Kinds()[1:] {
		a.Kinds = append(a.Kinds, kindOf(k))
	}
	a.Sweeps, a.Params, a.SweptAtOnce = c.assemblySweeps(), n.Params(), c.assembly.SweptAtOnce()
	printed, err := c.assembly.Print(amd64.Options{Package: c.o.Package, Header: marker(c.o), Prefix: a.Prefix})
	if err != nil {
		return nil, err
	}
	for i := range a.Functions {
		fn := &a.Functions[i]
		fn.Pauses, fn.SumsPause = printed.Calls[fn.Name] > 0, printed.Calls[fn.Name+assembly.SumsSuffix] > 0
	}
	a.PauseWords = assembly.PauseWords
	lay := kernel.NewTileLayout(p, tiling)
	a.Batch = templates.AssemblyTiles{
		Samples: lay.Samples, Tiles: lay.Tiles, Inputs: n.Input,
		Outputs: n.Width(n.Depth()), Number: string(n.Precision),
	}
	if n.Rounding == spec.RoundingStrict {
		a.Batch.Block = p.Block
	}
	for _, f := range c.assembly.Fields() {
		a.Layout = append(a.Layout, templates.FieldOffset{Struct: f.Struct, Field: f.Name, Offset: f.Offset})
	}
	declarations, err := templates.AssemblyFile(a)
	if err != nil {
		return nil, fmt.Errorf("printing the assembly's declarations: %w", err)
	}
	fallback, err := templates.FallbackFile(a)
	if err != nil {
		return nil, fmt.Errorf("printing what stands in for the assembly: %w", err)
	}
	text := printed.Text
	if !c.o.NoMacros {
		text = macro.Shorten(text)
	}
	var files []File
	for i, f := range amd64Backend.Files(stem(n)) {
		files = append(files, File{f.Name, f.Kind, [][]byte{declarations, fallback, text}[i]})
	}
	return files, nil
}

// assemblyNames lists the identifiers that go with assembly.
func assemblyNames(n spec.Network, prefix string) []string {
	names := []string{prefix + "Level", prefix + "Machine", prefix + "AtLevels", prefix + assembly.PauseSuffix,
		prefix + "Core", prefix + amd64.ProcessorSuffix}
	functions := []string{plan.GradBatch + assembly.SumsSuffix}
	for _, s := range plan.API {
		functions = append(functions, s.Name)
	}
	for _, f := range functions {
		names = append(names, prefix+f)
		for _, l := range levels {
			names = append(names, prefix+f+l.Name)
		}
		names = append(names, prefix+f+amd64.Second+isa.AVX512.String())
	}
	sweeps, err := plan.Sweeps(n)
	if err != nil {
		return names // a network that is not valid
	}
	for _, s := range sweeps {
		names = append(names, prefix+s.Function())
		for _, l := range levels {
			names = append(names, prefix+s.Function()+l.Name)
		}
	}
	return names
}

// Fields are the fields of the batch struct that the assembly of some functions needs, and their size.
func (c *native) Fields() (workspace, batch portable.Fields) {
	n, p := c.n, c.p
	if name := c.assembly.DirectionField(); name != "" {
		bits := 8 * p.ElementBytes()
		workspace = portable.Fields{Bytes: bits / 8, List: []code.Field{{
			Name: name, Type: code.Of(code.KindOf(fmt.Sprintf("uint%d", bits))),
			Doc: "for the assembly: its lowest bit says which way the last call went through large matrices; any " +
				"value will do",
		}}}
	}
	if !slices.ContainsFunc(c.vector, func(name string) bool { return p.Func(name).Batch }) {
		return workspace, batch
	}
	tiling := c.assembly.Tiling
	for _, f := range kernel.TileFields(p, tiling) {
		number := code.Of(code.KindOf(string(n.Precision)))
		batch.List = append(batch.List, code.Field{Name: f.Name, Type: code.ArrayOf(number, f.Dims...), Doc: f.Doc})
	}
	batch.Bytes = kernel.TileBytes(p, tiling)
	return workspace, batch
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
	names, rest := c.sweptFunctions()
	if len(names) > 0 {
		lines = append(lines, fmt.Sprintf("assembly for AVX2 and AVX-512 of loops over all parameters: %s",
			strings.Join(names, ", ")))
	}
	lines = append(lines, rest...)
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
