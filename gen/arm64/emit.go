package arm64

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/arm64/neon"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Vectors: operations, loads and stores.

// Lower notes what an operation needs. One that moves lanes has two operands, maybe the same one twice.
func (f *writer) Lower(n *assembly.Node, bits int) {
	n.Kind, n.Imm, n.Out.Bits = assembly.Compute, -1, bits
	if n.Step.(*vec.Apply).Op.Moves() && len(n.In) == 1 {
		n.In = append(n.In, n.In[0])
	}
}

// Immediate notes the constant or the predicate of an operation.
func (f *writer) Immediate(n *assembly.Node) {
	s := n.Step.(*vec.Apply)
	if n.Imm = s.Imm; s.Op == vec.Compare {
		n.Imm = int(s.Predicate)
	}
}

// WriteNode writes a node.
func (f *writer) WriteNode(a *assembly.Allocator, b *assembly.Block, n *assembly.Node) {
	if f.second[n] || f.writePair(a, n) {
		return
	}
	switch n.Kind {
	case assembly.Splat:
		if f.multiplies(b, n) {
			a.Place(n)
			f.scalars[n.Out] = true
			if n.Mem.Base == f.ArgumentBase {
				f.readArgument(n)
			} else {
				f.load(n.Out.Reg, n.Mem, 1, n.Size)
			}
			return
		}
		f.WriteLoad(a, n)
	case assembly.Load:
		f.WriteLoad(a, n)
	case assembly.Store:
		f.store(a, n)
	case assembly.Assign:
		a.Need(n.In[0])
		if n.In[0].Reg != n.Out.Reg {
			f.do("mov", n.Out.Reg, n.In[0].Reg)
		}
	case assembly.Gather:
		a.Ensure(n.In[0])
		a.PlaceApart(n)
		to, index := n.Out.Reg, n.In[0].Reg
		f.access(n.Mem, func(at vec.Place) {
			w := code()
			w.Gather(to, f.address(at), index, n.Size)
			f.add(w, f.line(at))
		}, "gather", to, index, n.Size)
	default:
		f.compute(a, n)
	}
}

// multiplies says whether a number in every lane is nothing but a factor of products with others: then one lane does.
func (f *writer) multiplies(b *assembly.Block, n *assembly.Node) bool {
	if n.N > 1 || n.Out.Cell {
		return false
	}
	return !slices.ContainsFunc(n.Out.Uses, func(use int) bool {
		_, taken := f.lanes[b.Nodes[use]]
		return taken || !factorOf(b.Nodes[use], n.Out, n.Size)
	})
}

// factorOf says whether an operation is a product of numbers of so many bytes, of which a value is one factor and
// nothing else.
func factorOf(user *assembly.Node, v *assembly.Home, size int) bool {
	s, ok := user.Step.(*vec.Apply)
	return ok && s.Mask == nil && (s.Op == vec.Mul || s.Op == vec.MulAdd || s.Op == vec.NegMulAdd) &&
		s.Out.Type.Elem.Size() == size && (user.In[0] == v) != (user.In[1] == v) &&
		(len(user.In) == 2 || user.In[2] != v) && !another(user, v)
}

// another says whether the other factor of a product may be such a number too.
func another(user *assembly.Node, this *assembly.Home) bool {
	for _, v := range user.In[:2] {
		if v != this && v.Def != nil && v.Def.Kind == assembly.Splat {
			return true
		}
	}
	return false
}

// known is what is known of a value.
func known(v *assembly.Home, e vec.Elem) neon.Known {
	if v.Def == nil || v.Def.Kind != assembly.Literal {
		return neon.Nothing
	}
	return neon.KnownNumber(e, v.Def.Step.(*vec.Lanes).Bits...)
}

