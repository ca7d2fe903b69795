package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// Kind says what an emitted file is for.
type Kind string

// The kinds.
const (
	Kernels      Kind = "kernels"      // the portable Go
	Test         Kind = "test"         // their test
	Levels       Kind = "levels"       // by which it sets the level of the assembly
	Store        Kind = "store"        // saves and loads a network
	Team         Kind = "team"         // spreads batches over several cores
	Weights      Kind = "weights"      // the trained weights
	Declarations Kind = "declarations" // of a backend's functions, where a build has them
	Fallback     Kind = "fallback"     // stands in for them elsewhere
	Assembly     Kind = "assembly"     // is no Go
	More         Kind = "more"         // Go that belongs to every build
)

// FileName is the name of an emitted file and its kind.
type FileName struct {
	Name string
	Kind Kind
}

// File is one emitted file: a plain name, its kind and its contents.
type File struct {
	Name string
	Kind Kind
	Data []byte
}

// Names lists every file that Generate may emit for a network: the portable kernels first, their test second, what
// saves and loads the network, its team, its trained weights, then those of backends, and what stands in for these.
func (o Options) Names(n spec.Network) []FileName {
	names := own(n)
	for _, b := range o.backends() {
		names = append(names, b.Files(Stem(n.Name))...)
	}
	if len(o.backends()) > 0 {
		names = append(names, fallbackFile(Stem(n.Name)), levelsFile(Stem(n.Name)))
	}
	return names
}

// own are the files that every network may get, the kernels first.
func own(n spec.Network) []FileName {
	stem := Stem(n.Name)
	return []FileName{
		{stem + "_gen.go", Kernels}, {stem + "_gen_test.go", Test}, {stem + "_store_gen.go", Store},
		{stem + "_team_gen.go", Team}, {stem + "_weights_gen.go", Weights},
	}
}

// Stem begins the names of all files of the network with that name: those that Generate emits, the spec, the weights.
func Stem(network string) string { return strings.ToLower(network) }

// FileNames lists the names of all files that Generate may emit for a network under any options.
func FileNames(n spec.Network) []string {
	var names []string
	for _, f := range (Options{}).Names(n) {
		names = append(names, f.Name)
	}
	return names
}

// partOf are the parts of what is emitted that have a kind of file; what is not here is emitted always.
var partOf = map[Kind]spec.Part{Test: spec.EmitTest, Store: spec.EmitSave, Team: spec.EmitTeam}

// asked are those of its own files that a network asks for.
func asked(n spec.Network) []FileName {
	return slices.DeleteFunc(own(n), func(f FileName) bool {
		part, known := partOf[f.Kind]
		return known && !n.Emits(part) || f.Kind == Weights && n.Weights == ""
	})
}

// Files returns the files of the network, as Generate does.
func (c *Compiled) Files() ([]File, error) {
	var kernels templates.Source
	var files []File
	for _, f := range asked(c.n) {
		files = append(files, File{Name: f.Name, Kind: f.Kind})
	}
	write := func(i int, what string, text func() ([]byte, error)) func() error {
		return func() (err error) {
			if files[i].Data, err = text(); err != nil {
				return fmt.Errorf("%s: printing %s: %w", c.n.Name, what, err)
			}
			return nil
		}
	}
	var outline *File // of the weights
	var tasks []func() error
	for i, f := range files {
		switch f.Kind {
		case Kernels:
			tasks = append(tasks, func() (err error) {
				if kernels, err = c.kernels(f.Name); err != nil {
					return fmt.Errorf("%s: printing its kernels: %w", c.n.Name, err)
				}
				return nil
			})
		case Test:
			tasks = append(tasks, write(i, "its test", c.test))
		case Store:
			tasks = append(tasks, write(i, "what saves and loads it", func() ([]byte, error) {
				return storeFile(c.n, c.p, c.o)
			}))
		case Team:
			tasks = append(tasks, write(i, "its team", func() ([]byte, error) {
				descend := plan.GradType + plan.DescendSweep
				return teamFile(c.n, c.p, c.o, c.has(descend) && !c.some(descend))
			}))
		case Weights:
			tasks = append(tasks, write(i, "its weights", func() (text []byte, _ error) {
				outline = &File{Name: f.Name, Kind: f.Kind}
				text, outline.Data = c.weightsFile()
				return text, nil
			}))
		}
	}
	emitted := make([][]File, len(c.outputs)+2)
	emit := func(i int, files func() ([]File, error)) {
		tasks = append(tasks, func() (err error) {
			if emitted[i], err = files(); err != nil {
				return fmt.Errorf("%s: %w", c.n.Name, err)
			}
			return nil
		})
	}
	for i, b := range c.outputs {
		emit(i, func() ([]File, error) { return b.Emit(c.partly(), c.directly()) })
	}
	emit(len(c.outputs), c.fallback)
	emit(len(c.outputs)+1, c.levels)
	if err := parallel.Run(tasks...); err != nil {
		return nil, err
	}
	files = append(files, slices.Concat(emitted...)...)
	// The kernels are most of all Go, so they are parsed once, and formatted while their types are checked.
	common, builds := parts(files)
	if outline != nil {
		common = append(common, *outline)
	}
	err := parallel.Run(write(0, "its kernels", kernels.Format), func() error {
		if err := typeCheck(kernels, common, builds...); err != nil {
			return fmt.Errorf("%s: emitted code does not type-check: %w", c.n.Name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range files {
		files[i].Data = stamp(files[i].Data)
	}
	return files, nil
}

// parts are the Go files that every build has, but the kernels and weights, and of builds that differ what each has:
// the test sets the level where it is no constant.
func parts(files []File) (common []File, builds [][]File) {
	var levels []File
	for _, f := range files {
		if f.Kind == Levels {
			levels = append(levels, f)
		}
	}
	for _, f := range files {
		switch f.Kind {
		case Declarations:
			builds = append(builds, append([]File{f}, levels...))
		case Fallback:
			builds = append(builds, []File{f})
		case Levels:
		case Kernels, Assembly, Weights:
		default:
			common = append(common, f)
		}
	}
	return common, builds
}
