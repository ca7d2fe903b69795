package assembly

import (
	"math"
	"slices"
)

// Which register a value has, and when it goes to the stack or is read anew.

// NextUse is the first use of a value after the current node.
func (a *Allocator) NextUse(v *Home) int {
	for v.next < len(v.Uses) && v.Uses[v.next] <= a.at {
		v.next++
	}
	if v.next == len(v.Uses) {
		return math.MaxInt
	}
	return v.Uses[v.next]
}

// Dies says whether a value is not read again.
func (a *Allocator) Dies(v *Home) bool { return !v.Cell && a.NextUse(v) == math.MaxInt }

// sweep frees the registers of values that are not read again.
func (a *Allocator) sweep(n *Node) {
	for _, v := range append(n.Sources(), n.Out) {
		if v == nil || v.Cell || !a.Dies(v) {
			continue
		}
		if v.Reg >= 0 && a.holds[v.Class][v.Reg] == v {
			a.holds[v.Class][v.Reg] = nil
			v.Reg = -1
		}
		if v.Slot >= 0 {
			a.slots = append(a.slots, v.Slot)
			v.Slot = -1
		}
	}
}

// take finds a register for a value, sending another one to the stack if it must.
func (a *Allocator) take(v *Home) {
	holds := a.holds[v.Class]
	victim, furthest := -1, -1
	first := 0
	if v.Class == MaskClass {
		first = 1 // k0 means no mask
	}
	for i := first; i < len(holds); i++ {
		if v.Class == VectorClass && a.f.taken[i] {
			continue
		}
		held := holds[i]
		if held == nil {
			victim = i
			break
		}
		if a.busy[held] {
			continue
		}
		use := a.NextUse(held)
		if held.Rematerialises() && use < math.MaxInt { // what is not used again is as good
			use += 1 << 20 // it costs no store
		}
		if use > furthest {
			victim, furthest = i, use
		}
	}
	if victim < 0 {
		a.f.Fail("an instruction needs more registers than there are")
		return
	}
	if held := holds[victim]; held != nil {
		a.spill(held)
	}
	holds[victim] = v
	v.Reg = victim
	a.busy[v] = true
}

// Rematerialises says whether a value is as well read anew from constants.
func (v *Home) Rematerialises() bool {
	return v.Def != nil && (v.Def.Kind == Literal || v.Def.Kind == tail)
}

// spill takes the register of a value away.
func (a *Allocator) spill(v *Home) {
	if !v.Rematerialises() && v.Slot < 0 {
		if n := len(a.slots); n > 0 {
			v.Slot, a.slots = a.slots[n-1], a.slots[:n-1]
		} else {
			v.Slot = a.f.Frame
			a.f.Frame += a.f.Machine.Widest() / 8
			// taken from the end, so that other blocks use them in the same order
			a.f.slots = slices.Insert(a.f.slots, 0, v.Slot)
		}
		a.f.Target.WriteSpill(v)
	}
	a.holds[v.Class][v.Reg] = nil
	v.Reg = -1
}

// Need makes sure that a value is in a register.
func (a *Allocator) Need(v *Home) {
	if v.Cell || v.Reg >= 0 {
		a.busy[v] = true
		return
	}
	slot := v.Slot
	a.take(v)
	switch {
	case v.Def.Kind == Literal:
		a.f.Target.WriteLiteral(v)
	case v.Def.Kind == tail:
		a.f.Target.WriteTail(v)
	case slot < 0:
		a.f.Fail("a value is read before it is computed")
	default:
		a.f.Target.WriteFill(v)
	}
}

// Ensure brings into a register a load whose folding did not come about.
func (a *Allocator) Ensure(v *Home) {
	if v.Reg < 0 && !v.Cell && v.Def != nil && v.Def.Deferred {
		v.Def.Deferred = false
		a.f.Target.WriteLoad(a, v.Def)
	}
	a.Need(v)
}

// Place gives the result of a node a register.
func (a *Allocator) Place(n *Node) {
	if n.Out.Cell {
		return
	}
	// The registers of sources that end here may be taken; not those of a load that was left to another node, which may
	// need them too.
	for _, v := range n.Sources() {
		if n == a.node && a.Dies(v) && v.Reg >= 0 && v.Class == n.Out.Class && a.holds[v.Class][v.Reg] == v {
			a.holds[v.Class][v.Reg] = nil
			v.Reg = -1
		}
	}
	a.take(n.Out)
}

// Hand gives the register of a value to the result.
func (a *Allocator) Hand(v *Home, n *Node) {
	a.holds[v.Class][v.Reg] = n.Out
	n.Out.Reg = v.Reg
	v.Reg = -1
	a.busy[n.Out] = true
}

// PlaceApart gives the result a register that none of the sources has.
func (a *Allocator) PlaceApart(n *Node) {
	if !n.Out.Cell {
		a.take(n.Out)
	}
}

// Spare takes a register for the current node alone; it is given back by its user.
func (a *Allocator) Spare() int {
	v := &Home{Bits: 128, Reg: -1, Slot: -1, Uses: []int{a.at}}
	a.take(v)
	return v.Reg
}

// Forget says that a register doesn't hold its value any more: whoever wants that again reads it anew.
func (a *Allocator) Forget(v *Home) {
	a.holds[v.Class][v.Reg] = nil
	v.Reg = -1
}

// GiveBack gives back a register that spare took.
func (a *Allocator) GiveBack(register int) { a.holds[VectorClass][register] = nil }
