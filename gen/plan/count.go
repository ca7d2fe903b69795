package plan

import (
	"fmt"
	"strconv"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Count is what one call of an emitted function performs, as its Go source says it: loops count as often as they run,
// methods of the network's with what they contain. Not counted are index arithmetic, loop counters, conversions and
// the constants that a sum starts from.
type Count struct {
	// Count has the arithmetic. Calls are of elementary functions and count as one whatever they take inside; Selects
	// are negations, absolute values, masks, and the comparisons of max and min, one fewer than their arguments.
	expr.Count
	// Loads are elements of arrays read: of the parameters, x, y, the gradient and the workspace. An element that a
	// scalar holds is not read again.
	Loads int64
	// Stores are elements of arrays written.
	Stores int64
	// ParamLoads and ParamStores are those of Loads and Stores that are of parameters or their gradient.
	ParamLoads, ParamStores int64
}

// Plus returns the sum of two counts.
func (c Count) Plus(d Count) Count {
	return Count{
		c.Count.Plus(d.Count), c.Loads + d.Loads, c.Stores + d.Stores,
		c.ParamLoads + d.ParamLoads, c.ParamStores + d.ParamStores,
	}
}

// Times returns the count of n repetitions: that of a batch of n samples, taken one after another.
func (c Count) Times(n int64) Count {
	return Count{c.Count.Times(n), n * c.Loads, n * c.Stores, n * c.ParamLoads, n * c.ParamStores}
}

// Operations is the number of all operations but calls.
func (c Count) Operations() int64 {
	return c.Muls + c.Adds + c.Divs + c.Selects + c.Loads + c.Stores
}

// What a division and a call weigh, where a multiplication, an addition, a select, a load and a store weigh 1. On amd64
// a scalar division takes as long as about 4 of those, an emitted exp or tanh as long as about 20.
const (
	DivWeight  = 4
	CallWeight = 20
)

// Weight is the count as one number, by which counts are compared.
func (c Count) Weight() int64 {
	return c.Operations() + (DivWeight-1)*c.Divs + CallWeight*c.Calls
}

// CountFunc counts the operations of one call of the emitted function of that name; of a batch function, of a call with
// as many samples as make a block.
func (p *Program) CountFunc(name string) (Count, error) {
	f := p.Func(name)
	if f == nil {
		return Count{}, fmt.Errorf("plan: no function %s", name)
	}
	if f.Batch {
		return p.CountBatch(name, p.Block)
	}
	return p.countParts(f, 1)
}

// countParts counts the operations of the parts of a function, those of a batch function for a block of so many
// samples.
func (p *Program) countParts(f *Func, samples int) (Count, error) {
	var c Count
	for _, part := range f.Parts {
		root := block{count: &c, scalars: NewScalars(nil), times: 1, samples: samples}
		loop := root // over samples
		for _, piece := range part.Pieces {
			in := root
			switch piece.Nest {
			case Begin:
				loop = root.repeat()
				in = loop
			case Continue:
				in = loop
			}
			if err := in.piece(piece); err != nil {
				return Count{}, fmt.Errorf("%s, %s: %w", f.Name, piece.Op, err)
			}
			if f.Batch && forms(piece.Op, Loss) {
				in.arithmetic(expr.Count{Adds: 1}) // to the loss of the block
			}
		}
	}
	return c, nil
}

// block is a block of emitted code: how often it runs, and which elements its scalars hold.
type block struct {
	count   *Count
	scalars *Scalars
	times   int64
	samples int // of a loop over the samples of a block
}

// index is an index of a vector: a constant, or so much further than the variable of a loop.
type index struct {
	loop string
	off  int
}

// plus is the index k further on.
func (x index) plus(k int) index { return index{x.loop, x.off + k} }

// element is the name of an element's scalar.
func element(stem string, x index) string { return stem + "_" + x.loop + strconv.Itoa(x.off) }

// enter is where a segment's code goes and the index of its first element there: a loop over v, or the block itself.
func (b block) enter(s Segment, v string) (block, index) {
	if !s.Looped() {
		return b, index{off: s.Lo}
	}
	return block{b.count, NewScalars(b.scalars), b.times * int64(s.Trips), b.samples}, index{loop: v}
}

// inner is a block of its own inside the block.
func (b block) inner() block { return block{b.count, NewScalars(b.scalars), b.times, b.samples} }

// do counts operations of the block.
func (b block) do(c Count) { *b.count = b.count.Plus(c.Times(b.times)) }

// arithmetic counts operations of the block on scalars.
func (b block) arithmetic(c expr.Count) { b.do(Count{Count: c}) }

// param says whether an element of a buffer is a parameter or the gradient of one.
func param(b *Buffer) bool {
	switch b.Kind {
	case Weight, Bias, WeightGrad, BiasGrad:
		return true
	}
	return false
}

// read counts n elements of a buffer read.
func (b block) read(buf *Buffer, n int) {
	c := Count{Loads: int64(n)}
	if param(buf) {
		c.ParamLoads = c.Loads
	}
	b.do(c)
}

// write counts n elements of a buffer written.
func (b block) write(buf *Buffer, n int) {
	c := Count{Stores: int64(n)}
	if param(buf) {
		c.ParamStores = c.Stores
	}
	b.do(c)
}

// get counts the use of an element by way of a scalar: it is read unless a scalar in reach holds it.
func (b block) get(buf *Buffer, x index) {
	if buf.Kind == Rate {
		return // an argument, passed in a register
	}
	name := element(buf.Name, x)
	if _, ok := b.scalars.Find(name); !ok {
		b.read(buf, 1)
		b.scalars.Hold(buf, name, name)
	}
}

// load counts the use of n elements by way of scalars.
func (b block) load(buf *Buffer, x index, n int) {
	for k := range n {
		b.get(buf, x.plus(k))
	}
}

// peek counts the use of an element where it is: it is read unless a scalar in reach holds it, and none does
// afterwards.
func (b block) peek(buf *Buffer, x index) {
	if _, ok := b.scalars.Find(element(buf.Name, x)); !ok {
		b.read(buf, 1)
	}
}

// store counts an element written from a scalar, which goes on holding it.
func (b block) store(buf *Buffer, x index) {
	b.write(buf, 1)
	name := element(buf.Name, x)
	b.scalars.Stored(buf, name, name, x.loop != "")
}

// piece counts the operations of a piece, which stands in the body of a function.
func (b block) piece(p Piece) error {
	switch o := p.Op.(type) {
	case *Affine:
		b.affine(o, p)
	case *BackAffine:
		b.backAffine(o, p)
	case *Outer:
		b.outer(o, p)
	case *Update:
		b.update(o, p)
	case *OuterSum:
		b.outerSum(o)
	case *Map:
		b.mapping(o)
	case *Vector:
		b.vector(o, p)
	default:
		return fmt.Errorf("unexpected operation %T", o)
	}
	return nil
}
