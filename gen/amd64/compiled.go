package amd64

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Assembly is what a network has in assembly: the code of its functions, each written once, whether it is only looked
// at to choose from or printed as well.
type Assembly struct {
	p *plan.Program
	// kernel.Tiling is how wide the tiles of batches are.
	Tiling kernel.Tiling
	common *assembly.Common
	core   *cores.Core // the one whose cycles are predicted
	code   map[form]*compiled
	// config is what the network leaves open, without says why functions have no assembly, and choices are those of
	// functions that have.
	config  Config
	without map[string]string
	choices map[string]Choice
	// printed are the codes that functions are printed with, and calls how many calls those take that pause, at the
	// level that takes the most.
	printed map[string][]form
	calls   map[string]int
	// few are how many samples functions of batches take one by one, of those that were asked for (Few).
	few map[string][]int
	// swept are the loops over all parameters, each with its code at every level.
	swept assembly.SweptList[[]*compiled]
	// written is how many instructions have been written so far, most how many a function may have that is written now,
	// straight how many where they are not rolled up, and room how many bytes of text are left.
	written, most, straight, room int
}

// Config is what a plan leaves open of its assembly.
type Config struct {
	// Alternates says that the workspace has a field for the direction in which rows are gone through, also where no
	// function here reads it: structs are the same for all processors.
	Alternates bool
	// EveryLevel gives every function the code of every level, also where that of a lower one is predicted to take no
	// more.
	EveryLevel bool
	// Core names the core whose cycles are predicted, one of cores.go; empty: the first.
	Core string
	// CallCycles is how many cycles a call may take; 0: CallCycles.
	CallCycles int
	// Tried emits every code that is tried, each at a level of its own (tried.go), to be measured.
	Tried bool
	// Tiling is how wide the tiles of batches are; zero: as is predicted to take least.
	Tiling kernel.Tiling
}

// form says which of the codes that a function may have is meant: its level and, of a batch, the tiling, of others the
// style.
type form struct {
	function string
	level    isa.Level
	tiling   kernel.Tiling
	style    kernel.Style
	// pauses says of each of its parts whether it pauses, and callCycles how many cycles a call of these may take.
	pauses     [assembly.MostParts]bool
	callCycles int
}

// compiled is the code of a function, of two assembly functions where it is in two parts, with its constants in a file
// of its own.
type compiled struct {
	file  *assembly.File
	parts []*ir.Function
	// layered are the parts as long as they are not rolled up.
	layered []*assembly.Function
	// models are the parts as models of cores run them, nil as long as nobody has asked. cycles are those that were
	// predicted for each of cores.All, 0 for one that can't run it; nil as long as none were.
	models []*cores.Program
	cycles []int
	// estimates are how many cycles the parts take as they were estimated when they were written.
	estimates []float64
	// written is how many instructions were written, before they were rolled up. Of code that became too long nothing
	// else is kept.
	written int
	tooLong bool
}

// size is how many nodes it has.
func (c *compiled) size() (n int) {
	for _, part := range c.parts {
		n += len(part.Nodes)
	}
	return n
}

// New writes the assembly of a network.
func New(p *plan.Program, c Config) (*Assembly, error) {
	a, err := Begin(p, c)
	if err != nil {
		return nil, err
	}
	return a, a.Settle()
}

// Begin begins the assembly of a network: it chooses how wide the tiles of its batches are. Settle goes on.
func Begin(p *plan.Program, c Config) (*Assembly, error) {
	a, err := begin(p, c)
	if err != nil {
		return nil, err
	}
	if err := a.writeSweeps(); err != nil {
		return nil, err
	}
	if a.Tiling = c.Tiling; a.Tiling == (kernel.Tiling{}) {
		a.Tiling, err = a.chooseTiling()
	}
	return a, err
}

// begin is an assembly of which nothing is written.
func begin(p *plan.Program, c Config) (*Assembly, error) {
	on, err := cores.Named(c.Core)
	if err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	c.CallCycles = cmp.Or(c.CallCycles, assembly.CallCycles)
	common := assembly.NewCommon(p, c.Alternates || assembly.AlternatesAny(set{core: on}, p))
	a := &Assembly{p: p, common: common, core: on, code: map[form]*compiled{}, config: c, without: map[string]string{},
		choices: map[string]Choice{}, printed: map[string][]form{}, calls: map[string]int{},
		few: map[string][]int{}, room: maxText}
	if c.Tried {
		a.room *= triedRoom
	}
	for _, fn := range p.Funcs {
		if why := assembly.Missing(p, fn); why != "" {
			a.without[fn.Name] = why
		}
	}
	return a, nil
}

// set are the instructions of a level, and machine what the network's code is emitted for there.
func (a *Assembly) set(l isa.Level) set { return set{l, a.core} }
func (a *Assembly) machine(l isa.Level) assembly.Machine {
	return assembly.Machine{Set: a.set(l), Size: a.p.ElementBytes()}
}

// form is the form of a function of one sample.
func (a *Assembly) form(fn *plan.Func, level isa.Level, style kernel.Style) form {
	return form{function: fn.Name, level: level, style: style}
}

// batchForm is that of a function of a batch.
func (a *Assembly) batchForm(fn *plan.Func, level isa.Level, tiling kernel.Tiling) form {
	return form{function: fn.Name, level: level, tiling: tiling}
}