// compute writes an operation: it reads what its instructions do read, and its result takes the register of an operand
// wherever that may be.
func (f *writer) compute(a *assembly.Allocator, n *assembly.Node) {
	s := n.Step.(*vec.Apply)
	seq, err := f.sequence(a, n, s)
	if err != nil {
		f.Fail(err.Error())
		return
	}
	operands := [neon.Roles]*assembly.Home{neon.Mask: n.Mask}
	for i, v := range n.In[:len(s.Args)] {
		operands[neon.X+neon.Role(i)] = v
	}
	var in neon.Registers
	copied := f.copied(a, operands, seq.Tied)
	for r, v := range operands {
		if v != nil && seq.Tied == neon.Role(r) && copied != nil {
			continue
		}
		if v != nil && (seq.Reads(neon.Role(r)) || seq.Tied == neon.Role(r)) {
			a.Ensure(v)
			in[r] = v.Reg
		} else {
			operands[r] = nil
		}
	}
	var temps []int
	for t := range seq.Temps() {
		temps = append(temps, a.Spare())
		in[neon.Temp0+neon.Role(t)] = temps[t]
	}
	target := f.place(a, n, seq, operands, &in)
	switch {
	case copied != nil:
		f.literal(copied, in[neon.Out])
	case seq.Tied != neon.None && in[neon.Out] != in[seq.Tied]:
		f.do("mov", in[neon.Out], in[seq.Tied])
	}
	w := code()
	w.Sequence(seq, in)
	f.add(w, 0)
	if in[neon.Out] != target {
		f.do("mov", target, in[neon.Out])
		temps = append(temps, in[neon.Out])
	}
	for _, r := range temps {
		a.GiveBack(r)
	}
}

// copied is the constant that an operation overwrites though it is read again, if it lies in memory. It is read from
// there instead of copied: cores have units for loads that are idle beside those that compute.
func (f *writer) copied(a *assembly.Allocator, operands [neon.Roles]*assembly.Home, tied neon.Role) *assembly.Home {
	if tied == neon.None || operands[tied] == nil {
		return nil
	}
	v := operands[tied]
	if v.Cell || v.Def == nil || v.Def.Kind != assembly.Literal || a.Dies(v) && !f.elsewhere(operands, tied) {
		return nil
	}
	s := v.Def.Step.(*vec.Lanes)
	if _, _, ok := neon.Constant(s.Out.Type.Elem, s.Bits...); ok {
		return nil
	}
	return v
}

// place gives the result of an operation a register, and says where it belongs: somewhere else where it is a variable
// whose register an operand has that is still to be read.
func (f *writer) place(
	a *assembly.Allocator, n *assembly.Node, seq neon.Sequence, operands [neon.Roles]*assembly.Home, in *neon.Registers,
) (target int) {
	apart, taken := false, false // an operand must be elsewhere, and one is where the result belongs
	for r, v := range operands {
		if role := neon.Role(r); v != nil && role != seq.Tied && (seq.Apart(role) || seq.Tied != neon.None) {
			apart = true
			taken = taken || n.Out.Cell && v.Reg == n.Out.Reg
		}
	}
	tied := (*assembly.Home)(nil)
	if seq.Tied != neon.None {
		tied = operands[seq.Tied]
	}
	switch {
	case n.Out.Cell && taken:
		in[neon.Out] = a.Spare()
		return n.Out.Reg
	case n.Out.Cell:
	case tied != nil && !tied.Cell && a.Dies(tied) && !f.elsewhere(operands, seq.Tied):
		a.Hand(tied, n)
	case apart || tied != nil:
		a.PlaceApart(n)
	default:
		a.Place(n)
	}
	in[neon.Out] = n.Out.Reg
	return n.Out.Reg
}

// elsewhere says whether the operand that is tied is another operand too.
func (f *writer) elsewhere(operands [neon.Roles]*assembly.Home, tied neon.Role) bool {
	for r, v := range operands {
		if v == operands[tied] && neon.Role(r) != tied {
			return true
		}
	}
	return false
}

// sequence is what an operation is: of several ways the one that overwrites what is not read again, or the variable
// that the result is.
func (f *writer) sequence(a *assembly.Allocator, n *assembly.Node, s *vec.Apply) (neon.Sequence, error) {
	if d := n.In[0].Def; s.Op == vec.Permute && d != nil && d.Kind == assembly.Literal {
		return shuffle(d.Step.(*vec.Lanes))
	}
	if l, ok := f.lanes[n]; ok {
		return neon.ByLane(s.Op, s.Out.Type.Elem, l.factor == 1, l.number)
	}
	for i, v := range n.In[:len(s.Args)] {
		if f.scalars[v] {
			return neon.ByLane(s.Op, s.Out.Type.Elem, i == 1, 0)
		}
	}
	facts := make([]neon.Known, len(s.Args))
	for i, v := range n.In[:len(s.Args)] {
		facts[i] = known(v, s.Args[i].Type.Elem)
	}
	all, err := neon.Lower(s, facts...)
	if err != nil {
		return neon.Sequence{}, err
	}
	for _, one := range all {
		v := n.Mask
		if one.Tied != neon.None && one.Tied != neon.Mask {
			v = n.In[one.Tied-neon.X]
		}
		if one.Tied != neon.None && v != nil && (n.Out == v || !n.Out.Cell && !v.Cell && a.Dies(v)) {
			return one, nil
		}
	}
	return all[0], nil
}

