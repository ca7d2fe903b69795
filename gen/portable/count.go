package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

// Counter returns what counts the functions of a program that Build has made.
func Counter(p *plan.Program, f *code.File) *code.Counter {
	return code.NewCounter(f, p.Network.Name, p.Network.Name+plan.GradType)
}

// Count counts the operations of one call of an emitted function; of a batch function, of a call with as many samples
// as make a block.
func Count(p *plan.Program, c *code.Counter, function string) (code.Count, error) {
	return c.Function(p.Network.Name, function, p.Block)
}

// countLongest counts the operations of the longest function without building any that it does not call.
func countLongest(s *schedule.Schedule) (code.Count, error) {
	p := s.Program
	f := p.Longest()
	pr := newBuilder(p, Options{})
	pr.schedule = s
	pr.declarations()
	if err := pr.function(s.Called(f)...); err != nil {
		return code.Count{}, err
	}
	pr.nameElementary()
	return Count(p, Counter(p, pr.file), f.Name)
}

// nameElementary declares the elementary functions that were used by name, which is all that counting takes.
func (pr *builder) nameElementary() {
	for op := range pr.used {
		pr.file.Add(&code.Func{Name: elementary.Name(pr.prefix, op), Elementary: op})
	}
}

// CountUpdate counts what one update of an optimizer performs by the assignments of case i, which is nearly all of it:
// the scalars that are formed once are left out.
func CountUpdate(p *plan.Program, d plan.Descent, i int) (code.Count, error) {
	o := optimizer{pr: newBuilder(p, Options{}), Descent: d}
	b := &code.Block{}
	if Spreads(p.Network) {
		b.Let("lo", code.I(0))
		b.Let("hi", code.I(d.Len))
	}
	if err := o.loops(i, b); err != nil {
		return code.Count{}, err
	}
	o.pr.nameElementary()
	count, err := code.NewCounter(o.pr.file).Block(b, plan.SweptArray(expr.P), plan.SweptArray(expr.G))
	if err != nil {
		return count, fmt.Errorf("%s: %w", d.Name, err)
	}
	return count, nil
}
