package amd64

import (
	"errors"
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Assembly is what a network has in assembly: the code of its functions, each written once, whether it is only looked at to choose from or
// printed as well.
type Assembly struct {
	p *plan.Program
	// Tiling is how wide the tiles of batches are.
	Tiling Tiling
	common *common
	code   map[form]*compiled
}

// form says which of the codes that a function may have is meant: its level and, of a batch, the tiling, of others the style.
type form struct {
	function string
	level    Level
	tiling   Tiling
	style    Style
	// pauses says of each of its parts whether it pauses, and callCycles how many cycles a call of these may take.
	pauses     [2]bool
	callCycles int
}

// compiled is the code of a function, of two assembly functions where it is in two parts, with its constants in a file of its own.
type compiled struct {
	file   *file
	parts  []*ir.Function
	cycles int // as predicted, 0 as long as it is not
	// estimates are how many cycles the parts take as they were estimated when they were written.
	estimates []float64
}

// size is how many nodes it has.
func (c *compiled) size() (n int) {
	for _, part := range c.parts {
		n += len(part.Nodes)
	}
	return n
}

// New chooses how wide the tiles of a network's batches are.
func New(p *plan.Program) (*Assembly, error) {
	a := &Assembly{p: p, common: newCommon(p), code: map[form]*compiled{}}
	var err error
	a.Tiling, err = a.chooseTiling()
	return a, err
}

// form is the form of a function of one sample.
func (a *Assembly) form(fn *plan.Func, level Level, style Style) form {
	return form{function: fn.Name, level: level, style: style}
}

// batchForm is that of a function of a batch.
func (a *Assembly) batchForm(fn *plan.Func, level Level, tiling Tiling) form {
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
	}
	return nil
}

// straightNodes is how many instructions functions of deep networks have that are not rolled up: what a core keeps decoded and, in bytes, the
// first cache.
const straightNodes = 4500

// errLong says that straight code would be too long.
var errLong = errors.New("too long")

// write writes one, straight where that is not too long, and else layered and rolled up.
func (a *Assembly) write(of form) (*compiled, error) {
	longest := math.MaxInt
	if deep(a.p.Network) && of.pauses == [2]bool{} { // what pauses is long in its operations, and goes on where it was
		longest = straightNodes
	}
	c, err := a.writeUpTo(of, longest)
	if !errors.Is(err, errLong) {
		return c, err
	}
	if c, err = a.writeUpTo(of, layered); err != nil {
		return nil, err
	}
	return c, c.roll()
}

// roll rolls the parts up.
func (c *compiled) roll() error {
	var errs []error
	for i, part := range c.parts {
		var also []reg.GPPhysical
		if i > 0 {
			also = sumsPointers
		}
		errs = append(errs, roll(part, also...))
	}
	return errors.Join(errs...)
}

// layered stands for a limit of straight code: there is none, but for that of single operations.
const layered = 0

// writeUpTo writes one, unless it has more than so many instructions.
func (a *Assembly) writeUpTo(of form, longest int) (*compiled, error) {
	fn, m := a.p.Func(of.function), machine{of.level, a.p.ElementBytes()}
	c := &compiled{file: newFile(a.common)}
	c.file.longest, c.file.callCycles = longest, of.callCycles
	for i, name := range partNames(fn) {
		c.file.pausing[name] = of.pauses[i]
	}
	if !fn.Batch {
		c.file.style = of.style
	}
	written, err := printFunc(c.file, a.p, m, fn, of.tiling)
	if err != nil {
		return nil, err
	}
	for _, part := range written {
		c.parts, c.estimates = append(c.parts, part.fn), append(c.estimates, part.span.total)
	}
	return c, nil
}

// printFunc writes the assembly of a function of the plan for a machine.
func printFunc(f *file, p *plan.Program, m machine, fn *plan.Func, tiling Tiling) ([]*function, error) {
	if fn.Batch {
		return printBatch(f, p, m, fn, newTileLayout(p, tiling))
	}
	one, err := print(f, p, m, fn)
	return []*function{one}, err
}

// predict predicts how many cycles functions take, of batches for as many samples as one call of the assembly takes.
func (a *Assembly) predict(forms ...form) error {
	if err := a.compile(forms...); err != nil {
		return err
	}
	var tasks []func() error
	for _, f := range forms {
		if c := a.code[f]; c.cycles == 0 {
			tasks = append(tasks, func() error {
				c.cycles = a.cycles(f)
				return nil
			})
		}
	}
	return parallel.Run(tasks...)
}

// cycles runs the code of a function through the model.
func (a *Assembly) cycles(of form) (total int) {
	fn := a.p.Func(of.function)
	bytes, kept := a.p.MatrixBytes(fn), kept(a.p, fn)
	if fn.Batch {
		bytes = 0
	}
	for _, part := range a.code[of].parts {
		total += cycles(part, bytes, kept, a.arguments(of))
	}
	return total
}

// arguments are the integers that a function is given, for as many tiles as a call takes.
func (a *Assembly) arguments(of form) map[string]int {
	if !a.p.Func(of.function).Batch {
		return nil
	}
	lay := newTileLayout(a.p, of.tiling)
	return map[string]int{"tiles": lay.tiles, "samples": lay.samples}
}
