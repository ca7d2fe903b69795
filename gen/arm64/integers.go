package arm64

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/arm64/cores"
	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/arm64/neon"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Integers that count and that address, branches, and what a function ends with.

// integer is an operand that is a constant, and word one in memory.
type (
	integer int
	word    struct{ vec.Place }
)

func (i integer) Asm() string { return fmt.Sprintf("$%d", int(i)) }
func (w word) Asm() string    { return w.Place.String() }

// Operand is an operand of an operation on integers.
func (f *writer) Operand(_ vec.IntOp, o vec.Operand) assembly.Operand {
	switch {
	case o.Int != nil:
		return o.Int.Home.(register)
	case o.At != nil:
		return word{*o.At}
	}
	return integer(o.Const)
}

// InMemory says whether an operand is in memory.
func (f *writer) InMemory(o assembly.Operand) bool {
	_, ok := o.(word)
	return ok
}

// WriteInt writes an operation on integers. Whether a branch follows that asks for the result is not known here.
func (f *writer) WriteInt(op vec.IntOp, operands ...assembly.Operand) {
	if f.pseudoInt(op, operands) {
		f.sums = nil
		return
	}
	a := access{what: fmt.Sprint(op)}
	of := -1 // the operand that is read or written by a pointer
	for i, o := range operands {
		switch o := o.(type) {
		case register:
			a.has = append(a.has, o)
			if op != vec.IntCompare && i == len(operands)-1 {
				a.written = []assembly.Register{o}
			}
		case word:
			if o.Base.Home.(register) >= 0 {
				a.at, of = o.Place, i
				a.what += " memory"
				continue
			}
		}
		a.what += " " + o.Asm()
	}
	a.write = func(at vec.Place) {
		if of >= 0 {
			operands = slices.Clone(operands)
			operands[of] = word{at}
		}
		f.integer(op, operands)
	}
	f.put(a)
}

// integer writes an operation on integers.
func (f *writer) integer(op vec.IntOp, operands []assembly.Operand) {
	defer func() { f.sums = nil }()
	all := make([]neon.Integer, len(operands))
	line := 0
	for i, o := range operands {
		switch o := o.(type) {
		case register:
			all[i] = neon.Integer{Register: int(o)}
		case integer:
			all[i] = neon.Integer{Kind: neon.InConstant, Const: int(o)}
		case word:
			if o.Base.Home.(register) == frame { // an argument
				f.pseudo("MOVD %s, R%d", f.argument(o.Place), int(table))
				all[i] = neon.Integer{Register: int(table)}
				continue
			}
			all[i] = neon.Integer{Kind: neon.InMemory, At: f.address(o.Place)}
			line = f.line(o.Place)
		}
	}
	w := code()
	w.Int(op, true, all...)
	f.add(w, line)
}

// pseudoInt writes what reads or writes arguments and addresses of constants, and says whether it is such.
func (f *writer) pseudoInt(op vec.IntOp, operands []assembly.Operand) bool {
	from, fromMemory := operands[0].(word)
	to, toMemory := operands[len(operands)-1].(word)
	of := func(w word) register { return w.Base.Home.(register) }
	switch {
	case op == vec.IntAddress && of(from) == static && from.Index == nil:
		r := operands[1].(register)
		f.Nodes = append(f.Nodes, constant{at: from.Disp, to: int(r)})
	case op == vec.IntAddress && of(from) == frame && from.Index == nil:
		f.pseudo("MOVD $%s, %s", f.argument(from.Place), operands[1].Asm())
	case op == vec.IntCopy && fromMemory && of(from) == frame && !toMemory:
		f.pseudo("MOVD %s, %s", f.argument(from.Place), operands[1].Asm())
	case (op == vec.IntCopy || op == vec.IntCopy4) && toMemory && of(to) == frame && !fromMemory:
		f.pseudo("%s %s, %s", map[vec.IntOp]string{vec.IntCopy: "MOVD", vec.IntCopy4: "MOVW"}[op], operands[0].Asm(),
			f.argument(to.Place))
	default:
		return false
	}
	return true
}

// WriteCountDown takes one from a counter.
func (f *writer) WriteCountDown(count assembly.Register) {
	r := int(count.(register))
	f.sums = nil
	f.do("subs.imm", r, r, 1)
}

// WriteBranch goes on at a label.
func (f *writer) WriteBranch(c vec.Condition, label string) {
	w := code()
	w.Branch(c, label)
	f.add(w, 0)
}

// WriteLabel, WriteComment and WriteReturn write what is not computed.
func (f *writer) WriteLabel(label string) {
	f.sums = nil
	f.Nodes = append(f.Nodes, isa.Label(label))
}
func (f *writer) WriteComment(text string) { f.Nodes = append(f.Nodes, comment(text)) }
func (f *writer) WriteReturn()             { f.do("ret") }

// BeginBlock begins to add up what a block asks of the core: instructions wait for one another as far as others can't
// be begun meanwhile.
func (f *writer) BeginBlock(nodes int, variables, all float64) {
	f.asked = cores.Work{
		cores.OnChains: variables,
		cores.OnWindow: all * min(1, float64(nodes)/float64(f.core.Begun())),
	}
}

// EndBlock is how many cycles it takes.
func (f *writer) EndBlock() float64 { return f.asked.Cycles() }

// DropDeadStores leaves everything as it is. What nothing reads costs a store each.
func (f *writer) DropDeadStores(*kernel.TileLayout) {}

// DropDeadScratch does so, too.
func (f *writer) DropDeadScratch(kernel.Layout) {}
