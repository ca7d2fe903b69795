package gen

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// What goes with assembly, whichever processor it is for.

// emission is what is emitted of a network's assembly: Processor, Levels and Kinds are those of the processor.
type emission struct {
	templates.Assembly
	n spec.Network
	p *plan.Program
	o Options
	// files are their names: the declarations, what stands in, and the assembly, which is text.
	files []FileName
	text  []byte
	// vector are the functions, codes the ends of the names of the codes that one has, and calls how many calls those
	// take that pause.
	vector []string
	codes  func(function string) []string
	calls  map[string]int
	// tiling is how batches are cut, fields where the assembly looks for fields, and sweeps are the loops over all
	// parameters.
	tiling      kernel.Tiling
	fields      []kernel.Field
	sweeps      []plan.Sweep
	sweptAtOnce int
}

// emit prints the files.
func (e emission) emit() ([]File, error) {
	n, p, a := e.n, e.p, e.Assembly
	a.Package, a.Name, a.Prefix, a.Header = e.o.Package, n.Name, portable.Prefix(n.Name), []string{marker(e.o)}
	a.Method, a.Tested, a.Processors = portable.VectorMethod, n.Emits(spec.EmitTest), []string{a.Processor}
	for _, name := range e.vector {
		params, results := portable.Params(p, name)
		a.Functions = append(a.Functions, templates.AssemblyFunction{
			Name: name, Params: params, Results: results,
			Written: slices.DeleteFunc(plan.SignatureOf(name).Slices(),
				func(arg string) bool { return !plan.Written(arg) }),
			Codes: e.codes(name), Batch: p.Func(name).Batch,
			Pauses: e.calls[name] > 0, SumsPause: e.calls[name+assembly.SumsSuffix] > 0,
		})
	}
	a.Sweeps, a.Params, a.SweptAtOnce = assemblySweeps(p, e.sweeps), n.Params(), e.sweptAtOnce
	a.PauseWords = assembly.PauseWords
	lay := kernel.NewTileLayout(p, e.tiling)
	a.Batch = templates.AssemblyTiles{
		Samples: lay.Samples, Tiles: lay.Tiles, Inputs: n.Input,
		Outputs: n.Width(n.Depth()), Number: string(n.Precision),
	}
	if n.Rounding == spec.RoundingStrict {
		a.Batch.Block = p.Block
	}
	for _, f := range e.fields {
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
	var files []File
	for i, f := range e.files {
		files = append(files, File{f.Name, f.Kind, [][]byte{declarations, fallback, e.text}[i]})
	}
	return files, nil
}

// batched says whether some of the functions take batches.
func batched(p *plan.Program, functions []string) bool {
	return slices.ContainsFunc(functions, func(name string) bool { return p.Func(name).Batch })
}

// cutsOf are the samples of a tile, and of as many as a call takes, 0 without functions of batches.
func cutsOf(p *plan.Program, tiling kernel.Tiling, functions []string) (tile, chunk int) {
	if !batched(p, functions) {
		return 0, 0
	}
	l := kernel.NewTileLayout(p, tiling)
	return l.Samples, l.Samples * l.Tiles
}

// assemblyFields are the fields that the assembly of some functions needs, and their sizes: the direction in which
// large matrices are gone through, which has a name where there is one, what rows of derivatives are formed in, and what
// tiles of batches lie in.
func assemblyFields(p *plan.Program, tiling kernel.Tiling, direction string, functions []string) (
	workspace, batch portable.Fields,
) {
	number := code.Of(code.KindOf(string(p.Network.Precision)))
	if n := kernel.RowNumbers(p); n > 0 {
		workspace = portable.Fields{Bytes: n * p.ElementBytes(), List: []code.Field{{
			Name: kernel.RowsField, Type: code.ArrayOf(number, n),
			Doc: "for the assembly: what it works on where it forms several rows of derivatives at once",
		}}}
	}
	if direction != "" {
		bits := 8 * p.ElementBytes()
		workspace.Join(portable.Fields{Bytes: bits / 8, List: []code.Field{{
			Name: direction, Type: code.Of(code.KindOf(fmt.Sprintf("uint%d", bits))),
			Doc: "for the assembly: its lowest bit says which way the last call went through large matrices; any " +
				"value will do",
		}}})
	}
	if !batched(p, functions) {
		return workspace, batch
	}
	for _, f := range kernel.TileFields(p, tiling) {
		batch.List = append(batch.List, code.Field{Name: f.Name, Type: code.ArrayOf(number, f.Dims...), Doc: f.Doc})
	}
	batch.Bytes = kernel.TileBytes(p, tiling)
	return workspace, batch
}
