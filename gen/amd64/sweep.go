package amd64

import (
	"encoding/binary"
	"errors"
	"go/types"
	"math"
	"math/bits"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// A sweep is a loop over arrays of any length, which are arguments: several vectors a round where little is done with each, then one a round, and
// what is left of a vector with a mask. The code is short, and the same for networks of any size; Go calls it for pieces of large ones
// (templates/assemblysweep.go).

// sweeper writes a sweep.
type sweeper struct {
	*function
	plan.Sweep
	// bits is the width of what is computed, lanes how many elements that is, and wide the kind of numbers: that of the arrays, or float64.
	bits, lanes int
	wide        machine
	// arrays are the registers that point to the arrays, index the one that says how far into them the loop is, in bytes, and left how many
	// elements are left, at times less some.
	arrays      map[expr.Var]reg.GPPhysical
	index, left reg.GPPhysical
	// numbers are where the numbers are, and held those of them that have a register.
	numbers map[expr.Var]ref
	held    map[expr.Var]*value
	// folds are what is folded so far, in several vectors that need not wait for one another, and to is where the result goes.
	folds []*value
	to    ref
}

// sweepRegisters are those for the arguments and counters of sweeps.
var sweepRegisters = []reg.GPPhysical{
	reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.RBX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13,
}

// Sweeps say how much one does in a round: as many vectors where nothing is divided, which is done faster than a loop goes round.
const (
	sweptVectors = 4
	sweptFolds   = 8
	// bodyRegisters are left to what is computed, when numbers are given registers.
	bodyRegisters = 7
)

// sweepParams are the parameters of a sweep: the arrays, how many elements they have, and pointers to the numbers and to what is folded.
func sweepParams(s plan.Sweep, size int) (list []param) {
	number := types.Typ[types.Float32]
	if size == 8 {
		number = types.Typ[types.Float64]
	}
	computed := number
	if s.Wide {
		computed = types.Typ[types.Float64]
	}
	for _, v := range s.Arrays {
		list = append(list, param{name: plan.SweptArray(v), to: number})
	}
	list = append(list, param{name: SweptLength, integer: true})
	if len(s.Numbers) > 0 {
		list = append(list, param{name: SweptNumbers, to: types.NewArray(computed, int64(len(s.Numbers)))})
	}
	if s.Fold != plan.NoFold {
		list = append(list, param{name: SweptFolds, to: types.NewArray(computed, plan.FoldLanes)})
	}
	return list
}

// The names of the parameters of sweeps besides their arrays.
const (
	SweptLength  = "n"
	SweptNumbers = "numbers"
	SweptFolds   = "lanes"
)

// printSweep writes a sweep for a machine.
func printSweep(f *file, m machine, s plan.Sweep) (*ir.Function, error) {
	w := &sweeper{Sweep: s, function: newFunction(f, m, s.Function()+m.level.String(), nil, false), wide: m, bits: m.widest()}
	if s.Wide {
		w.wide.size = 8
	}
	if s.Fold == plan.FoldSum && w.strict() {
		w.bits = plan.FoldLanes * 8 * w.wide.size
	}
	w.lanes = w.bits / 8 / w.wide.size
	w.arguments()
	w.spreadNumbers()
	w.startFolds()
	w.loops()
	w.finishFolds()
	return w.finish(), errors.Join(w.errs...)
}

// arguments gives registers to what the sweep is given.
func (w *sweeper) arguments() {
	w.lent, w.pointers = nil, nil
	for i := len(sweepRegisters) - 1; i >= 0; i-- {
		w.lend(sweepRegisters[i])
	}
	params := sweepParams(w.Sweep, w.m.size)
	w.fn.SetSignature(signature(params, false, w.m.size))
	given := map[string]reg.GPPhysical{}
	for i, p := range params {
		r := w.pointer()
		given[p.name] = r
		w.do("MOVQ", operand.NewParamAddr(p.name, 8*i), r)
	}
	w.arrays, w.numbers, w.held = map[expr.Var]reg.GPPhysical{}, map[expr.Var]ref{}, map[expr.Var]*value{}
	for _, v := range w.Arrays {
		w.arrays[v] = given[plan.SweptArray(v)]
	}
	for i, v := range w.Numbers {
		w.numbers[v] = ref{base: given[SweptNumbers], disp: i * w.wide.size}
	}
	w.left, w.to = given[SweptLength], ref{base: given[SweptFolds]}
	w.index = w.pointer()
	w.do("XORL", w.index.As32(), w.index.As32())
}

// spreadNumbers brings numbers into every lane of registers, as many as there is room for; the others are read where they are needed.
func (w *sweeper) spreadNumbers() {
	for _, v := range w.Numbers[:min(len(w.Numbers), w.m.registers()-bodyRegisters)] {
		cell := w.cell()
		w.code.m = w.wide
		w.code.within(w.bits, func() { w.code.add(&node{kind: splat, mem: w.numbers[v], n: 1, out: cell}) })
		w.held[v] = cell
		w.flush()
	}
}

// abreast is how many vectors a round takes.
func (w *sweeper) abreast() int {
	switch ops := w.Ops(); {
	case w.Fold == plan.FoldSum && w.strict(): // each addition waits for the one before
		return 1
	case w.Fold != plan.NoFold:
		return sweptFolds
	case ops.Divs > 0 || ops.Calls > 0:
		return 1
	}
	return sweptVectors
}

// startFolds begins with what has been folded before, and with 0.
func (w *sweeper) startFolds() {
	if w.Fold == plan.NoFold {
		return
	}
	for range w.abreast() {
		w.folds = append(w.folds, w.cell())
	}
	w.code.m = w.wide
	for i, cell := range w.folds {
		w.code.within(w.bits, func() {
			from := w.code.zeros()
			if i == 0 {
				from = w.code.load(w.to, plan.FoldLanes)
			}
			w.code.set(cell, from)
		})
	}
	w.flush()
}

// finishFolds folds the vectors and, of a vector, the parts that are FoldLanes long, and leaves the result in memory.
func (w *sweeper) finishFolds() {
	if w.Fold == plan.NoFold {
		return
	}
	w.adopt(w.folds...)
	w.code.m = w.wide
	list := w.folds
	for ; len(list) > 1; list = list[:len(list)/2] {
		for i := range len(list) / 2 {
			w.code.within(w.bits, func() { list[i] = w.fold(list[i+len(list)/2], list[i]) })
		}
	}
	total := list[0]
	for bits := w.bits; bits > plan.FoldLanes*8*w.wide.size; bits /= 2 {
		var high *value
		w.code.within(bits, func() { high = w.code.half(total) })
		w.code.within(bits/2, func() { total = w.fold(high, total) })
	}
	w.code.within(plan.FoldLanes*8*w.wide.size, func() { w.code.store(total, w.to, plan.FoldLanes) })
}

// fold folds a vector into what has been folded, which is no NaN where the largest is taken.
func (w *sweeper) fold(x, so *value) *value {
	if w.Fold == plan.FoldMax {
		return w.code.larger(x, so)
	}
	return w.code.sum(so, x)
}

// loops writes the loops, and what is done with a part of a vector: the last elements, and the first ones of long arrays that are stored, so that
// the vectors after them don't cross lines of the cache.
func (w *sweeper) loops() {
	n, part := w.abreast(), w.pointer()
	many := n * w.lanes
	if aligned, ok := w.aligned(); ok {
		w.do("CMPQ", w.left, operand.U32(alignedFrom*w.lanes))
		w.do("JLT", operand.LabelRef("whole"))
		w.do("MOVQ", aligned, part)
		w.do("NEGQ", part)
		w.do("ANDQ", operand.U32(w.lanes*w.m.size-1), part)
		w.do("JEQ", operand.LabelRef("whole"))
		w.do("SHRQ", operand.U8(bits.TrailingZeros(uint(w.m.size))), part)
		w.do("SUBQ", part, w.left)
		w.do("JMP", operand.LabelRef("part"))
		w.fn.AddLabel("whole")
	}
	if n > 1 {
		w.do("SUBQ", operand.U32(many), w.left)
		w.do("JLT", operand.LabelRef("single"))
		w.rounds("several", n)
		w.fn.AddLabel("single")
		w.do("ADDQ", operand.U32(many-w.lanes), w.left)
	} else {
		w.do("SUBQ", operand.U32(w.lanes), w.left)
	}
	w.do("JLT", operand.LabelRef("rest"))
	w.rounds("one", 1)
	w.fn.AddLabel("rest")
	w.do("ADDQ", operand.U32(w.lanes), w.left)
	w.do("JEQ", operand.LabelRef("done"))
	w.do("MOVQ", w.left, part)
	if _, ok := w.aligned(); !ok {
		w.body([]int{0}, w.firstOf(part))
		w.flush()
	} else {
		w.do("XORL", w.left.As32(), w.left.As32())
		w.fn.AddLabel("part")
		w.body([]int{0}, w.firstOf(part))
		w.flush()
		w.do("LEAQ", operand.Mem{Base: w.index, Index: part, Scale: uint8(w.m.size)}, w.index)
		w.do("CMPQ", w.left, operand.U8(0))
		w.do("JGT", operand.LabelRef("whole"))
	}
	w.fn.AddLabel("done")
}

// alignedFrom is from how many vectors on arrays are long.
const alignedFrom = 16

// aligned is the pointer to the array whose vectors are brought to lie within lines: the first that is stored, and none where nothing is.
func (w *sweeper) aligned() (reg.GPPhysical, bool) {
	for _, v := range w.Arrays {
		if w.Stored(v) {
			return w.arrays[v], true
		}
	}
	return nil, false
}

// rounds is a loop over as many elements as n vectors have, at least one round. It ends with less than none left.
func (w *sweeper) rounds(label string, n int) {
	w.fn.AddLabel(ir.Label(label))
	var vectors []int
	for i := range n {
		vectors = append(vectors, i)
	}
	if n > 1 && len(w.Arrays) > 1 {
		w.prefetch(n)
	}
	w.body(vectors, nil)
	w.flush()
	w.do("ADDQ", operand.U32(n*w.lanes*w.m.size), w.index)
	w.do("SUBQ", operand.U32(n*w.lanes), w.left)
	w.do("JGE", operand.LabelRef(label))
}

// ahead is how many bytes before they are needed the lines of arrays are asked for.
const ahead = 512

// prefetch asks for the lines of the arrays that a later round of n vectors needs. Processors do so too, but stop at the ends of pages, and take the
// streams of arrays that lie alike in their pages for one.
func (w *sweeper) prefetch(n int) {
	for _, v := range w.Arrays {
		for at := 0; at < n*w.lanes*w.m.size; at += lineBytes {
			w.do("PREFETCHT0", operand.Mem{Base: w.arrays[v], Index: w.index, Scale: 1, Disp: ahead + at})
		}
	}
}

// firstOf is the mask of as many lanes as a register says.
func (w *sweeper) firstOf(part reg.GPPhysical) *value {
	var table []byte
	at := operand.Mem{Base: reg.RAX, Index: part}
	if w.m.level == AVX512 {
		for n := range w.lanes {
			table = binary.LittleEndian.AppendUint16(table, 1<<n-1)
		}
		w.do("LEAQ", w.file.table(string(table), table).mem(), reg.RAX)
		at.Scale = 2
		mask := &value{class: maskClass, bits: w.bits, reg: 1, slot: -1, def: &node{}}
		w.do("KMOVW", at, opmask(mask.reg))
		w.code.adopted = append(w.code.adopted, mask)
		return mask
	}
	// As many lanes that are set as there are, then as many that are not: where they change is moved to the end of those that are left.
	for i := range 2 * w.lanes {
		set := uint64(0)
		if i < w.lanes {
			set = math.MaxUint64
		}
		table = binary.LittleEndian.AppendUint64(table, set)[:(i+1)*w.m.size]
	}
	mask := w.cell()
	w.do("NEGQ", part)
	w.do("LEAQ", w.file.table(string(table), table).mem(), reg.RAX)
	at.Scale, at.Disp = uint8(w.m.size), w.lanes*w.m.size
	w.do("VMOVUPS", at, vector(mask.reg, w.bits*w.m.size/w.wide.size))
	w.do("NEGQ", part)
	w.adopt(mask)
	return mask
}

// body does what the sweep does with some vectors from the index on, only the lanes of a mask if there is one.
func (w *sweeper) body(vectors []int, mask *value) {
	w.code.m = w.wide
	w.code.within(w.bits, func() {
		var results []func()
		for _, i := range vectors {
			results = append(results, w.vector(i, mask)...)
		}
		for _, store := range results {
			store()
		}
	})
	w.code.m = w.m
}

// vector does so with the i-th of them, and returns what stores its results.
func (w *sweeper) vector(i int, mask *value) (results []func()) {
	known := map[expr.Var]*value{}
	look := func(v expr.Var) *value {
		switch {
		case known[v] != nil:
		case w.held[v] != nil:
			return w.held[v]
		case w.arrays[v] != nil:
			known[v] = w.element(v, i, mask)
		default:
			known[v] = w.code.spread(w.numbers[v])
		}
		return known[v]
	}
	for _, set := range w.Sets {
		known[set.Name] = w.code.expression(set.Value, look)
		if w.Stored(set.Name) {
			results = append(results, w.put(known[set.Name], set.Name, i, mask))
		}
	}
	switch w.Fold {
	case plan.FoldMax:
		w.code.set(w.folds[i], w.fold(w.code.expression(w.Of, look), w.folds[i]))
	case plan.FoldSum:
		if p, ok := factors(w.Of); ok {
			x := w.code.expression(p.X, look)
			w.code.accumulate(w.folds[i], x, w.code.expression(p.Y, look))
			break
		}
		w.code.set(w.folds[i], w.fold(w.code.expression(w.Of, look), w.folds[i]))
	}
	return results
}

// place is where vector i of an array is.
func (w *sweeper) place(v expr.Var, i int) ref {
	return ref{base: w.arrays[v], index: w.index, disp: i * w.lanes * w.m.size}
}

// element reads vector i of an array, 0 in the lanes outside of a mask.
func (w *sweeper) element(v expr.Var, i int, mask *value) (x *value) {
	b := w.code
	w.narrowly(func() {
		x = b.add(&node{kind: load, mem: w.place(v, i), n: w.lanes, out: b.fresh(), mask: mask})
	})
	if w.wide != w.m {
		x = b.add(&node{op: "VCVTPS2PD", in: []*value{x}, out: b.fresh(), imm: -1, narrow: b.bits / 2, fold: true})
	}
	return x
}

// put returns what writes vector i of an array, the lanes of a mask.
func (w *sweeper) put(x *value, v expr.Var, i int, mask *value) func() {
	b := w.code
	if w.wide != w.m {
		out := b.fresh()
		out.bits = b.bits / 2
		op := map[int]string{256: "VCVTPD2PSY", 512: "VCVTPD2PS"}[b.bits]
		x = b.add(&node{op: op, in: []*value{x}, out: out, imm: -1, wide: out.bits, narrow: b.bits})
	}
	return func() {
		w.narrowly(func() {
			b.stores++
			b.add(&node{kind: store, mem: w.place(v, i), n: w.lanes, in: []*value{x}, mask: mask})
		})
	}
}

// narrowly writes instructions on numbers as the arrays have them.
func (w *sweeper) narrowly(write func()) {
	b := w.code
	b.m = w.m
	b.within(b.bits*w.m.size/w.wide.size, write)
	b.m = w.wide
}
