package amd64

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// entry writes the function that Go calls: it jumps to the one of the level, or to the only one that there is, which
// finds the arguments where they are and returns to the caller. Were the choice made in Go, a call would pass through
// two functions more, which is a tenth of what a small network takes.
func entry(f *file, p *plan.Program, fn *plan.Func, prefix string, choice Choice) (*ir.Function, error) {
	return entryOf(fn.Name, prefix, signature(params(f, p, fn.Name), fn.Name != plan.Forward, p.ElementBytes()),
		choice.has(isa.AVX512))
}

// entryOf writes it for a function of some signature.
func entryOf(name, prefix string, s *gotypes.Signature, wide bool) (*ir.Function, error) {
	e := ir.NewFunction(prefix + name)
	e.SetSignature(s)
	e.Attributes = attr.NOSPLIT
	a := &function{fn: e}
	narrow := "·" + e.Name + isa.AVX2.String() + "(SB)"
	if wide {
		a.doInteger(vec.IntCompare, operand.Mem{Symbol: operand.Symbol{Name: "·" + prefix + "Level"},
			Base: reg.StaticBase}, operand.U8(isa.AVX2))
		a.branch(vec.IfGreater, "wide")
		a.branch(vec.Always, narrow)
		e.AddLabel("wide")
		a.branch(vec.Always, "·"+e.Name+isa.AVX512.String()+"(SB)")
	} else {
		a.branch(vec.Always, narrow)
	}
	if len(a.errs) > 0 {
		return nil, a.errs[0]
	}
	return e, nil
}
