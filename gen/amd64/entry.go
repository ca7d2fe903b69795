package amd64

import (
	"errors"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// oneCode is a code of a function, the level whose instructions it has, and the levels that run it, as one number.
type oneCode struct {
	*ir.Function
	level  isa.Level
	levels int
}

// codesOf are the codes of a function that is written, each with a part: of a function of one sample it is the only
// one.
func (a *Assembly) codesOf(fn *plan.Func, parts []*ir.Function) (codes []oneCode) {
	kinds := a.Kinds()
	for i, v := range a.variants(fn.Name) {
		c := oneCode{Function: parts[i], level: v.Level}
		switch {
		case fn.Batch:
			c.levels = a.wideLevels(kinds)
		case a.config.Tried:
			c.levels = a.TriedLevel(v)
		default:
			c.levels = levelsOf(a.choices[fn.Name], kinds, i)
		}
		codes = append(codes, c)
	}
	return codes
}

// wideLevels are all levels with AVX-512.
func (a *Assembly) wideLevels(kinds []Kind) (levels int) {
	if a.config.Tried {
		return 1<<max(len(a.triedVariants()), 2) - 2
	}
	for _, k := range kinds[1:] {
		levels |= k.Level
	}
	return levels
}

// second is the code of a level from which on labels have numbers: wide2. More than two are only emitted to be
// measured.
const second = 2

// label is where a code begins that is not the first one of its function: wide, of AVX-512. Count is how many codes of
// its level there are up to it.
func label(l isa.Level, count int) string {
	name := isa.CodeLabels[l]
	if count >= second {
		name += strconv.Itoa(count)
	}
	return name
}

// join makes one function of its codes. The first one is that of all levels which no other is for. What all of them
// begin with stands there once, and then comes the choice among them: were it made in Go, or in a function of its own,
// a call would pass through more of them, which is a tenth of what a small network takes.
//
//	TEXT ·irisForward(SB), NOSPLIT, $0-24
//		MOVQ p+0(FP), DI
//		TESTQ $0x2, ·irisLevel+0(SB)
//		JNE wide
//		…
//		RET
//
//	wide:
//		…
func join(prefix, name string, codes []oneCode) (*ir.Function, error) {
	all := *codes[0].Function
	all.Name = prefix + name
	if len(codes) == 1 {
		return &all, nil
	}
	all.Nodes = nil
	var errs []error
	do := func(name string, operands ...operand.Op) {
		i, err := isa.Build(name, operands...)
		if errs = append(errs, err); err == nil {
			all.AddInstruction(i)
		}
	}
	shared := sharedBeginning(codes)
	all.Nodes = append(all.Nodes, codes[0].Nodes[:shared]...)
	variable := operand.Mem{Symbol: operand.Symbol{Name: "·" + prefix + "Level"}, Base: reg.StaticBase}
	count := map[isa.Level]int{codes[0].level: 1}
	var labels []string
	for _, c := range codes[1:] {
		count[c.level]++
		labels = append(labels, label(c.level, count[c.level]))
		do("TESTQ", operand.U32(c.levels), variable)
		do(branches[vec.IfNotEqual], operand.LabelRef(labels[len(labels)-1]))
	}
	taken := map[ir.Label]bool{}
	for _, l := range labels {
		taken[ir.Label(l)] = true
	}
	for i, c := range codes {
		if i > 0 {
			all.AddLabel(ir.Label(labels[i-1]))
		}
		all.LocalSize = max(all.LocalSize, c.LocalSize)
		all.Attributes &= c.Attributes // it is checked whether there is room on the stack if one of them wants that
		all.Nodes = append(all.Nodes, relabelled(c.Nodes[shared:], taken)...)
	}
	return &all, errors.Join(errs...)
}

// sharedBeginning is how many nodes the codes of a function begin with that are the same: arguments that are read, and
// addresses. None of them changes flags, and none is a matter of levels.
func sharedBeginning(codes []oneCode) int {
	for n := 0; ; n++ {
		text := ""
		for _, c := range codes {
			if n >= len(c.Nodes) {
				return n
			}
			i, ok := c.Nodes[n].(*ir.Instruction)
			if !ok || i.Opcode != "MOVQ" && i.Opcode != "LEAQ" {
				return n
			}
			one := i.Opcode
			for _, o := range i.Operands {
				one += " " + o.Asm()
			}
			if text == "" {
				text = one
			}
			if one != text {
				return n
			}
		}
	}
}

// relabelled are nodes in which no label is one that is taken. Those that they have are taken then.
func relabelled(nodes []ir.Node, taken map[ir.Label]bool) []ir.Node {
	names := map[ir.Label]ir.Label{}
	for _, n := range nodes {
		if old, ok := n.(ir.Label); ok {
			word, name := strings.TrimRight(string(old), "0123456789"), old
			for i := 0; taken[name]; i++ {
				name = ir.Label(word + strconv.Itoa(i))
			}
			names[old], taken[name] = name, true
		}
	}
	list := slices.Clone(nodes)
	for k, n := range nodes {
		switch n := n.(type) {
		case ir.Label:
			list[k] = names[n]
		case *ir.Instruction:
			for at, o := range n.Operands {
				if to, ok := o.(operand.LabelRef); ok && names[ir.Label(to)] != ir.Label(to) {
					i := *n
					i.Operands = slices.Clone(n.Operands)
					i.Operands[at] = operand.LabelRef(names[ir.Label(to)])
					list[k] = &i
				}
			}
		}
	}
	return list
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