// shuffle is the sequence that brings lanes into an order: the numbers of the lanes of 4 bytes of the second operand.
func shuffle(order *vec.Lanes) (neon.Sequence, error) {
	var raw []byte
	for _, bits := range order.Bits {
		raw = binary.LittleEndian.AppendUint64(raw, bits)[:len(raw)+order.Out.Type.Elem.Size()]
	}
	if len(raw) != 16 {
		return neon.Sequence{}, fmt.Errorf("an order of %d bytes", len(raw))
	}
	var lanes [4]int
	for i := range lanes {
		lanes[i] = 4 + int(binary.LittleEndian.Uint32(raw[4*i:])&3) // those of the second operand
	}
	return neon.Shuffle(lanes)
}

// WriteLoad writes the instructions that read numbers.
func (f *writer) WriteLoad(a *assembly.Allocator, n *assembly.Node) {
	if n.Mask != nil {
		a.Ensure(n.Mask)
		a.PlaceApart(n)
		to, mask := n.Out.Reg, n.Mask.Reg
		f.access(n.Mem, func(at vec.Place) {
			w := code()
			w.LoadWhere(to, f.address(at), n.N, n.Size, mask)
			f.add(w, f.line(at))
		}, "load where", to, mask, n.N, n.Size)
		return
	}
	if !n.Out.Cell {
		a.Place(n)
	}
	to := n.Out.Reg
	switch {
	case n.Mem.Base == f.ArgumentBase:
		f.readArgument(n)
		if n.Kind == assembly.Splat {
			f.do("dup."+lanes(n.Size), to, to, 0)
		}
	case n.Kind == assembly.Splat:
		f.access(n.Mem, func(at vec.Place) {
			w := code()
			w.Spread(to, f.address(at), n.N, n.Size)
			f.add(w, f.line(at))
		}, "spread", to, n.N, n.Size)
	default:
		f.load(to, n.Mem, n.N, n.Size)
	}
}

// readArgument reads a number that is an argument.
func (f *writer) readArgument(n *assembly.Node) {
	move := map[int]string{4: "FMOVS", 8: "FMOVD"}[n.Size]
	f.pseudo("%s %s, F%d", move, f.argument(n.Mem), n.Out.Reg)
}

// load reads the first n lanes of a register, and save writes them.
func (f *writer) load(to int, at vec.Place, n, size int) {
	f.access(at, func(at vec.Place) {
		w := code()
		w.Load(to, f.reached(at, n*size), n, size)
		f.add(w, f.line(at))
	}, "load", to, n, size)
}

func (f *writer) save(from int, at vec.Place, n, size int) {
	f.access(at, func(at vec.Place) {
		w := code()
		w.Store(from, f.reached(at, n*size), n, size)
		f.add(w, f.line(at))
	}, "store", from, n, size)
}

// lanes is the arrangement of lanes of so many bytes.
func lanes(size int) string { return map[int]string{4: "4s", 8: "2d"}[size] }

// store writes the instructions that write numbers.
func (f *writer) store(a *assembly.Allocator, n *assembly.Node) {
	v := n.In[0]
	a.Ensure(v)
	switch {
	case n.Mem.Base == f.ArgumentBase:
		f.pseudo("%s F%d, %s", map[int]string{4: "FMOVS", 8: "FMOVD"}[n.Size], v.Reg, f.argument(n.Mem))
	case n.Mask != nil:
		a.Ensure(n.Mask)
		from, mask := v.Reg, n.Mask.Reg
		f.access(n.Mem, func(at vec.Place) {
			w := code()
			w.StoreWhere(from, f.address(at), n.N, n.Size, mask)
			f.add(w, f.line(at))
		}, "store where", from, mask, n.N, n.Size)
	default:
		f.save(v.Reg, n.Mem, n.N, n.Size)
	}
}

// slot is where a value is kept on the stack.
func slot(v *assembly.Home) neon.Address {
	return neon.Address{Base: 31, Index: neon.NoIndex, Disp: frameBegins + v.Slot}
}

