package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// What goes with assembly, whichever processor it is for.

// assemblyNames lists the identifiers that go with assembly.
func assemblyNames(n spec.Network, prefix string) []string {
	names := []string{prefix + "Level", prefix + "Levels", prefix + "AtLevels", prefix + assembly.PauseSuffix}
	add := func(function string) {
		names = append(names, prefix+function, portable.VectorConstant(prefix, function))
	}
	for _, s := range plan.API {
		add(s.Name)
	}
	for _, function := range []string{plan.GradBatch, plan.GradBatchWeighted} {
		add(function + assembly.SumsSuffix)
	}
	for _, suffix := range []string{assembly.OneSuffix, assembly.FewSuffix} {
		add(plan.GradBatch + suffix)
	}
	sweeps, _ := plan.Sweeps(n) // none of a network that is not valid
	for _, s := range sweeps {
		add(s.Function())
	}
	return names
}

// beside is the beginning of what is emitted beside a network's assembly, of one processor or of none.
func beside(p *plan.Program, o Options, direct []string) templates.Assembly {
	n := p.Network
	return templates.Assembly{
		Package: o.Package, Name: n.Name, Prefix: portable.Prefix(n.Name), Header: []string{marker(o)},
		Method: portable.VectorMethod, Direct: func(name string) bool { return slices.Contains(direct, name) },
		Params: n.Params(),
		Batch:  templates.AssemblyTiles{Inputs: n.Input, Outputs: n.Width(n.Depth()), Number: string(n.Precision)},
	}
}

// assemblyFunction is a function as the emitted Go has it that calls assembly.
func assemblyFunction(p *plan.Program, name string) templates.AssemblyFunction {
	params, results := portable.Params(p, name)
	return templates.AssemblyFunction{
		Name: name, Params: params, Results: results,
		Written: slices.DeleteFunc(plan.SignatureOf(name).Slices(), func(arg string) bool {
			return !plan.Written(arg)
		}),
		Batch: p.Func(name).Batch,
	}
}

// declarations prints the Go that declares the assembly.
func (c *native) declarations(some, direct []string) ([]byte, error) {
	p, a := c.p, beside(c.p, c.o, direct)
	a.Processor, a.Levels, a.Kinds = c.name, c.levels, c.coreKinds()
	calls := c.code.Calls()
	for _, name := range c.vector {
		f := assemblyFunction(p, name)
		f.Pauses, f.SumsPause = calls[name] > 0, calls[name+assembly.SumsSuffix] > 0
		f.Few = c.fewOf(name, some)
		a.Functions = append(a.Functions, f)
	}
	a.Sweeps, a.SweptAtOnce = assemblySweeps(p, c.sweeps), c.code.SweptAtOnce()
	a.Some = constants(a.Prefix, some, c.Has)
	var err error
	if a.Absent, a.AbsentSweeps, err = absent(p, slices.DeleteFunc(slices.Clone(some), c.Has)); err != nil {
		return nil, err
	}
	a.PauseWords = assembly.PauseWords
	lay := kernel.NewTileLayout(p, c.tiling)
	a.Batch.Samples, a.Batch.Tiles = lay.Samples, lay.Tiles
	if p.Network.Rounding == spec.RoundingStrict {
		a.Batch.Block = p.Block
	}
	for _, f := range c.code.Fields() {
		a.Layout = append(a.Layout, templates.FieldOffset{Struct: f.Struct, Field: f.Name, Offset: f.Offset})
	}
	text, err := templates.AssemblyFile(a)
	if err != nil {
		return nil, fmt.Errorf("printing the assembly's declarations: %w", err)
	}
	return text, nil
}

// constants say of functions and sweeps that only some processors have whether a build has them.
func constants(prefix string, some []string, has func(name string) bool) (list []templates.AssemblyConstant) {
	for _, name := range some {
		list = append(list, templates.AssemblyConstant{Name: portable.VectorConstant(prefix, name), Has: has(name)})
	}
	return list
}

// absent are functions and sweeps as a build declares them that has not got them.
func absent(p *plan.Program, names []string) (functions []templates.AssemblyFunction, sweeps []templates.AssemblySweep,
	err error) {
	all, err := plan.Sweeps(p.Network)
	for _, name := range names {
		if i := slices.IndexFunc(all, func(s plan.Sweep) bool { return s.Function() == name }); i >= 0 {
			sweeps = append(sweeps, assemblySweeps(p, all[i:i+1])...)
		} else {
			functions = append(functions, assemblyFunction(p, name))
		}
	}
	return functions, sweeps, err
}

// fallbackFile is the name of the file that stands in for assembly.
func fallbackFile(stem string) FileName { return FileName{stem + "_noasm_gen.go", Fallback} }

// fallback is the file that takes the place of the backends' in all other builds; none where they take nothing over.
func (c *Compiled) fallback() (files []File, err error) {
	none := func(name string) bool { return !c.has(name) }
	names := slices.DeleteFunc(slices.Clone(c.names), none)
	if len(names) == 0 {
		return nil, nil
	}
	a := beside(c.p, c.o, c.directly())
	for _, b := range c.taking() {
		a.Processors = append(a.Processors, b.Name)
	}
	a.Some = constants(a.Prefix, c.partly(), func(string) bool { return false })
	if a.Absent, a.AbsentSweeps, err = absent(c.p, names); err != nil {
		return nil, err
	}
	text, err := templates.FallbackFile(a)
	if err != nil {
		return nil, fmt.Errorf("printing what stands in for the assembly: %w", err)
	}
	name := fallbackFile(Stem(c.n.Name))
	return []File{{name.Name, name.Kind, text}}, nil
}

