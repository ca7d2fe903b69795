package arm64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/arm64/neon"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Two registers are loaded or stored by one instruction where they lie beside one another. Nodes that do so are brought
// together before they get registers.

// ahead is how many nodes further on the second of a pair is looked for: what waits for it occupies a register.
const ahead = 12

// pair is the second of two nodes.
type pair struct {
	second *assembly.Node
	swap   bool // the second node is the lower one
}

// lower is where a pair begins, whose first node is given.
func (p pair) lower(first *assembly.Node) vec.Place {
	if p.swap {
		return p.second.Mem
	}
	return first.Mem
}

// Arrange settles variables, and brings pairs together.
func (f *writer) Arrange(b *assembly.Block) {
	b.Settle()
	f.byLane(b)
	f.pairs, f.second, f.order = map[*assembly.Node]pair{}, map[*assembly.Node]bool{}, nil
	read := map[*assembly.Home]bool{}
	for _, n := range b.Nodes {
		for _, v := range n.Sources() {
			read[v] = true
		}
	}
	nodes := b.Nodes
	for i := 0; i < len(nodes); i++ {
		n := nodes[i]
		if _, done := f.pairs[n]; done || !f.whole(n, read) || f.second[n] {
			continue
		}
		for j := i + 1; j < len(nodes) && j <= i+ahead; j++ {
			m := nodes[j]
			if _, done := f.pairs[m]; done || m.Kind != n.Kind || !f.whole(m, read) || f.second[m] || !beside(n, m) {
				continue
			}
			if n.Kind == assembly.Load && f.earlier(nodes[i+1:j], m) {
				copy(nodes[i+2:j+1], nodes[i+1:j])
				nodes[i+1] = m
			} else if n.Kind == assembly.Store && f.later(nodes[i+1:j], n) {
				copy(nodes[i:j-1], nodes[i+1:j])
				nodes[j-1] = n
				i-- // what has come to this place has not been looked at
			} else {
				break
			}
			f.pairs[n] = pair{second: m, swap: m.Mem.Disp < n.Mem.Disp}
			f.second[m] = true
			break
		}
	}
	for _, n := range nodes {
		if p, ok := f.pairs[n]; ok {
			f.order = append(f.order, p.lower(n))
		}
	}
}

// whole says whether a node loads or stores a whole register by an address that is known.
func (f *writer) whole(n *assembly.Node, read map[*assembly.Home]bool) bool {
	switch n.Kind {
	case assembly.Load:
		if !n.Out.Cell && !read[n.Out] {
			return false
		}
	case assembly.Store:
	default:
		return false
	}
	const bytes = 16
	base := n.Mem.Base.Home.(register)
	return n.Mask == nil && n.N*n.Size == bytes && base != frame && base != static
}

// beside says whether two nodes read or write whole registers beside one another.
func beside(n, m *assembly.Node) bool {
	x, y := n.Mem, m.Mem
	far := x.Disp - y.Disp
	return x.Base == y.Base && x.Index == y.Index && x.Scale == y.Scale && (far == 16 || far == -16) &&
		(n.Kind == assembly.Store || n.Out != m.Out)
}

// earlier says whether a load may be done before some nodes.
func (f *writer) earlier(nodes []*assembly.Node, load *assembly.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *assembly.Node) bool {
		return !f.Apart(n, load) || load.Out.Cell && n.Touches(load.Out)
	})
}

// later says whether a store may be done after some nodes.
func (f *writer) later(nodes []*assembly.Node, store *assembly.Node) bool {
	return !slices.ContainsFunc(nodes, func(n *assembly.Node) bool {
		return !f.Apart(n, store) || n.Out == store.In[0]
	})
}

// pairReach says whether a distance stands in an instruction that loads or stores two registers.
func pairReach(disp int) bool { return disp%16 == 0 && disp >= -1024 && disp <= 1008 }