// WriteSpill and WriteFill move a value to its place on the stack and back.
func (f *writer) WriteSpill(v *assembly.Home) {
	w := code()
	w.Store(v.Reg, slot(v), 4, 4)
	f.add(w, 0)
}

func (f *writer) WriteFill(v *assembly.Home) {
	w := code()
	w.Load(v.Reg, slot(v), 4, 4)
	f.add(w, 0)
}

// WriteMove moves a whole register to memory, or from there.
func (f *writer) WriteMove(register int, at vec.Place, store bool) {
	if store {
		f.save(register, at, 4, 4)
	} else {
		f.load(register, at, 4, 4)
	}
}

// WriteLiteral brings a constant to the register of its value: by one instruction, or from memory.
func (f *writer) WriteLiteral(v *assembly.Home) { f.literal(v, v.Reg) }

// literal does so for any register.
func (f *writer) literal(v *assembly.Home, to int) {
	s := v.Def.Step.(*vec.Lanes)
	if form, imm, ok := neon.Constant(s.Out.Type.Elem, s.Bits...); ok {
		w := code()
		w.Constant(to, form, imm)
		f.add(w, 0)
		return
	}
	n := len(s.Bits) * v.Def.Size
	if len(s.Bits) == 1 {
		n = 16
	}
	f.Nodes = append(f.Nodes, constant{at: v.Def.Mem.Disp, to: to, bytes: n})
}

// WriteTail is for masks that are no vectors.
func (f *writer) WriteTail(*assembly.Home) { f.Fail("a mask is no vector") }

// SpreadCount makes an argument a number in every lane of a variable.
func (f *writer) SpreadCount(count vec.Place, variable *vec.Value) {
	n := f.Scratch()
	f.Integer(vec.IntCopy, vec.Word(count), vec.Ref(n))
	number := &vec.Value{Type: variable.Type, ID: f.NextValue()}
	f.Keep(&vec.FromInt{Out: number, From: vec.Ref(n)}, &vec.Set{Var: variable, To: number})
	w := code()
	w.SpreadInt(assembly.HomeOf(variable).Reg, int(scratch), f.Machine.Size)
	f.add(w, 0)
}

// FirstOf is the mask of as many lanes, of so many, as a variable says: from a table with as many lanes that are set as
// there are, then as many that are not, the place where they change moved to the end of those that are left.
func (f *writer) FirstOf(part *vec.Int, lanes, _ int) *vec.Value {
	var all []byte
	for i := range 2 * lanes {
		set := uint64(0)
		if i < lanes {
			set = math.MaxUint64
		}
		all = binary.LittleEndian.AppendUint64(all, set)[:(i+1)*f.Machine.Size]
	}
	mask := f.Cell()
	f.Integer(vec.IntNeg, vec.Ref(part))
	at := vec.Place{Base: f.Scratch(), Index: part, Scale: f.Machine.Size, Disp: lanes * f.Machine.Size}
	f.Integer(vec.IntAddress, vec.Word(f.Constant(f.File.Table(string(all), all))), vec.Ref(at.Base))
	some := &vec.Value{Type: vec.Vector(f.Machine.Number(), lanes), ID: f.NextValue()}
	whole := &vec.Value{Type: mask.Type, ID: f.NextValue()}
	f.Keep(&vec.Load{Out: some, At: at, N: lanes},
		&vec.Apply{Op: vec.As, Out: whole, Args: []*vec.Value{some}}, &vec.Set{Var: mask, To: whole})
	f.load(assembly.HomeOf(mask).Reg, at, lanes, f.Machine.Size)
	f.Integer(vec.IntNeg, vec.Ref(part))
	f.Adopt(mask)
	return mask
}

// Latency is after how many cycles the result of a node can be read.
func (f *writer) Latency(n *assembly.Node) float64 {
	switch n.Kind {
	case assembly.Assign, assembly.Store:
		return 0
	case assembly.Compute:
	default:
		return float64(f.core.LoadLatency())
	}
	s, ok := n.Step.(*vec.Apply)
	if !ok {
		return 0
	}
	all, err := neon.Lower(s)
	if err != nil { // an order that is known
		return 2
	}
	cycles := 0
	for _, step := range all[0].Steps {
		cycles += f.core.Latency(step.Form)
	}
	if all[0].Tied == neon.Z && slices.ContainsFunc(n.In, func(v *assembly.Home) bool { return v.Cell }) {
		return float64(f.core.AccumulateLatency())
	}
	return float64(cycles)
}
