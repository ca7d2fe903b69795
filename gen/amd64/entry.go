package amd64

import (
	"errors"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// entry writes the function that Go calls: it jumps to the one of the level, or to the only one that there is, which
// finds the arguments where they are and returns to the caller. Were the choice made in Go, a call would pass through
// two functions more, which is a tenth of what a small network takes.
func entry(f *assembly.File, p *plan.Program, fn *plan.Func, prefix string, choice Choice) (*ir.Function, error) {
	return entryOf(fn.Name, prefix, signature(assembly.Params(f, p, fn.Name), fn.Name != plan.Forward, p.ElementBytes()),
		choice.has(isa.AVX512))
}

// entryOf writes it for a function of some signature.
func entryOf(name, prefix string, s *gotypes.Signature, wide bool) (*ir.Function, error) {
	e := ir.NewFunction(prefix + name)
	e.SetSignature(s)
	e.Attributes = attr.NOSPLIT
	var errs []error
	do := func(i *ir.Instruction, err error) {
		if errs = append(errs, err); err == nil {
			e.AddInstruction(i)
		}
	}
	to := func(c vec.Condition, label string) { do(isa.Build(branches[c], operand.LabelRef(label))) }
	narrow := "·" + e.Name + isa.AVX2.String() + "(SB)"
	if wide {
		compare, operands := lowerInt(vec.IntCompare, operand.Mem{Symbol: operand.Symbol{Name: "·" + prefix + "Level"},
			Base: reg.StaticBase}, operand.U8(isa.AVX2))
		do(isa.Build(compare, operands...))
		to(vec.IfGreater, "wide")
		to(vec.Always, narrow)
		e.AddLabel("wide")
		to(vec.Always, "·"+e.Name+isa.AVX512.String()+"(SB)")
	} else {
		to(vec.Always, narrow)
	}
	return e, errors.Join(errs...)
}
