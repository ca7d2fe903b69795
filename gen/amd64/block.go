package amd64

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// block is a stretch of straight-line vector code as it is being written: nodes over values. Nothing is emitted before
// flush, when it is known how often each value is read and when for the last time.
type block struct {
	f     *function
	nodes []*node
	// bits is the width of the instructions being written and m the kind of numbers.
	bits int
	m    machine
	// stores counts the stores so far: a load that is followed by one is not moved behind it.
	stores int
	// stored are the values that memory is known to hold, so that they are not read back.
	stored   map[place]*vec.Value
	order    []place // of those stores, the last ones
	literals map[string]*vec.Value
	tails    map[[2]int]*vec.Value
	// adopted are values that the block before left in registers.
	adopted []*home
	// arguments are those that were read into every lane, by their place and the width.
	arguments map[[2]int]*vec.Value
	// done are the steps of computation so far, so that none is done twice.
	done map[step]*vec.Value
}

// step is a node that computes, for comparison.
type step struct {
	instruction        string
	kind               kind
	x, y, z, mask      *home
	imm                int
	zero               bool
	bits, wide, narrow int
	mem                vec.Place // of a gather
}

// place is a load or store for comparison.
type place struct {
	at      vec.Place
	n, size int
}

func newBlock(f *function) *block {
	return &block{
		f: f, m: f.m, bits: f.m.widest(), stored: map[place]*vec.Value{}, literals: map[string]*vec.Value{},
		tails: map[[2]int]*vec.Value{}, done: map[step]*vec.Value{}, arguments: map[[2]int]*vec.Value{},
	}
}

// repeated finds the value that a node would compute again. Variables change, so what is made of them isn't known.
func (b *block) repeated(n *node) (v *vec.Value, key step, ok bool) {
	if n.kind != compute && n.kind != fused && n.kind != replace && n.kind != gather || n.out == nil || n.out.cell ||
		slices.ContainsFunc(n.in, func(v *home) bool { return v.cell }) {
		return nil, step{}, false
	}
	key = step{mem: n.mem, kind: n.kind, mask: n.mask, imm: n.imm, zero: n.zero, bits: n.bits,
		wide: n.wide, narrow: n.narrow}
	if n.low != nil {
		key.instruction = n.low.name(n.bits)
	}
	for i, at := range []**home{&key.x, &key.y, &key.z}[:len(n.in)] {
		*at = n.in[i]
	}
	return b.done[key], key, true
}

// add adds a node, unless what it computes is known, and returns its result.
func (b *block) add(n *node) *vec.Value {
	n.version = b.stores
	n.size = b.m.size
	if n.bits == 0 {
		n.bits = b.bits
	}
	if v, key, ok := b.repeated(n); v != nil {
		return v
	} else if ok {
		b.done[key] = n.value
	}
	b.nodes = append(b.nodes, n)
	if n.out != nil && !n.out.cell {
		n.out.def = n
		n.out.equal = n.equalLanes()
	}
	return n.value
}

// fresh is a value that has no home but in this block.
func (b *block) fresh(t vec.Type) *vec.Value {
	one := &struct {
		value vec.Value
		home  home
	}{home: home{bits: b.bits, reg: -1, slot: -1}}
	one.value = vec.Value{Type: t, ID: b.f.number(), Home: &one.home}
	return &one.value
}

// vector is the type of a vector of the block's width.
func (b *block) vector(e vec.Elem) vec.Type { return vec.Vector(e, b.bits/8/e.Size()) }

// within writes instructions of another width.
func (b *block) within(bits int, write func()) {
	old := b.bits
	b.bits = bits
	write()
	b.f.block.bits = old // of the block that is current now
	b.bits = old
}

// apply writes an operation on numbers.
func (b *block) apply(op vec.Op, in ...*vec.Value) *vec.Value {
	return b.add(b.of(op, b.m.number(), in...))
}

func (b *block) sum(x, y *vec.Value) *vec.Value  { return b.apply(vec.Add, x, y) }
func (b *block) less(x, y *vec.Value) *vec.Value { return b.apply(vec.Sub, x, y) }
func (b *block) and(x, y *vec.Value) *vec.Value  { return b.apply(vec.And, x, y) }
func (b *block) or(x, y *vec.Value) *vec.Value   { return b.apply(vec.Or, x, y) }
func (b *block) xor(x, y *vec.Value) *vec.Value  { return b.apply(vec.Xor, x, y) }

// integer is an operation on lanes as integers of the same size.
func (b *block) integer(op vec.Op, x, y *vec.Value) *vec.Value {
	return b.add(b.of(op, b.m.unsigned(), x, y))
}

// shift moves the bits of every lane as an integer, up or down; what it leaves free is 0.
func (b *block) shift(op vec.Op, x *vec.Value, by int) *vec.Value {
	return b.add(b.of(op, b.m.unsigned(), x).by(by))
}

// number is a constant in every lane.
func (b *block) number(v float64) *vec.Value {
	x := b.pattern(b.m.bits(v))
	homeOf(x).def.number = v
	return x
}

// pattern is a constant in every lane, as its bits.
func (b *block) pattern(bits uint64) *vec.Value { return b.lanesOf(bits) }

// lanesOf is a constant for each lane, as bits, or one for all.
func (b *block) lanesOf(bits ...uint64) *vec.Value {
	at, key := b.f.file.lanes(b.m, bits)
	v := b.literals[key]
	if v != nil && homeOf(v).bits >= b.bits {
		return v
	}
	n, t := len(bits), b.vector(b.m.number())
	if n > 1 {
		t.Lanes = n
	}
	s := &vec.Lanes{Out: b.fresh(t), Bits: bits}
	if v != nil { // as wide as it is read anywhere
		h := homeOf(v)
		h.bits, h.def.bits, s.Out.Home = b.bits, b.bits, h
		h.def.after = append(h.def.after, s)
	} else {
		b.add(&node{step: s, value: s.Out, kind: literal, mem: b.f.constant(at), n: n, out: homeOf(s.Out),
			isZero: n == 1 && bits[0] == 0, number: math.NaN(), pattern: bits[0]})
	}
	b.literals[key] = s.Out
	return s.Out
}

// zeros is 0 in every lane.
func (b *block) zeros() *vec.Value { return b.number(0) }
