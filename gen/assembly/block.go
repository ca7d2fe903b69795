package assembly

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Block is a stretch of straight-line vector code as it is being written: nodes over values. Nothing is emitted before
// flush, when it is known how often each value is read and when for the last time.
type Block struct {
	f     *Function
	Nodes []*Node
	// Bits is the width of the instructions being written and m the kind of numbers.
	Bits int
	m    Machine
	// stores counts the stores so far: a load that is followed by one is not moved behind it.
	stores int
	// stored are the values that memory is known to hold, so that they are not read back.
	stored   map[place]*vec.Value
	order    []place // of those stores, the last ones
	literals map[string]*vec.Value
	tails    map[[2]int]*vec.Value
	// Adopted are values that the block before left in registers.
	Adopted []*Home
	// arguments are those that were read into every lane, by their place and the width.
	arguments map[[2]int]*vec.Value
	// done are the steps of computation so far, so that none is done twice, and last says which of them was the last
	// one of what it computes with.
	done []done
	last map[[2]*Home]int
}

// done is a step that was done, what it made, and which one before it computes with the same, -1 for none.
type done struct {
	step
	made   *vec.Value
	before int
}

// step is a node that computes, for comparison.
type step struct {
	instruction        string
	kind               Kind
	x, y, z, mask      *Home
	imm                int
	zero               bool
	bits, wide, narrow int
	mem                vec.Place // of a gather
}

// Place is a load or store for comparison.
type place struct {
	at      vec.Place
	n, size int
}

func newBlock(f *Function) *Block {
	return &Block{
		f: f, m: f.Machine, Bits: f.Machine.Widest(), stored: map[place]*vec.Value{}, literals: map[string]*vec.Value{},
		tails: map[[2]int]*vec.Value{}, last: map[[2]*Home]int{}, arguments: map[[2]int]*vec.Value{},
	}
}

// repeated finds the value that a node would compute again. Variables change, so what is made of them isn't known.
func (b *Block) repeated(n *Node) (v *vec.Value, key step, ok bool) {
	if n.Kind != Compute && n.Kind != Fused && n.Kind != Replace && n.Kind != Gather || n.Out == nil || n.Out.Cell ||
		slices.ContainsFunc(n.In, func(v *Home) bool { return v.Cell }) {
		return nil, step{}, false
	}
	key = step{mem: n.Mem, kind: n.Kind, mask: n.Mask, imm: n.Imm, zero: n.Zero, bits: n.Bits,
		wide: n.Wide, narrow: n.Narrow}
	if n.Low != nil {
		key.instruction = n.Low.Name(n.Bits)
	}
	for i, at := range []**Home{&key.x, &key.y, &key.z}[:len(n.In)] {
		*at = n.In[i]
	}
	for i := b.before(key); i >= 0; i = b.done[i].before {
		if b.done[i].step == key {
			return b.done[i].made, key, true
		}
	}
	return nil, key, true
}

// before is the last step that computes with the same, -1 for none.
func (b *Block) before(key step) int {
	if at, ok := b.last[[2]*Home{key.x, key.y}]; ok {
		return at
	}
	return -1
}

// Add adds a node, unless what it computes is known, and returns its result.
func (b *Block) Add(n *Node) *vec.Value {
	n.Version = b.stores
	n.Size = b.m.Size
	if n.Bits == 0 {
		n.Bits = b.Bits
	}
	if v, key, ok := b.repeated(n); v != nil {
		return v
	} else if ok {
		before := b.before(key)
		b.last[[2]*Home{key.x, key.y}] = len(b.done)
		b.done = append(b.done, done{key, n.value, before})
	}
	b.Nodes = append(b.Nodes, n)
	if n.Out != nil && !n.Out.Cell {
		n.Out.Def = n
		n.Out.Equal = n.equalLanes()
	}
	return n.value
}

// fresh is a value that has no home but in this block.
func (b *Block) fresh(t vec.Type) *vec.Value {
	one := &struct {
		value vec.Value
		home  Home
	}{home: Home{Bits: b.Bits, Reg: -1, Slot: -1}}
	one.value = vec.Value{Type: t, ID: b.f.NextValue(), Home: &one.home}
	return &one.value
}

// Vector is the type of a vector of the block's width.
func (b *Block) vector(e vec.Elem) vec.Type { return vec.Vector(e, b.Bits/8/e.Size()) }

// Within writes instructions of another width.
func (b *Block) Within(bits int, write func()) {
	old := b.Bits
	b.Bits = bits
	write()
	b.f.Block.Bits = old // of the block that is current now
	b.Bits = old
}

// apply writes an operation on numbers.
func (b *Block) apply(op vec.Op, in ...*vec.Value) *vec.Value {
	return b.Add(b.Of(op, b.m.Number(), in...))
}

func (b *Block) sum(x, y *vec.Value) *vec.Value  { return b.apply(vec.Add, x, y) }
func (b *Block) less(x, y *vec.Value) *vec.Value { return b.apply(vec.Sub, x, y) }
func (b *Block) and(x, y *vec.Value) *vec.Value  { return b.apply(vec.And, x, y) }
func (b *Block) or(x, y *vec.Value) *vec.Value   { return b.apply(vec.Or, x, y) }
func (b *Block) xor(x, y *vec.Value) *vec.Value  { return b.apply(vec.Xor, x, y) }

// integer is an operation on lanes as integers of the same size.
func (b *Block) integer(op vec.Op, x, y *vec.Value) *vec.Value {
	return b.Add(b.Of(op, b.m.unsigned(), x, y))
}

// shift moves the bits of every lane as an integer, up or down; what it leaves free is 0.
func (b *Block) shift(op vec.Op, x *vec.Value, by int) *vec.Value {
	return b.Add(b.Of(op, b.m.unsigned(), x).By(b, by))
}

// number is a constant in every lane.
func (b *Block) number(v float64) *vec.Value {
	x := b.pattern(b.m.Bits(v))
	HomeOf(x).Def.number = v
	return x
}

// pattern is a constant in every lane, as its bits.
func (b *Block) pattern(bits uint64) *vec.Value { return b.lanesOf(bits) }

// lanesOf is a constant for each lane, as bits, or one for all.
func (b *Block) lanesOf(bits ...uint64) *vec.Value {
	at, key := b.f.File.lanes(b.m, bits)
	v := b.literals[key]
	if v != nil && HomeOf(v).Bits >= b.Bits {
		return v
	}
	n, t := len(bits), b.vector(b.m.Number())
	if n > 1 {
		t.Lanes = n
	}
	s := &vec.Lanes{Out: b.fresh(t), Bits: bits}
	if v != nil { // as wide as it is read anywhere
		h := HomeOf(v)
		h.Bits, h.Def.Bits, s.Out.Home = b.Bits, b.Bits, h
		h.Def.after = append(h.Def.after, s)
	} else {
		b.Add(&Node{Step: s, value: s.Out, Kind: Literal, Mem: b.f.Constant(at), N: n, Out: HomeOf(s.Out),
			IsZero: n == 1 && bits[0] == 0, number: math.NaN(), pattern: bits[0]})
	}
	b.literals[key] = s.Out
	return s.Out
}

// zeros is 0 in every lane.
func (b *Block) zeros() *vec.Value { return b.number(0) }
