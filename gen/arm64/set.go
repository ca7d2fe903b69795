// Package arm64 makes assembly for AArch64 of what package kernel writes. Package assembly writes the functions,
// package neon chooses the instructions, and this package prints the file.
package arm64

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/arm64/cores"
	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/arm64/neon"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// set are the instructions of NEON, and the core whose cycles are estimated.
type set struct{ core *cores.Core }

// Level is the name of the instruction set.
const Level = "NEON"

// String ends the names of functions.
func (s set) String() string { return Level }

// Registers have 128 bits, there are 32 of them, and masks are vectors. Instructions that compute read no memory.
func (s set) Widest() int               { return 128 }
func (s set) Registers() int            { return 32 }
func (s set) MaskClass() assembly.Class { return assembly.VectorClass }
func (s set) SpreadsMemory() bool       { return false }

// Stream is how many bytes stores to large arrays have, which is a whole register.
func (s set) Stream() int { return 16 }

// FirstCache and LineCycles are those of the core.
func (s set) FirstCache() int          { return s.core.FirstCache }
func (s set) LineCycles(bytes int) int { return s.core.LineCycles(bytes) }

// Chains is how many sums keep a core busy on the average of those that are known, for all run the same code, and
// Beside how many registers are read from neighbouring places, by one instruction: with more of a row at a time its sum
// waits for itself.
func (s set) Chains() int { return cores.Chains() }
func (s set) Beside() int { return 2 }

// Separate is false: nothing is known of stores that get in the way.
func (s set) Separate() bool { return false }

// ByLane says that a product takes a factor from any lane of a register.
func (s set) ByLane() bool { return true }

// instruction is an operation on lanes of a type, which neon knows.
type instruction struct {
	op   vec.Op
	elem vec.Elem
}

// Name tells operations apart. Two numbers of 4 bytes are half a register, where the other half is not looked at.
func (i instruction) Name(bits int) string {
	if bits > 128 {
		return ""
	}
	return names[i.op][i.elem]
}

// names are the names of operations, each made once.
var names = func() (all [vec.Ops][vec.Elems]string) {
	for op := range vec.Op(vec.Ops) {
		for e := range vec.Elem(vec.Elems) {
			all[op][e] = fmt.Sprint(op, " ", e)
		}
	}
	return all
}()

// Lowering is an operation that is worth asking for. Some are that take several instructions, as nobody has others:
// products of integers of 64 bits, shifts by as much as a lane says, blends, and an order of lanes that is known.
func (s set) Lowering(op vec.Op, elem vec.Elem) assembly.Instruction {
	switch {
	case op < vec.Ops && neon.Has(op, elem):
	case op == vec.Mul, op == vec.ShiftLeftBy, op == vec.Blend:
	case op == vec.Permute && elem == vec.F32:
	default:
		return nil
	}
	return instruction{op, elem}
}

// register is a general register.
type register int

// Asm is its name.
func (r register) Asm() string { return fmt.Sprint("R", int(r)) }

// Registers that have a meaning.
const (
	// scratch is for constants, masks and tables, second where pauses begin and end.
	scratch register = 13
	second  register = 14
	// table is where a table begins, or another constant that no instruction reaches, and free and other are for
	// addresses and integers that an operation needs.
	table register = 15
	free  register = 16
	other register = 17
	// constants is where the constants of the file begin.
	constants register = 26
	// frame, stack and static are no registers: by them arguments, the stack and constants are known.
	frame  register = -1
	stack  register = -2
	static register = -3
)

// General are the general registers. R18 is the platform's, those from R27 on belong to Go.
func (s set) General() *assembly.General { return general }

