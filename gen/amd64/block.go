package amd64

import (
	"math"
	"slices"
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
	stored   map[place]*value
	order    []place // of those stores, the last ones
	literals map[string]*value
	tails    map[[2]int]*value
	// adopted are values that the block before left in registers.
	adopted []*value
	// arguments are those that were read into every lane, by their place and the width.
	arguments map[[2]int]*value
	// done are the steps of computation so far, so that none is done twice.
	done map[step]*value
}

// step is a node that computes, for comparison.
type step struct {
	op, end            string
	kind               kind
	x, y, z, mask      *value
	imm                int
	zero               bool
	bits, wide, narrow int
	mem                ref // of a gather
}

// place is a load or store for comparison.
type place struct {
	at      ref
	n, size int
}

func newBlock(f *function) *block {
	return &block{
		f: f, m: f.m, bits: f.m.widest(), stored: map[place]*value{}, literals: map[string]*value{}, tails: map[[2]int]*value{},
		done: map[step]*value{}, arguments: map[[2]int]*value{},
	}
}

// repeated finds the value that a node would compute again. Variables change, so what is made of them isn't known.
func (b *block) repeated(n *node) (v *value, key step, ok bool) {
	if n.kind != compute && n.kind != fused && n.kind != replace && n.kind != gather || n.out == nil || n.out.cell || slices.ContainsFunc(n.in, func(v *value) bool { return v.cell }) {
		return nil, step{}, false
	}
	key = step{op: n.op, mem: n.mem, end: n.end, kind: n.kind, mask: n.mask, imm: n.imm, zero: n.zero, bits: n.bits, wide: n.wide, narrow: n.narrow}
	for i, at := range []**value{&key.x, &key.y, &key.z}[:len(n.in)] {
		*at = n.in[i]
	}
	return b.done[key], key, true
}

func (b *block) add(n *node) *value {
	n.version = b.stores
	n.size = b.m.size
	if n.bits == 0 {
		n.bits = b.bits
	}
	if v, key, ok := b.repeated(n); v != nil {
		return v
	} else if ok {
		b.done[key] = n.out
	}
	b.nodes = append(b.nodes, n)
	if n.out != nil && !n.out.cell {
		n.out.def = n
		n.out.equal = n.equalLanes()
	}
	return n.out
}

func (b *block) fresh() *value { return &value{bits: b.bits, reg: -1, slot: -1} }

// within writes instructions of another width.
func (b *block) within(bits int, write func()) {
	old := b.bits
	b.bits = bits
	write()
	b.f.code.bits = old // of the block that is current now
	b.bits = old
}

// binary is x op y, for opcodes that end in PS or PD.
func (b *block) binary(op string, x, y *value) *value {
	return b.add(&node{op: op + b.m.suffix(), in: []*value{x, y}, out: b.fresh(), imm: -1, fold: true})
}

func (b *block) commutative(op string, x, y *value) *value {
	return b.add(&node{op: op + b.m.suffix(), in: []*value{x, y}, out: b.fresh(), imm: -1, fold: true, swap: true})
}

func (b *block) sum(x, y *value) *value     { return b.commutative("VADD", x, y) }
func (b *block) less(x, y *value) *value    { return b.binary("VSUB", x, y) }
func (b *block) product(x, y *value) *value { return b.commutative("VMUL", x, y) }
func (b *block) quotient(x, y *value) *value {
	return b.binary("VDIV", x, y)
}
func (b *block) and(x, y *value) *value { return b.commutative("VAND", x, y) }
func (b *block) or(x, y *value) *value  { return b.commutative("VOR", x, y) }
func (b *block) xor(x, y *value) *value { return b.commutative("VXOR", x, y) }

// larger is VMAX: the larger of x and y, and y where either is NaN or both are zero. smaller is VMIN likewise.
func (b *block) larger(x, y *value) *value  { return b.binary("VMAX", x, y) }
func (b *block) smaller(x, y *value) *value { return b.binary("VMIN", x, y) }

func (b *block) root(x *value) *value {
	return b.add(&node{op: "VSQRT" + b.m.suffix(), in: []*value{x}, out: b.fresh(), imm: -1, fold: true})
}

// rounded is x rounded to a whole number.
func (b *block) rounded(x *value) *value {
	op := "VROUND"
	if b.m.level == AVX512 {
		op = "VRNDSCALE"
	}
	return b.add(&node{op: op + b.m.suffix(), in: []*value{x}, out: b.fresh(), imm: 8})
}

// madd is x·y + z, rounded once, or under rounding: strict twice; nmadd is z - x·y; msub is x·y - z.
func (b *block) madd(x, y, z *value) *value {
	if b.f.strict() {
		return b.sum(z, b.product(x, y))
	}
	return b.fused("VFMADD", x, y, z)
}

func (b *block) nmadd(x, y, z *value) *value {
	if b.f.strict() {
		return b.less(z, b.product(x, y))
	}
	return b.fused("VFNMADD", x, y, z)
}

func (b *block) msub(x, y, z *value) *value {
	if b.f.strict() {
		return b.less(b.product(x, y), z)
	}
	return b.fused("VFMSUB", x, y, z)
}

