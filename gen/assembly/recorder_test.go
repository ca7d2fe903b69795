package assembly_test

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// recorder is a set of instructions of no processor: every operation that vectors of so many bits have is one, and
// nothing is emitted. A function that is written in it leaves its program alone. That shows that what is written is
// right for a width whatever becomes of it, and that writing it needs nothing of a processor. Masks are registers of
// their own where they are in wide vectors of processors, too.
type recorder struct{ bits int }

func (r recorder) String() string       { return fmt.Sprint("Of", r.bits) }
func (r recorder) Widest() int          { return r.bits }
func (r recorder) Registers() int       { return 32 }
func (r recorder) SpreadsMemory() bool  { return r.bits == 512 }
func (r recorder) Stream() int          { return min(32, r.bits/8) }
func (r recorder) FirstCache() int      { return 32 << 10 }
func (r recorder) LineCycles(b int) int { return b >> 15 }

// MaskClass says which registers hold masks.
func (r recorder) MaskClass() assembly.Class {
	if r.bits == 512 {
		return assembly.MaskClass
	}
	return assembly.VectorClass
}

// operation is an operation as an instruction.
type operation struct {
	op   vec.Op
	elem vec.Elem
	most int
}

// Name is empty where registers are too narrow for blocks or halves, and where they are too wide.
func (o operation) Name(bits int) string {
	least := 128
	switch o.op {
	case vec.LowHalves, vec.HighHalves, vec.SwapHalves, vec.Block, vec.Insert:
		least = 256
	case vec.EvenBlocks, vec.OddBlocks, vec.SwapBlocks:
		least = 512
	}
	if bits < least || bits > o.most {
		return ""
	}
	return fmt.Sprint(o.op, o.elem)
}

// Lowering is an instruction for every operation but those that processors with masks in vectors lack.
func (r recorder) Lowering(op vec.Op, elem vec.Elem) assembly.Instruction {
	if op >= vec.Ops {
		return nil
	}
	if r.bits < 512 {
		switch op {
		case vec.Fraction, vec.Scale, vec.Reciprocal, vec.XorAnd, vec.Permute2, vec.Keep, vec.Test, vec.EvenBlocks,
			vec.OddBlocks, vec.SwapBlocks:
			return nil
		case vec.Mul, vec.Min, vec.Max:
			if !elem.Float() && elem.Size() == 8 {
				return nil
			}
		}
	}
	return operation{op, elem, r.bits}
}

// place is a register, by what it is for.
type place string

func (p place) Asm() string { return string(p) }

// Chains and Beside are those of x86.
func (r recorder) Chains() int    { return 0 }
func (r recorder) Beside() int    { return 0 }
func (r recorder) Separate() bool { return r.bits == 256 }
func (r recorder) ByLane() bool   { return false }

// General are general registers: six for addresses, and one for each argument.
func (r recorder) General() *assembly.General {
	g := &assembly.General{
		Arguments: map[string]assembly.Register{}, Area: place("area"),
		Scratch: place("scratch"), Second: place("second"),
		Frame: place("frame"), Stack: place("stack"), Static: place("static"),
		Number: func(r assembly.Register) int { return int(binary.BigEndian.Uint32([]byte(r.Asm() + "    "))) },
	}
	for _, name := range []string{"p", "x", "y", "grad", "xs", "ys", "out", "gxs", "dx", "dy", "j", "v", "hv"} {
		g.Arguments[name] = place("of " + name)
	}
	g.Arguments["ws"], g.Arguments["b"] = g.Area, g.Area
	for i := range 6 {
		g.Free = append(g.Free, place(fmt.Sprint("r", i)))
	}
	for i := range 11 {
		g.Swept = append(g.Swept, place(fmt.Sprint("s", i)))
	}
	return g
}

// Target records a function.
func (r recorder) Target(f *assembly.Function) assembly.Target {
	return &recording{Function: f, set: r}
}

// recording is a function as it is recorded. It gives values registers, and spills, as a processor's would.
type recording struct {
	*assembly.Function
	set   recorder
	nodes int
}

// line is a line of what would be code.
func (f *recording) line(text string) { f.Nodes = append(f.Nodes, text) }

func (f *recording) Lower(n *assembly.Node, bits int) {
	n.Imm = -1
	switch s := n.Step.(*vec.Apply); s.Op {
	case vec.Widen:
		n.Narrow = max(bits/2, 128)
	case vec.Narrow:
		n.Wide = max(bits/2, 128)
	case vec.UpperHalf:
		n.Wide = bits / 2
	case vec.Block:
		n.Wide = 128
	}
	if n.Wide != 0 {
		n.Out.Bits = n.Wide
	}
}

// Immediate notes what tells operations apart that are otherwise alike.
func (f *recording) Immediate(n *assembly.Node) {
	s := n.Step.(*vec.Apply)
	n.Imm = s.Imm
	if s.Op == vec.Compare {
		n.Imm = int(s.Predicate)
	}
}

