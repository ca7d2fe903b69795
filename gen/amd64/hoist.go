package amd64

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
func (f *function) hoisting(parameters *vec.Int) func() []*vec.Value {
	loop, step, only := len(f.fn.Nodes), 0, f.block
	if f.program != nil {
		step = len(f.program.Steps)
	}
	return func() []*vec.Value {
		if f.block != only {
			return nil
		}
		return f.hoist(parameters, loop, step)
	}
}

// hoist does so, the first of the function's nodes that belong to the loop being given, and the first step of its
// program.
func (f *function) hoist(parameters *vec.Int, loop, step int) (hoisted []*vec.Value) {
	b := f.block
	var reads []*node
	for _, n := range b.nodes {
		if f.hoistGain(parameters, n) > 0 {
			reads = append(reads, n)
		}
	}
	slices.SortStableFunc(reads, func(x, y *node) int { return cmp.Compare(f.hoistGain(parameters, y), f.hoistGain(parameters, x)) })
	reads = reads[:max(0, min(len(reads), f.m.registers()-b.pressure()-hoistSpare))]
	if f.program != nil {
		body := slices.Clone(f.program.Steps[step:])
		f.program.Steps = f.program.Steps[:step]
		for _, n := range reads {
			f.keepNode(n)
		}
		f.keep(body...)
	}
	body := slices.Clone(f.fn.Nodes[loop:])
	f.fn.Nodes = f.fn.Nodes[:loop]
	e := &emitter{f: f}
	for _, n := range reads {
		v := n.out
		v.reg = slices.Index(f.taken, false)
		if v.reg < 0 {
			f.fail("no register is left for what is read before the loop")
			break
		}
		f.taken[v.reg], v.cell = true, true
		if n.kind == literal {
			e.literal(v)
		} else {
			e.load(n)
		}
		v.def = nil
		hoisted = append(hoisted, n.value)
	}
	f.fn.Nodes = append(f.fn.Nodes, body...)
	b.nodes = slices.DeleteFunc(b.nodes, func(n *node) bool { return slices.Contains(reads, n) })
	return hoisted
}

// hoistGain tells which reads are worth most: those of one number for a whole register that an instruction can't do on
// its way, then tables. It is 0 for those that must stay or cost nothing.
func (f *function) hoistGain(parameters *vec.Int, n *node) int {
	const broadcast, table = 1000, 1
	if !f.m.spreadsMemory() || n.kind != literal && n.kind != splat || n.isZero ||
		n.kind == splat && (n.mem.Base != parameters || n.mem.Index != nil) {
		return 0
	}
	uses, fold := 0, true
	for _, user := range f.block.nodes {
		for i, v := range user.in {
			if v == n.out {
				uses++
				fold = fold && (user.kind == fused && i < 2 || user.kind == compute && user.fold && i == len(user.in)-1)
			}
		}
	}
	switch {
	case n.n > 1:
		return table * uses
	case uses > 1 || !fold:
		return broadcast + uses
	}
	return 0
}

// pressure is how many registers the values of a block take at once, at most, but for those that are as well read anew.
func (b *block) pressure() int {
	last := map[*home]int{}
	for i, n := range b.nodes {
		for _, v := range n.sources() {
			last[v] = i
		}
	}
	live, most := 0, 0
	held := func(v *home) bool {
		return v != nil && v.class == vectorClass && !v.cell && v.def != nil && !v.rematerialises()
	}
	for i, n := range b.nodes {
		if held(n.out) {
			if _, read := last[n.out]; read {
				live++
			}
		}
		most = max(most, live)
		seen := map[*home]bool{}
		for _, v := range n.sources() {
			if held(v) && last[v] == i && !seen[v] {
				live--
			}
			seen[v] = true
		}
	}
	return most
}