func (b *block) fused(op string, x, y, z *value) *value {
	return b.add(&node{kind: fused, op: op, end: b.m.suffix(), in: []*value{x, y, z}, out: b.fresh(), imm: -1})
}

// integer is an operation on lanes as integers of the same size: VPADD, VPSUB with suffix D or Q.
func (b *block) integer(op string, x, y *value) *value {
	return b.add(&node{op: op + b.integerSuffix(), in: []*value{x, y}, out: b.fresh(), imm: -1, fold: true})
}

// shift moves the bits of every lane as an integer: VPSLL to the left, VPSRL to the right.
func (b *block) shift(op string, x *value, by int) *value {
	return b.add(&node{op: op + b.integerSuffix(), in: []*value{x}, out: b.fresh(), imm: by})
}

func (b *block) integerSuffix() string {
	if b.m.size == 8 {
		return "Q"
	}
	return "D"
}

// Comparisons, by the immediates of VCMP; those that are false where either is NaN, but for unordered, notEqual and
// notLessEqual.
const (
	equal        = 0
	lessThan     = 17
	unordered    = 3
	notEqual     = 4
	notLess      = 21
	notLessEqual = 22
	greater      = 30
	greaterEqual = 29
	ordered      = 7
	// notGreaterEqual is true where either is NaN.
	notGreaterEqual = 25
)

// compare is the mask of lanes where the comparison of x with y holds.
func (b *block) compare(predicate int, x, y *value) *value {
	out := b.fresh()
	if b.m.level == AVX512 {
		out.class = maskClass
	}
	return b.add(&node{op: "VCMP" + b.m.suffix(), in: []*value{x, y}, out: out, imm: predicate, fold: true})
}

// choose is yes in the lanes of a mask, no in the others.
func (b *block) choose(mask, yes, no *value) *value {
	if b.m.level == AVX512 {
		return b.add(&node{op: "VBLENDM" + b.m.suffix(), in: []*value{no, yes}, out: b.fresh(), imm: -1, mask: mask, fold: true})
	}
	return b.add(&node{op: "VBLENDV" + b.m.suffix(), in: []*value{no, yes}, out: b.fresh(), imm: -1, mask: mask, fold: true})
}

// keep is x in the lanes of a mask, 0 in the others.
func (b *block) keep(mask, x *value) *value {
	if b.m.level == AVX512 {
		return b.add(&node{op: "VMOVAP" + b.m.suffix()[1:], in: []*value{x}, out: b.fresh(), imm: -1, mask: mask, zero: true})
	}
	return b.and(mask, x)
}

// shuffle is an operation with an immediate on two vectors of which no lane is computed with.
func (b *block) shuffle(op string, imm int, x, y *value) *value {
	return b.add(&node{op: op, in: []*value{x, y}, out: b.fresh(), imm: imm})
}

// number is a constant in every lane.
func (b *block) number(v float64) *value {
	x := b.pattern(b.m.bits(v))
	x.def.number = v
	return x
}

// pattern is a constant in every lane, as its bits.
func (b *block) pattern(bits uint64) *value { return b.lanesOf(bits) }

// lanesOf is a constant for each lane, as bits, or one for all.
func (b *block) lanesOf(bits ...uint64) *value {
	at, key := b.f.file.lanes(b.m, bits)
	if v := b.literals[key]; v != nil {
		v.bits = max(v.bits, b.bits)
		v.def.bits = v.bits
		return v
	}
	n := len(bits)
	v := b.add(&node{kind: literal, mem: at, n: n, out: b.fresh(), isZero: n == 1 && bits[0] == 0, number: math.NaN(), pattern: bits[0]})
	b.literals[key] = v
	return v
}

// firstLanes is the mask of the first n lanes.
func (b *block) firstLanes(n int) *value {
	if b.m.level != AVX512 {
		return b.lanePattern(n, b.m.lanes())
	}
	key := [2]int{n, b.m.size}
	if v := b.tails[key]; v != nil {
		return v
	}
	v := b.fresh()
	v.class = maskClass
	b.tails[key] = b.add(&node{kind: tail, n: n, out: v})
	return v
}

// lanePattern has all bits set in the first n lanes of so many.
func (b *block) lanePattern(n, lanes int) *value {
	bits := make([]uint64, lanes)
	for i := range n {
		bits[i] = math.MaxUint64 >> (64 - 8*b.m.size)
	}
	return b.lanesOf(bits...)
}

// clip is x with 0 in every lane from n on.
func (b *block) clip(x *value, n int) *value {
	if n*b.m.size*8 == b.bits {
		return x
	}
	if b.m.level == AVX512 && !b.f.many && b.tails[[2]int{n, b.m.size}] == nil {
		return b.and(x, b.lanePattern(n, b.bits/8/b.m.size)) // shorter than making a mask for this alone
	}
	return b.keep(b.firstLanes(n), x)
}

// fill is x with another value in every lane from n on.
func (b *block) fill(x *value, n int, other *value) *value {
	if n*b.m.size*8 == b.bits {
		return x
	}
	return b.choose(b.firstLanes(n), x, other)
}

// zeros is 0 in every lane.
func (b *block) zeros() *value { return b.number(0) }