var general = &assembly.General{
	Free: []assembly.Register{register(5), register(6), register(7), register(8), register(9), register(10),
		register(11), register(12)},
	Arguments: map[string]assembly.Register{
		"p": register(0), "ws": register(1), "x": register(2), "y": register(3), "grad": register(4),
		"b": register(1), "xs": register(2), "ys": register(3), "out": register(3), "gxs": register(4),
		"dx": register(3), "dy": register(4), "j": register(3), "v": register(4), "hv": register(12),
	},
	Area: register(1),
	Swept: []assembly.Register{register(12), register(11), register(10), register(9), register(8), register(7),
		register(6), register(5), register(4), register(3), register(2), register(1), register(0)},
	Scratch: scratch, Second: second,
	Frame: frame, Stack: stack, Static: static,
	Number: func(r assembly.Register) int { return int(r.(register)) },
}

// writer writes a function.
type writer struct {
	*assembly.Function
	set
	// asked is the work of the block under way.
	asked cores.Work
	// scalars are numbers that have been read into the lowest lane of a register, as nothing reads the others.
	scalars map[*assembly.Home]bool
	// pairs are nodes that are written with a second one, which second has, and order is where those begin that are
	// still to be written.
	pairs  map[*assembly.Node]pair
	second map[*assembly.Node]bool
	order  []vec.Place
	// lanes are products of which a factor is one lane of a register.
	lanes map[*assembly.Node]lane
	// sums are the addresses that registers for them hold.
	sums []sum
	// settling says that the accesses of code that has been rolled up are written.
	settling bool
}

// Target writes a function.
func (s set) Target(f *assembly.Function) assembly.Target {
	return &writer{Function: f, set: s, scalars: map[*assembly.Home]bool{}}
}

// Lines of a function are instructions and labels (isa.Instruction) and these: a comment, an instruction that Go's
// assembler makes of several, and one that reads a constant whose place is known when all of them are together. Code
// that may be rolled up has accesses besides.
type (
	comment  string
	pseudo   string
	constant struct {
		// at is the place among the constants, and to the register: of an address, or of 4, 8 or 16 bytes.
		at, to, bytes int
	}
)

// add adds what was written. line is how long lines of memory take that it reads or writes.
func (f *writer) add(w *neon.Writer, line int) {
	if err := w.Err(); err != nil {
		f.Fail(err.Error())
	}
	for _, i := range w.Instructions {
		f.Nodes = append(f.Nodes, i)
		f.asked = f.asked.Plus(f.core.Work(i, line))
	}
}

// code is what an operation is written into.
func code() *neon.Writer { return &neon.Writer{Free: int(free), Second: int(other)} }

// do writes one instruction.
func (f *writer) do(name string, args ...int) {
	w := code()
	w.Do(name, args...)
	f.add(w, 0)
}

// frameBegins is where what a function keeps on the stack begins: before it is where the function returns to.
const frameBegins = 16

// address is a place that an instruction may have. What is among the arguments or the constants is not: those of
// constants are brought to a register first.
func (f *writer) address(p vec.Place) neon.Address {
	a := neon.Address{Index: neon.NoIndex, Scale: p.Scale, Disp: p.Disp}
	switch base := p.Base.Home.(register); base {
	case stack:
		a.Base, a.Disp = isa.Stack, frameBegins+p.Disp
	case static:
		f.Nodes = append(f.Nodes, constant{at: p.Disp, to: int(table)})
		a.Base, a.Disp = int(table), 0
	case frame:
		f.Fail("an argument is read by its address")
	default:
		a.Base = int(base)
	}
	if p.Index != nil {
		a.Index = int(p.Index.Home.(register))
		if p.Base.Home.(register) >= 0 && (a.Disp != 0 || f.summed(sumOf(a)) != nil) {
			a = neon.Address{Base: f.sum(sumOf(a)), Index: neon.NoIndex, Disp: a.Disp}
		}
	}
	const far, part = 1 << 15, 1 << 14 // the distances that instructions have are enough for a part of memory
	if a.Index == neon.NoIndex && p.Base.Home.(register) >= 0 && a.Disp >= far && a.Disp < neon.Farthest {
		low := a.Disp % part
		begins := sum{base: a.Base, index: neon.NoIndex, scale: a.Disp - low}
		a = neon.Address{Base: f.sum(begins), Index: neon.NoIndex, Disp: low}
	}
	return a
}