// compile writes the code of functions, that which is not written yet, side by side.
func (a *Assembly) compile(forms ...form) error {
	var missing []form
	for _, f := range forms {
		if a.code[f] == nil {
			missing = append(missing, f)
		}
	}
	written := make([]*compiled, len(missing))
	var tasks []func() error
	for i, f := range missing {
		tasks = append(tasks, func() (err error) {
			written[i], err = a.write(f)
			return err
		})
	}
	if err := parallel.Run(tasks...); err != nil {
		return fmt.Errorf("assembly: %w", err)
	}
	for i, f := range missing {
		a.code[f] = written[i]
		a.written += written[i].written
	}
	return nil
}

// tooLong says whether the code of one of some forms became too long.
func (a *Assembly) tooLong(forms ...form) bool {
	return slices.ContainsFunc(forms, func(f form) bool { return a.code[f].tooLong })
}

// write writes one, straight where that is not too long, and else layered and rolled up. It has no code where that
// becomes too long, too.
func (a *Assembly) write(of form) (*compiled, error) {
	longest := a.straight
	rolls := assembly.Deep(a.p.Network)
	if rolls {
		longest = min(longest, assembly.StraightNodes)
	}
	c, err := a.writeUpTo(of, longest, false, false)
	if rolls && errors.Is(err, assembly.ErrLong) {
		c, err = a.writeRolled(of)
	}
	if errors.Is(err, assembly.ErrLong) {
		return &compiled{tooLong: true, written: longest}, nil
	}
	return c, err
}

// writeRolled writes one layered and rolls it up.
func (a *Assembly) writeRolled(of form) (c *compiled, err error) {
	parts, err := assembly.WriteRolled(a.most, func(whole bool) (parts []*assembly.Function, err error) {
		if c, err = a.writeUpTo(of, a.most, true, whole); err != nil {
			return nil, err
		}
		return c.layered, nil
	})
	if err != nil {
		return nil, err
	}
	c.assemble(parts)
	c.layered = nil
	return c, nil
}

// assemble makes parts of finished functions.
func (c *compiled) assemble(parts []*assembly.Function) {
	for _, part := range parts {
		fn := assembledOf(part)
		if c.file.Style.Fetched {
			fetchLines(fn)
		}
		c.parts = append(c.parts, fn)
	}
}

// writeUpTo writes one, layered or not, unless it has more than so many instructions. Of layers that are alike layered
// code has the first few only, unless it is to be whole.
func (a *Assembly) writeUpTo(of form, longest int, layered, whole bool) (*compiled, error) {
	fn, m := a.p.Func(of.function), a.machine(of.level)
	c := &compiled{file: assembly.NewFile(a.common)}
	c.file.Longest, c.file.Layered, c.file.Whole, c.file.CallCycles = longest, layered, whole, of.callCycles
	for i, name := range assembly.PartNames(a.p, fn) {
		c.file.Pausing[name] = of.pauses[i]
	}
	if !fn.Batch {
		c.file.Style = of.style
	}
	written, err := assembly.Write(c.file, a.p, m, fn, of.tiling)
	if err != nil {
		return nil, err
	}
	for _, part := range written {
		c.estimates = append(c.estimates, part.Span.Total)
		c.written += len(part.Nodes)
	}
	if layered {
		c.layered = written
		return c, nil
	}
	c.assemble(written)
	return c, nil
}

// predict predicts how many cycles functions take, of batches for as many samples as one call of the assembly takes.
func (a *Assembly) predict(forms ...form) error {
	if err := a.compile(forms...); err != nil {
		return err
	}
	var tasks []func() error
	for _, f := range forms {
		if c := a.code[f]; c.cycles == nil && !c.tooLong {
			tasks = append(tasks, func() error {
				c.cycles = a.cycles(f)
				return nil
			})
		}
	}
	return parallel.Run(tasks...)
}

// cycles runs the code of a function through the models of all cores that can run it.
func (a *Assembly) cycles(of form) []int {
	fn := a.p.Func(of.function)
	bytes := a.p.MatrixBytes(fn)
	if fn.Batch {
		bytes = 0
	}
	kept := func(c *cores.Core) cores.Kept { return a.kept(fn, c, of.style) }
	return cyclesByCore(of.level, a.code[of].tiled(fn), kept, bytes, a.arguments(of))
}

// cyclesByCore runs parts, one after another, through the models of cores.All: 0 where a core can't run their level.
func cyclesByCore(l isa.Level, parts []*cores.Program, kept func(*cores.Core) cores.Kept, bytes int,
	arguments map[string]int) []int {
	var places []int // in cores.All
	var on []cores.On
	for i, c := range cores.All {
		if c.Wide || l == isa.AVX2 {
			places, on = append(places, i), append(on, cores.On{Core: c, Kept: kept(c)})
		}
	}
	all := make([]int, len(cores.All))
	for _, part := range parts {
		for k, cycles := range cores.Cycles(part, on, bytes, arguments) {
			all[places[k]] += cycles
		}
	}
	return all
}

// modelled are the parts as models of cores run them.
func (c *compiled) modelled() []*cores.Program {
	if c.models == nil {
		for _, part := range c.parts {
			c.models = append(c.models, cores.Read(part))
		}
	}
	return c.models
}

// tiled are those of the parts that a batch of many samples calls; of a function of one sample it is the only one.
func (c *compiled) tiled(fn *plan.Func) []*cores.Program {
	if fn.Name == plan.GradBatch {
		return c.modelled()[:assembly.TiledParts]
	}
	return c.modelled()
}

// arguments are the integers that a function is given, for as many tiles as a call takes.
func (a *Assembly) arguments(of form) map[string]int {
	if !a.p.Func(of.function).Batch {
		return nil
	}
	lay := kernel.NewTileLayout(a.p, of.tiling)
	return map[string]int{"tiles": lay.Tiles, "samples": lay.Samples}
}
