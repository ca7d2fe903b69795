package gen

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// Backend makes files beside the portable Go, which take functions over from it. A new one is a row in Backends.
type Backend struct {
	// Name tells it from the others.
	Name string
	// Supports says whether a network asks for it.
	Supports func(n spec.Network) bool
	// Files are the files that it may emit; stem begins their names.
	Files func(stem string) []FileName
	// Names are the package-level identifiers that these may declare; prefix begins the unexported ones.
	Names func(n spec.Network, prefix string) []string
	// Plan plans a network that asks for it.
	Plan func(p *plan.Program, o Options) (Output, error)
}

// Output is a network as a backend has planned it.
type Output interface {
	// Has says whether it takes a function over, or a loop over all parameters (plan.Sweep) by its name: the portable
	// Go calls portable.VectorMethod of it then where the level in force is above 0.
	Has(function string) bool
	// Fields are what it needs in the structs of a workspace and of a batch.
	Fields() (workspace, batch portable.Fields)
	// Cuts are the numbers of samples at which it cuts batches: tiles, and so many samples a call; 0 where it doesn't.
	Cuts() (tile, chunk int)
	// Emit returns the files, of those that the backend lists; none where it takes nothing over.
	Emit() ([]File, error)
	// Explain says what it takes over and what not, a line each, and has tables of what it predicts.
	Explain() (lines []string, tables string, err error)
}

// Backends are those that there are.
func Backends() []Backend { return []Backend{amd64Backend} }

// backends are those in force.
func (o Options) backends() []Backend {
	if o.Backends != nil {
		return o.Backends
	}
	return Backends()
}

// has says whether a backend takes over a function or a sweep.
func (c *Compiled) has(name string) bool {
	return slices.ContainsFunc(c.outputs, func(b Output) bool { return b.Has(name) })
}

// portable are the options of the portable Go: it leaves to the backends what they take over, and its structs have what
// they need.
func (c *Compiled) portable() portable.Options {
	o := portable.Options{Package: c.o.Package, Vector: c.has}
	for _, b := range c.outputs {
		workspace, batch := b.Fields()
		o.Workspace.Join(workspace)
		o.Batch.Join(batch)
	}
	return o
}