// levelsFile is the name of the file by which the test sets the level.
func levelsFile(stem string) FileName { return FileName{stem + "_levels_gen_test.go", Levels} }

// levels is that file; none where there is no test, or no level to be set.
func (c *Compiled) levels() ([]File, error) {
	if !c.n.Emits(spec.EmitTest) {
		return nil, nil
	}
	l := templates.Levels{Package: c.o.Package, Prefix: portable.Prefix(c.n.Name), Header: []string{marker(c.o)}}
	for _, b := range c.taking() {
		if names := b.Levels(); len(names) > 0 {
			l.Processors = append(l.Processors, templates.ProcessorLevels{Processor: b.Name, Names: names})
		}
	}
	if l.Processors == nil {
		return nil, nil
	}
	text, err := templates.LevelsFile(l)
	if err != nil {
		return nil, fmt.Errorf("printing by what its test sets the level: %w", err)
	}
	name := levelsFile(Stem(c.n.Name))
	return []File{{name.Name, name.Kind, text}}, nil
}

// vectorNames are the functions and sweeps of a network that backends may take over.
func vectorNames(p *plan.Program) (names []string, err error) {
	for _, f := range p.Funcs {
		names = append(names, f.Name)
	}
	sweeps, err := plan.Sweeps(p.Network)
	for _, s := range sweeps {
		names = append(names, s.Function())
	}
	return names, err
}

// fewOf says how a function of a batch takes few samples. A step on one is Step, but where the order of operations is
// promised: it multiplies others with the rate. Some are the functions that only some processors have.
func (c *native) fewOf(name string, some []string) (few templates.AssemblyFew) {
	ordered := c.p.Network.Rounding == spec.RoundingStrict
	if !c.p.Func(name).Batch {
		return few
	}
	if name != plan.StepBatch {
		if few.Samples = c.code.Few(name); len(few.Samples) == 0 {
			return few
		}
	}
	few.Single = assembly.Single(name)
	switch name {
	case plan.GradBatch, plan.StepBatch:
		few.Single = "" // they have their own
		alone := map[string]string{plan.GradBatch: plan.Grad, plan.StepBatch: plan.Step}[name]
		if slices.Contains(c.vector, alone) && !ordered {
			few.Alone = alone
		}
		few.Apart = assembly.SumsApart(c.p) && len(c.code.Few(plan.GradBatch)) > 0
		few.Onto = templates.FewOnto{
			Forgotten: kernel.Forgotten, GoneOnFrom: kernel.GoneOnFrom, Moved: kernel.Moved,
		}
		calls := c.code.Calls()
		few.Pauses, few.SumsPause = calls[name+assembly.OneSuffix] > 0, calls[name+assembly.FewSuffix] > 0
	case plan.ForwardBatch:
		has := func(name string) bool { return slices.Contains(c.vector, name) }
		if !portable.OneIsForward(has, func(name string) bool { return slices.Contains(some, name) }) {
			few.Alone = few.Single
		}
		few.Result = plan.FieldName(c.p.Meant(plan.PostActivation, c.p.Network.Depth()))
	case plan.LossBatch:
		few.Alone = few.Single
	case plan.InputGradBatch:
		few.Result = plan.FieldName(c.p.Find(plan.Delta, 0))
	}
	return few
}

// fewLines say how many samples functions of batches take one by one; on cores of several kinds from the least to the
// most.
func fewLines(instructions string, functions []string, few func(function string) []int) []string {
	var list []string
	for _, name := range functions {
		kinds := few(name)
		if len(kinds) == 0 || slices.Max(kinds) == 0 {
			continue
		}
		least, most := slices.Min(kinds), slices.Max(kinds)
		text := fmt.Sprintf("%d in %s", most, name)
		if least < most {
			text = fmt.Sprintf("%d to %s", least, text)
		}
		list = append(list, text)
	}
	if len(list) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("of the last samples of a batch assembly for %s takes so many one by one, more in a tile: %s",
		instructions, strings.Join(list, ", "))}
}

// Fields are the fields that the assembly needs, and their sizes: the direction in which large matrices are gone
// through, where functions alternate, what rows of derivatives are formed in, and what tiles of batches lie in.
func (c *native) Fields() (workspace, batch portable.Fields) {
	p := c.p
	number := code.Of(code.KindOf(string(p.Network.Precision)))
	if n := kernel.RowNumbers(p); n > 0 {
		workspace = portable.Fields{Bytes: n * p.ElementBytes(), List: []code.Field{{
			Name: kernel.RowsField, Type: code.ArrayOf(number, n),
			Doc: "for the assembly: what it works on where it forms several rows of derivatives at once",
		}}}
	}
	if c.alternates {
		bits := 8 * p.ElementBytes()
		workspace.Join(portable.Fields{Bytes: bits / 8, List: []code.Field{{
			Name: kernel.DirectionField, Type: code.Of(code.KindOf(fmt.Sprintf("uint%d", bits))),
			Doc: "for the assembly: its lowest bit says which way the last call went through large matrices; any " +
				"value will do",
		}}})
	}
	if !c.batched() {
		return workspace, batch
	}
	for _, f := range kernel.TileFields(p, c.tiling) {
		batch.List = append(batch.List, code.Field{Name: f.Name, Type: code.ArrayOf(number, f.Dims...), Doc: f.Doc})
	}
	batch.Bytes = kernel.TileBytes(p, c.tiling)
	return workspace, batch
}
