package amd64

import (
	"fmt"
	"testing"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// TestSweepOfAnything writes a sweep that no optimizer has yet, with three states, more numbers than there is room for
// in registers, comparisons and elementary functions: a new optimizer must need no vector code.
func TestSweepOfAnything(t *testing.T) {
	s := plan.Sweep{Type: "New", Name: "Update", Arrays: []expr.Var{expr.P, expr.G, "m", "v", "s"}}
	sum := expr.Expr(expr.G)
	for i := range 20 {
		v := expr.Var(fmt.Sprintf("k%d", i))
		s.Numbers = append(s.Numbers, v)
		sum = expr.Add(expr.Mul(v, sum), v)
	}
	s.Sets = []expr.Let{
		{Name: "e", Value: sum},
		{Name: "m", Value: expr.Max(expr.Mul(expr.Var("k0"), expr.Var("m")), expr.Var("e"))},
		{Name: "v", Value: expr.Add(expr.Tanh(expr.Var("m")), expr.Exp(expr.Var("v")))},
		{Name: "s", Value: expr.Div(expr.Var("s"), expr.Add(expr.Sqrt(expr.Var("v")), expr.Number(0.25)))},
		{Name: expr.P, Value: expr.Sub(expr.P, expr.Min(expr.Var("s"), expr.Var("m")))},
	}
	for _, l := range isa.Levels {
		for _, size := range []int{4, 8} {
			for _, strict := range []bool{false, true} {
				f := assembly.NewFile(&assembly.Common{Symbol: "c", Kernel: kernel.Common{Sources: idiom.NewSources(), Strict: strict}})
				fn, err := assembly.NewSweep(f, machineOf(l, size), s)
				if err != nil {
					t.Errorf("%s, %d bytes, strict %t: %v", l, size, strict, err)
					continue
				}
				out := ir.NewFile()
				out.Constraints = constraints()
				out.AddSection(assembledOf(fn))
				text := assemblyText(t, f, out)
				if err := isa.Lint(text, strict); err != nil {
					t.Errorf("%s, %d bytes, strict %t: %v", l, size, strict, err)
				}
			}
		}
	}
}
