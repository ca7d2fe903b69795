package amd64

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"strings"

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

// target is a code that an entry goes on to, and the levels that run it, as one number.
type target struct {
	name   string
	levels int
}

// entry writes the function that Go calls where there are several codes: it jumps to that of the level, which finds the
// arguments where they are and returns to the caller. Were the choice made in Go, a call would pass through two
// functions more, which is a tenth of what a small network takes.
func (a *Assembly) entry(f *assembly.File, fn *plan.Func, prefix string) (*ir.Function, error) {
	c, kinds, size := a.choices[fn.Name], a.Kinds(), a.p.ElementBytes()
	variants := a.variants(fn.Name)
	var targets []target
	for i, name := range codeNames(fn.Name, variants) {
		levels := levelsOf(c, kinds, i)
		if a.config.Tried {
			levels = a.TriedLevel(variants[i])
		}
		targets = append(targets, target{prefix + name, levels})
	}
	return entryOf(prefix, prefix+fn.Name, signature(assembly.Params(f, a.p, fn.Name),
		plan.SignatureOf(fn.Name).ReturnsLoss(), size), targets)
}

// Second begins the level in the name of a second code of AVX-512.
const Second = "Second"

// codeNames are the names of the codes of a function. More than one of AVX2 and two of AVX-512 are only emitted to be
// measured.
func codeNames(function string, variants []Variant) (names []string) {
	count := map[isa.Level]int{}
	for _, v := range variants {
		name := function
		switch count[v.Level]++; count[v.Level] {
		case 1:
		case 2:
			name += Second
		default:
			name += fmt.Sprintf("Code%d", count[v.Level])
		}
		names = append(names, name+v.Level.String())
	}
	return names
}

// Codes are the ends of the names of the codes of a function or a sweep.
func (a *Assembly) Codes(function string) (ends []string) {
	variants := a.variants(function)
	for _, s := range a.swept {
		if s.Missing == "" && s.Function() == function {
			variants = sweepChoice(s).Emitted
		}
	}
	for _, name := range codeNames(function, variants) {
		ends = append(ends, strings.TrimPrefix(name, function))
	}
	return ends
}

// entryOf writes it for a function of some signature; the first target is that of all other levels.
func entryOf(prefix, name string, s *gotypes.Signature, targets []target) (*ir.Function, error) {
	e := ir.NewFunction(name)
	e.SetSignature(s)
	e.Attributes = attr.NOSPLIT
	var errs []error
	do := func(name string, operands ...operand.Op) {
		i, err := isa.Build(name, operands...)
		if errs = append(errs, err); err == nil {
			e.AddInstruction(i)
		}
	}
	level := operand.Mem{Symbol: operand.Symbol{Name: "·" + prefix + "Level"}, Base: reg.StaticBase}
	labels := []string{"", "wide", "second"}
	for i := len(labels); i < len(targets); i++ {
		labels = append(labels, fmt.Sprintf("code%d", i+1))
	}
	for i, t := range targets[1:] {
		do("TESTQ", operand.U32(t.levels), level)
		do(branches[vec.IfNotEqual], operand.LabelRef(labels[i+1]))
	}
	for i, t := range targets {
		if i > 0 {
			e.AddLabel(ir.Label(labels[i]))
		}
		do(branches[vec.Always], operand.LabelRef("·"+t.name+"(SB)"))
	}
	return e, errors.Join(errs...)
}

// ProcessorSuffix ends the name of the function that asks the processor who made it and what it is.
const ProcessorSuffix = "Processor"

// processor writes that function: the first four letters of its maker, and the word that has its family and its model.
func processor(prefix string) (*ir.Function, error) {
	f := ir.NewFunction(prefix + ProcessorSuffix)
	f.Attributes = attr.NOSPLIT
	word := types.Typ[types.Uint32]
	results := types.NewTuple(types.NewVar(token.NoPos, nil, "maker", word),
		types.NewVar(token.NoPos, nil, "version", word))
	f.SetSignature(gotypes.NewSignature(nil, types.NewSignatureType(nil, nil, nil, nil, results, false)))
	result := func(name string, offset int) operand.Mem {
		return operand.Mem{Symbol: operand.Symbol{Name: name}, Base: reg.FramePointer, Disp: offset}
	}
	var errs []error
	for _, line := range []struct {
		name     string
		operands []operand.Op
	}{
		{"XORL", []operand.Op{reg.EAX, reg.EAX}}, {"XORL", []operand.Op{reg.ECX, reg.ECX}}, {"CPUID", nil},
		{"MOVL", []operand.Op{reg.EBX, result("maker", 0)}}, {"MOVL", []operand.Op{operand.U32(1), reg.EAX}},
		{"XORL", []operand.Op{reg.ECX, reg.ECX}}, {"CPUID", nil}, {"MOVL", []operand.Op{reg.EAX, result("version", 4)}},
		{"RET", nil},
	} {
		i, err := isa.Build(line.name, line.operands...)
		if errs = append(errs, err); err == nil {
			f.AddInstruction(i)
		}
	}
	return f, errors.Join(errs...)
}

// asksProcessor says whether some function runs different codes on cores of the same level.
func (a *Assembly) asksProcessor() bool { return len(a.Kinds()) > 2 && !a.config.Tried }