// reached is the address of so many bytes. Where the distance is none that stands in the instruction that moves them,
// it is one from a register which holds a place near by: what lies beside needs no addition then.
func (f *writer) reached(p vec.Place, bytes int) neon.Address {
	a := f.address(p)
	if p.Base.Home.(register) < 0 || a.Index != neon.NoIndex || a.Disp < neon.Unscaled || a.Disp >= neon.Farthest ||
		!neon.Moves(bytes) || neon.Reaches(a.Disp, bytes) {
		return a
	}
	const between = 2 * neon.Unscaled
	begins := (a.Disp + neon.Unscaled) / between * between
	base := f.sum(sum{base: a.Base, index: neon.NoIndex, scale: begins})
	return neon.Address{Base: base, Index: neon.NoIndex, Disp: a.Disp - begins}
}

// sum is a register that holds the sum of two, one of them times a power of two, or without an index of one and of
// a distance, the scale.
type sum struct{ register, base, index, scale int }

func sumOf(a neon.Address) sum { return sum{base: a.Base, index: a.Index, scale: a.Scale} }

// sumRegisters are the ones for that, from the first on so many.
const firstSum, sumRegisters = 19, 7

// summed finds the register that holds a sum.
func (f *writer) summed(a sum) *sum {
	for i := range f.sums {
		if s := &f.sums[i]; s.base == a.base && s.index == a.index && s.scale == a.scale {
			return s
		}
	}
	return nil
}

// sum is a register that holds a sum: what is read or written from there on needs no addition of its own. It is known
// as long as no integer is written and no branch comes from elsewhere.
func (f *writer) sum(a sum) int {
	if s := f.summed(a); s != nil {
		return s.register
	}
	// The register that was taken first is taken again where none is left, but for that which the new sum is made of.
	a.register = firstSum
	for slices.ContainsFunc(f.sums, func(s sum) bool { return s.register == a.register }) {
		a.register++
	}
	if len(f.sums) == sumRegisters {
		oldest := 0
		if f.sums[0].register == a.base {
			oldest = 1
		}
		a.register = f.sums[oldest].register
		f.sums = slices.Delete(f.sums, oldest, oldest+1)
	}
	w := code()
	near, high, low := f.below(a), a.scale>>12, a.scale&4095
	switch {
	case a.index != neon.NoIndex:
		w.Add(a.register, a.base, a.index, a.scale)
	case near != nil && high > 0 && low > 0:
		w.Do("add.imm", a.register, near.register, a.scale-near.scale)
	case high == 0:
		w.Do("add.imm", a.register, a.base, low)
	default:
		w.Do("add.high", a.register, a.base, high)
		if low != 0 {
			w.Do("add.imm", a.register, a.register, low)
		}
	}
	f.add(w, 0)
	f.sums = slices.DeleteFunc(f.sums, func(s sum) bool { return s.base == a.register })
	f.sums = append(f.sums, a)
	return a.register
}

// below finds a register that holds a distance from the same one, so little less that one addition makes up for it.
func (f *writer) below(a sum) *sum {
	for i := range f.sums {
		if s := &f.sums[i]; s.base == a.base && s.index == neon.NoIndex && a.scale > s.scale && a.scale-s.scale < 4096 {
			return s
		}
	}
	return nil
}

// line is how long a line of memory takes that a place is in.
func (f *writer) line(p vec.Place) int {
	if r := p.Base.Home.(register); r >= 0 {
		return f.LineOf(r)
	}
	return 0
}

// argument is the text of an argument or of the result.
func (f *writer) argument(p vec.Place) string {
	return fmt.Sprintf("%s+%d(FP)", f.Names[p.Disp], p.Disp)
}

// pseudo writes an instruction that Go's assembler makes of several, or of one that it knows by itself.
func (f *writer) pseudo(format string, args ...any) {
	f.Nodes = append(f.Nodes, pseudo(fmt.Sprintf(format, args...)))
}