// pairAddress is the address of a pair: by a register that holds an address near it, or by one that is made to hold
// one where that pays for the pairs that follow.
func (f *writer) pairAddress(p vec.Place) (at neon.Address, ok bool) {
	at = neon.Address{Base: isa.Stack, Index: neon.NoIndex, Disp: frameBegins + p.Disp}
	if r := p.Base.Home.(register); r != stack {
		at = neon.Address{Base: int(r), Index: neon.NoIndex, Disp: p.Disp}
	}
	if p.Index != nil {
		at.Base = f.sum(sum{base: at.Base, index: int(p.Index.Home.(register)), scale: p.Scale})
	}
	if pairReach(at.Disp) || at.Base == isa.Stack {
		return at, pairReach(at.Disp)
	}
	if s := f.reaching(at); s != nil {
		return neon.Address{Base: s.register, Index: neon.NoIndex, Disp: at.Disp - s.scale}, true
	}
	// Pairs are gone through upwards, downwards, or here and there.
	best, most := 0, 0
	for _, anchor := range []int{at.Disp + 1024, at.Disp, at.Disp - 1008} {
		if n := f.near(p, at, anchor-at.Disp); anchor >= 0 && anchor < neon.Farthest && n > most {
			best, most = anchor, n
		}
	}
	adds := 1
	if best > 4095 && best&4095 != 0 {
		adds = 2
	}
	if at.Disp%16 != 0 || most <= adds-1 {
		return at, false
	}
	base := f.sum(sum{base: at.Base, index: neon.NoIndex, scale: best})
	return neon.Address{Base: base, Index: neon.NoIndex, Disp: at.Disp - best}, true
}

// reaching finds a register from which an address can be reached.
func (f *writer) reaching(at neon.Address) *sum {
	for i := range f.sums {
		if s := &f.sums[i]; s.index == neon.NoIndex && s.base == at.Base && pairReach(at.Disp-s.scale) {
			return s
		}
	}
	return nil
}

// near is how many of the next pairs are in the reach of a place so far from that of the present one, at an address,
// and in no other's, besides it.
func (f *writer) near(p vec.Place, at neon.Address, far int) (n int) {
	const next = 24
	for _, q := range f.order[:min(len(f.order), next)] {
		if q.Base.Home == p.Base.Home && q.Index == p.Index && q.Scale == p.Scale && pairReach(q.Disp-p.Disp-far) &&
			f.reaching(neon.Address{Base: at.Base, Disp: at.Disp + q.Disp - p.Disp}) == nil {
			n++
		}
	}
	return n
}

// writePair writes two nodes at once, and says whether it did: not where no address reaches them.
func (f *writer) writePair(a *assembly.Allocator, n *assembly.Node) bool {
	p, ok := f.pairs[n]
	if !ok {
		return false
	}
	f.order = f.order[1:]
	lower := p.lower(n)
	if !f.File.Layered {
		if _, ok := f.pairAddress(lower); !ok {
			delete(f.second, p.second)
			return false
		}
	}
	first, second := n, p.second
	name := "ldp.q"
	var registers [2]int
	if n.Kind == assembly.Load {
		a.Place(first)
		a.Place(second)
		registers = [2]int{first.Out.Reg, second.Out.Reg}
	} else {
		a.Ensure(first.In[0])
		a.Ensure(second.In[0])
		name, registers = "stp.q", [2]int{first.In[0].Reg, second.In[0].Reg}
	}
	if p.swap {
		registers[0], registers[1] = registers[1], registers[0]
	}
	f.put(access{at: lower, what: name, pair: true, write: func(at vec.Place) {
		f.twoAt(at, name, registers)
	}}, registers[:]...)
	return true
}

// twoAt loads or stores two registers, one by one where no address reaches both.
func (f *writer) twoAt(at vec.Place, name string, registers [2]int) {
	if address, ok := f.pairAddress(at); ok {
		w := code()
		w.Do(name, registers[0], registers[1], address.Base, address.Disp)
		f.add(w, f.line(at))
		return
	}
	for i, r := range registers {
		if one := at.Plus(16 * i); name == "ldp.q" {
			f.load(r, one, 4, 4)
		} else {
			f.save(r, one, 4, 4)
		}
	}
}