func (f *recording) Arrange(*assembly.Block) {}

func (f *recording) WriteNode(a *assembly.Allocator, _ *assembly.Block, n *assembly.Node) {
	if n.Mask != nil {
		a.Need(n.Mask)
	}
	for _, v := range n.In {
		a.Need(v)
	}
	if n.Out != nil {
		a.Place(n)
	}
	f.line("node")
}

func (f *recording) WriteLoad(a *assembly.Allocator, n *assembly.Node) { f.line("load") }
func (f *recording) WriteLiteral(*assembly.Home)                       { f.line("literal") }
func (f *recording) WriteTail(*assembly.Home)                          { f.line("tail") }
func (f *recording) WriteSpill(*assembly.Home)                         { f.line("spill") }
func (f *recording) WriteFill(*assembly.Home)                          { f.line("fill") }
func (f *recording) WriteMove(int, vec.Place, bool)                    { f.line("move") }

// SpreadCount makes a number of an integer.
func (f *recording) SpreadCount(count vec.Place, variable *vec.Value) {
	n := f.Scratch()
	f.Integer(vec.IntCopy, vec.Word(count), vec.Ref(n))
	number := &vec.Value{Type: variable.Type, ID: f.NextValue()}
	f.Keep(&vec.FromInt{Out: number, From: vec.Ref(n)}, &vec.Set{Var: variable, To: number})
}

// FirstOf is a mask from a table of masks, one for every number of lanes.
func (f *recording) FirstOf(part *vec.Int, lanes, bits int) *vec.Value {
	if f.set.MaskClass() == assembly.MaskClass {
		var table []byte
		for n := range lanes {
			table = binary.LittleEndian.AppendUint16(table, 1<<n-1)
		}
		at := vec.Place{Base: f.Scratch(), Index: part, Scale: 2}
		f.Integer(vec.IntAddress, vec.Word(f.Constant(f.File.Table(string(table), table))), vec.Ref(at.Base))
		h := &assembly.Home{Class: assembly.MaskClass, Bits: bits, Reg: 1, Slot: -1, Def: &assembly.Node{}}
		f.Block.Adopted = append(f.Block.Adopted, h)
		mask := &vec.Value{Type: vec.Mask(lanes), ID: f.NextValue(), Home: h}
		f.Keep(&vec.LoadMask{Out: mask, At: at})
		return mask
	}
	var table []byte
	for i := range 2 * lanes {
		set := uint64(0)
		if i < lanes {
			set = math.MaxUint64
		}
		table = binary.LittleEndian.AppendUint64(table, set)[:(i+1)*f.Machine.Size]
	}
	mask := f.Cell()
	at := vec.Place{Base: f.Scratch(), Index: part, Scale: f.Machine.Size, Disp: lanes * f.Machine.Size}
	f.Integer(vec.IntNeg, vec.Ref(part))
	f.Integer(vec.IntAddress, vec.Word(f.Constant(f.File.Table(string(table), table))), vec.Ref(at.Base))
	some := &vec.Value{Type: vec.Vector(f.Machine.Number(), lanes), ID: f.NextValue()}
	whole := &vec.Value{Type: mask.Type, ID: f.NextValue()}
	f.Keep(&vec.Load{Out: some, At: at, N: lanes},
		&vec.Apply{Op: vec.As, Out: whole, Args: []*vec.Value{some}}, &vec.Set{Var: mask, To: whole})
	f.Integer(vec.IntNeg, vec.Ref(part))
	f.Adopt(mask)
	return mask
}

func (f *recording) Operand(_ vec.IntOp, o vec.Operand) assembly.Operand {
	if o.Int != nil {
		return o.Int.Home.(place)
	}
	return place(o.String())
}

func (f *recording) InMemory(o assembly.Operand) bool        { return o.Asm()[0] == '[' }
func (f *recording) WriteInt(vec.IntOp, ...assembly.Operand) { f.line("integer") }
func (f *recording) WriteCountDown(assembly.Register)        { f.line("count") }
func (f *recording) WriteBranch(vec.Condition, string)       { f.line("branch") }
func (f *recording) WriteLabel(label string)                 { f.line(label + ":") }
func (f *recording) WriteComment(text string)                { f.line("// " + text) }
func (f *recording) WriteReturn()                            { f.line("return") }
func (f *recording) Latency(*assembly.Node) float64          { return 4 }
func (f *recording) BeginBlock(nodes int, _, _ float64)      { f.nodes = nodes }
func (f *recording) EndBlock() float64                       { return float64(f.nodes) }
func (f *recording) DropDeadStores(lay *kernel.TileLayout)   {}
func (f *recording) DropDeadScratch(kernel.Layout)           {}
