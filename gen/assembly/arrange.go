package assembly

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// What a target may do with the nodes of a finished block before they get registers.

// Settle lets nodes write variables themselves where what they make goes nowhere else, instead of a register that is
// copied.
func (b *Block) Settle() {
	uses, at := map[*Home]int{}, map[*Node]int{}
	for i, n := range b.Nodes {
		at[n] = i
		for _, v := range n.Sources() {
			uses[v]++
		}
	}
	settled := map[*Node]bool{}
	for i, n := range b.Nodes {
		if n.Kind != Assign || n.In[0].Cell || n.In[0].Class != n.Out.Class || uses[n.In[0]] != 1 {
			continue
		}
		maker := n.In[0].Def
		begin, here := at[maker]
		if !here || maker.Out != n.In[0] || maker.Kind != Load && maker.Kind != Splat && maker.Kind != Compute {
			continue
		}
		if slices.ContainsFunc(b.Nodes[begin+1:i],
			func(between *Node) bool { return !settled[between] && between.Touches(n.Out) }) {
			continue
		}
		maker.after = slices.Concat(maker.after, n.views, []vec.Step{n.Step}, n.after)
		maker.Out = n.Out
		settled[n] = true
	}
	b.Nodes = slices.DeleteFunc(b.Nodes, func(n *Node) bool { return settled[n] })
}

// Touches says whether a node reads or writes a variable.
func (n *Node) Touches(variable *Home) bool {
	return n.Out == variable || slices.Contains(n.Sources(), variable)
}

// Apart says whether two nodes that read or write memory can change places: neither writes what the other reads or
// writes. What pointers of different arguments lead to is apart.
func (f *Function) Apart(x, y *Node) bool {
	if x.Kind != Store && y.Kind != Store || x.Mem.Base == nil || y.Mem.Base == nil {
		return true
	}
	if x.Mem.Base == y.Mem.Base && x.Mem.Index == y.Mem.Index && x.Mem.Scale == y.Mem.Scale {
		return x.Mem.Disp+x.N*x.Size <= y.Mem.Disp || y.Mem.Disp+y.N*y.Size <= x.Mem.Disp
	}
	return f.root(registerIn(x.Mem.Base)) != f.root(registerIn(y.Mem.Base))
}

// root is the register that an address in a register was computed from.
func (f *Function) root(base Register) Register {
	if root := f.roots[base]; root != nil {
		return root
	}
	return base
}
