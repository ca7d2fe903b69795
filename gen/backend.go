package gen

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// Backend makes files for builds of one kind beside the portable Go, which take functions over from it there. A new one
// is a row in Backends.
type Backend struct {
	// Name tells it from the others, and is the term of build constraints that is true in its builds: a processor's.
	Name string
	// Supports says whether a network asks for it.
	Supports func(n spec.Network) bool
	// Files are the files that it may emit; stem begins their names.
	Files func(stem string) []FileName
	// Names are the package-level identifiers that these may declare; prefix begins the unexported ones.
	Names func(n spec.Network, prefix string) []string
	// Alternates says whether it has functions that go through rows in alternating directions; nil: never.
	Alternates func(p *plan.Program) bool
	// Plan plans a network that asks for it.
	Plan func(p *plan.Program, o Options, s *Shared) (Output, error)
}

// Shared is what the backends of a network have in common, because its structs are the same in all builds.
type Shared struct {
	// Alternates says that the workspace has a field for the direction in which rows are gone through.
	Alternates bool
	// Tiling is how wide the tiles of batches are. The first backend that has tiles chooses.
	Tiling *kernel.Tiling
}

// Output is a network as a backend has planned it.
type Output interface {
	// Write writes the code. What is asked below is known then. Several write at the same time.
	Write() error
	// Has says whether it takes a function over, or a loop over all parameters (plan.Sweep) by its name: the portable
	// Go calls portable.VectorMethod of it then where the level in force is above 0.
	Has(function string) bool
	// Direct says of a function that it takes over that it is a function of the name of the network's prefix and the
	// function's, whose first argument is the receiver. It is called as that where all outputs have it so.
	Direct(function string) bool
	// Fields are what it needs in the structs of a workspace and of a batch.
	Fields() (workspace, batch portable.Fields)
	// Cuts are the numbers of samples at which it cuts batches: tiles, and so many samples a call; 0 where it doesn't.
	Cuts() (tile, chunk int)
	// Emit returns the files, of those that the backend lists; none where it takes nothing over. Some are the functions
	// and sweeps that some outputs have and others not: its declarations have a constant for each
	// (portable.VectorConstant), and something in place of what it has not. Direct are those that are called as
	// functions of the assembly.
	Emit(some, direct []string) ([]File, error)
	// Levels are the names of the levels that tests go through, from 1 on; none where its level is a constant.
	Levels() []string
	// Explain says what it takes over and what not, a line each, and has tables of what it predicts.
	Explain() (lines []string, tables string, err error)
}

// Backends are those that there are.
func Backends() []Backend { return []Backend{amd64Assembly.backend(), arm64Assembly.backend()} }

// backends are those in force.
func (o Options) backends() []Backend {
	if o.Backends != nil {
		return o.Backends
	}
	return Backends()
}

// output is what one backend made of a network.
type output struct {
	Backend
	Output
}

// plan has the backends plan a network that asks for them, and write its code.
func (c *Compiled) plan() error {
	asked := slices.DeleteFunc(slices.Clone(c.o.backends()), func(b Backend) bool { return !b.Supports(c.n) })
	shared := &Shared{Alternates: slices.ContainsFunc(asked, func(b Backend) bool {
		return b.Alternates != nil && b.Alternates(c.p)
	})}
	var tasks []func() error
	for _, b := range asked {
		out, err := b.Plan(c.p, c.o, shared)
		if err != nil {
			return err
		}
		c.outputs, tasks = append(c.outputs, output{b, out}), append(tasks, out.Write)
	}
	if err := parallel.Run(tasks...); err != nil {
		return err
	}
	var err error
	c.names, err = vectorNames(c.p)
	return err
}

// has says whether a backend takes over a function or a sweep.
func (c *Compiled) has(name string) bool {
	return slices.ContainsFunc(c.outputs, func(b output) bool { return b.Has(name) })
}

// direct says whether all backends that take a function over have it as a function to be called as it is.
func (c *Compiled) direct(name string) bool {
	return c.has(name) && !slices.ContainsFunc(c.outputs, func(b output) bool { return b.Has(name) && !b.Direct(name) })
}

// directly are the functions of which that is so.
func (c *Compiled) directly() []string {
	return slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return !c.direct(name) })
}

// some says whether some of the backends that take anything over take over a function or a sweep, and others don't.
func (c *Compiled) some(name string) bool {
	return c.has(name) && slices.ContainsFunc(c.taking(), func(b output) bool { return !b.Has(name) })
}

// partly are the functions and sweeps that some of them take over.
func (c *Compiled) partly() []string {
	return slices.DeleteFunc(slices.Clone(c.names), func(name string) bool { return !c.some(name) })
}

// taking are the backends that take anything over.
func (c *Compiled) taking() []output {
	return slices.DeleteFunc(slices.Clone(c.outputs), func(b output) bool {
		return !slices.ContainsFunc(c.names, b.Has)
	})
}

// portable are the options of the portable Go: it leaves to the backends what they take over, and its structs have what
// they need.
func (c *Compiled) portable() portable.Options {
	o := portable.Options{Package: c.o.Package, Vector: c.has, Direct: c.direct, Some: c.some}
	for _, b := range c.outputs {
		workspace, batch := b.Fields()
		o.Workspace.Join(workspace)
		o.Batch.Join(batch)
	}
	return o
}
