package assembly

import (
	"cmp"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// A loop over tiles whose body is one block reads constants and weights anew for every tile, and to spread a number
// over 512 bits takes a turn of the units that shuffle. As many as the body leaves registers for are read before the
// loop instead.

// hoistSpare is how many registers hoisting leaves beyond those that the body's values take at once, for what is read
// from memory.
const hoistSpare = 4

// hoisting notes where a loop begins. What it returns moves reads to before it if its body is one block: of constants,
// and of parameters, which a pointer points to and which do not change meanwhile. The registers are taken until they
// are released.
func (f *Function) hoisting(parameters *vec.Int) func() []*vec.Value {
	loop, step, only := len(f.Nodes), 0, f.Block
	if f.Program != nil {
		step = len(f.Program.Steps)
	}
	return func() []*vec.Value {
		if f.Block != only {
			return nil
		}
		return f.hoist(parameters, loop, step)
	}
}

// hoist does so, the first of the function's nodes that belong to the loop being given, and the first step of its
// program.
func (f *Function) hoist(parameters *vec.Int, loop, step int) (hoisted []*vec.Value) {
	b := f.Block
	var reads []*Node
	for _, n := range b.Nodes {
		if f.hoistGain(parameters, n) > 0 {
			reads = append(reads, n)
		}
	}
	slices.SortStableFunc(reads, func(x, y *Node) int {
		return cmp.Compare(f.hoistGain(parameters, y), f.hoistGain(parameters, x))
	})
	reads = reads[:max(0, min(len(reads), f.Machine.Registers()-b.pressure()-hoistSpare))]
	if f.Program != nil {
		body := slices.Clone(f.Program.Steps[step:])
		f.Program.Steps = f.Program.Steps[:step]
		for _, n := range reads {
			f.keepNode(n)
		}
		f.Keep(body...)
	}
	body := slices.Clone(f.Nodes[loop:])
	f.Nodes = f.Nodes[:loop]
	a := &Allocator{f: f}
	for _, n := range reads {
		v := n.Out
		v.Reg = slices.Index(f.taken, false)
		if v.Reg < 0 {
			f.Fail("no register is left for what is read before the loop")
			break
		}
		f.taken[v.Reg], v.Cell = true, true
		if n.Kind == Literal {
			f.Target.WriteLiteral(v)
		} else {
			f.Target.WriteLoad(a, n)
		}
		v.Def = nil
		hoisted = append(hoisted, n.value)
	}
	f.Nodes = append(f.Nodes, body...)
	b.Nodes = slices.DeleteFunc(b.Nodes, func(n *Node) bool { return slices.Contains(reads, n) })
	return hoisted
}

// hoistGain tells which reads are worth most: those of one number for a whole register that an instruction can't do on
// its way, then tables. It is 0 for those that must stay or cost nothing.
func (f *Function) hoistGain(parameters *vec.Int, n *Node) int {
	const broadcast, table = 1000, 1
	if !f.Machine.Set.SpreadsMemory() || n.Kind != Literal && n.Kind != Splat || n.IsZero ||
		n.Kind == Splat && (n.Mem.Base != parameters || n.Mem.Index != nil) {
		return 0
	}
	uses, fold := 0, true
	for _, user := range f.Block.Nodes {
		for i, v := range user.In {
			if v == n.Out {
				uses++
				fold = fold && (user.Kind == Fused && i < 2 || user.Kind == Compute && user.Fold && i == len(user.In)-1)
			}
		}
	}
	switch {
	case n.N > 1:
		return table * uses
	case uses > 1 || !fold:
		return broadcast + uses
	}
	return 0
}

// pressure is how many registers the values of a block take at once, at most, but for those that are as well read anew.
func (b *Block) pressure() int {
	last := map[*Home]int{}
	for i, n := range b.Nodes {
		for _, v := range n.Sources() {
			last[v] = i
		}
	}
	live, most := 0, 0
	held := func(v *Home) bool {
		return v != nil && v.Class == VectorClass && !v.Cell && v.Def != nil && !v.Rematerialises()
	}
	for i, n := range b.Nodes {
		if held(n.Out) {
			if _, read := last[n.Out]; read {
				live++
			}
		}
		most = max(most, live)
		seen := map[*Home]bool{}
		for _, v := range n.Sources() {
			if held(v) && last[v] == i && !seen[v] {
				live--
			}
			seen[v] = true
		}
	}
	return most
}
