package amd64

import (
	"fmt"

	"github.com/mmcloughlin/avo/ir"

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

// form says which of the codes that a function may have is meant: its level and, of a batch, the tiling.
type form struct {
	function string
	level    Level
	tiling   Tiling
}

// compiled is the code of a function, of two assembly functions where it is in two parts, with its constants in a file of its own.
type compiled struct {
	file   *file
	parts  []*ir.Function
	cycles int // as predicted, 0 as long as it is not
}

// New chooses how wide the tiles of a network's batches are.
func New(p *plan.Program) (*Assembly, error) {
	a := &Assembly{p: p, common: newCommon(p), code: map[form]*compiled{}}
	var err error
	a.Tiling, err = a.chooseTiling()
	return a, err
}

// form is the form of a function's code at a level.
func (a *Assembly) form(fn *plan.Func, level Level, tiling Tiling) form {
	if !fn.Batch {
		tiling = Tiling{}
	}
	return form{fn.Name, level, tiling}
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

// write writes one.
func (a *Assembly) write(of form) (*compiled, error) {
	fn, m := a.p.Func(of.function), machine{of.level, a.p.ElementBytes()}
	c := &compiled{file: newFile(a.common)}
	var err error
	if fn.Batch {
		c.parts, err = printBatch(c.file, a.p, m, fn, newTileLayout(a.p, of.tiling))
		return c, err
	}
	one, err := print(c.file, a.p, m, fn)
	c.parts = []*ir.Function{one}
	return c, err
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
	bytes, kept, arguments := a.p.MatrixBytes(fn), kept(a.p, fn), map[string]int(nil)
	if fn.Batch {
		lay := newTileLayout(a.p, of.tiling)
		bytes, arguments = 0, map[string]int{"tiles": lay.tiles, "samples": lay.samples}
	}
	for _, part := range a.code[of].parts {
		total += cycles(part, bytes, kept, arguments)
	}
	return total
}
