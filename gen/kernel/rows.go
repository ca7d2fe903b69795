package kernel

import (
	"maps"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// Some functions repeat operations for every row or column of a matrix of derivatives. A few rows are taken side by
// side: each operation is written for all of them before the next one, so that a matrix that all of them are multiplied
// with is read once. Every row has its own copy of the vectors it works on, in an area of the workspace.

// RowsField is that area.
const RowsField = "rows"

// mostRows is how many rows are taken side by side at most: of so many, two vectors each of sums fit 16 registers.
const mostRows = 6

// rowArea is the area: for every row but the first, whose vectors are those of the plan, a copy of these, and for every
// column a vector of what lies in a column.
type rowArea struct {
	at, numbers int
	// copies is how many numbers a copy has, and slots where in one the vectors of a slot of the workspace are.
	copies int
	slots  map[int]int
	// staged is where the first vector of a column is, and column how many numbers such a vector has.
	staged, column int
}

// besideOf is how many rows of a function are taken side by side: few and, if they are several times as many, as many
// every time as can be. Under strict rounding the order of sums takes the registers: they come one by one.
func besideOf(strict bool, fn *plan.Func) int {
	if strict {
		return 1
	}
	blocks := (fn.Rows.N + mostRows - 1) / mostRows
	return (fn.Rows.N + blocks - 1) / blocks
}

// SeveralTurns says whether a function takes its rows in several turns.
func SeveralTurns(strict bool, fn *plan.Func) bool {
	return fn.Rows != nil && fn.Rows.N > besideOf(strict, fn)
}

// rowAreaOf lays the area out for the functions of a plan.
func rowAreaOf(p *plan.Program) rowArea {
	a, most := rowArea{slots: map[int]int{}}, 1
	strict := p.Network.Rounding == spec.RoundingStrict
	for _, fn := range p.Funcs {
		if fn.Rows == nil {
			continue
		}
		most = max(most, besideOf(strict, fn))
		for _, b := range ownOf(fn) {
			if _, known := a.slots[b.Slot]; !known {
				a.slots[b.Slot] = a.copies
				a.copies += p.Slots[b.Slot]
			}
		}
		for _, op := range fn.Rows.Ops {
			for _, b := range slices.Concat(op.Reads(), op.Writes()) {
				if stagedColumn(b) {
					a.column = max(a.column, b.Len())
				}
			}
		}
	}
	a.staged = (most - 1) * a.copies
	a.numbers = a.staged + most*a.column
	return a
}

// stagedColumn says whether a buffer is a column that is no vector in memory.
func stagedColumn(b *plan.Buffer) bool {
	return b.View != nil && b.View.Part == plan.ColumnView && b.View.Of.Cols > 1
}

// RowNumbers is how many numbers the area has, 0 where there is none.
func RowNumbers(p *plan.Program) int { return rowAreaOf(p).numbers }

// rowsBeside are rows that are being written side by side.
type rowsBeside struct {
	f *function
	// n is how many there are, and first the number of the first one; row is the one among them that is being written.
	n     int
	first index
	row   int
	// own are the vectors that every row has for itself.
	own map[*plan.Buffer]bool
	// pointers point to what the first row has of a buffer, where that is found out as the function runs.
	pointers map[*plan.Buffer]*vec.Int
}

// withRows writes a function, and what it repeats for all rows.
func (f *function) withRows(fn *plan.Func) {
	beside := besideOf(f.code.Strict, fn)
	if fn.Rows.N == beside {
		repeated := map[plan.Op]bool{}
		for _, op := range fn.Rows.Ops {
			repeated[op] = true
		}
		once := f.newRows(fn, index{}, beside)
		f.to.LayerByLayer(fn.All(), f.where, func(op plan.Op) {
			if f.rows = nil; repeated[op] {
				f.rows = once
			}
			f.operation(op)
		})
		f.rows = nil
		return
	}
	f.operations(fn.Ops)
	f.to.LendArguments("grad") // which it has not
	f.to.Expect(2 * len(fn.Rows.Ops))
	f.chunks(fn.Rows.N, beside, 1, []int{1}, func(at index, n int) {
		f.rows = f.newRows(fn, at, n)
		for _, op := range fn.Rows.Ops {
			f.operation(op)
		}
		f.rows = nil
	})
}

// beside is how many rows are written side by side.
func (f *function) beside() int {
	if f.rows == nil {
		return 1
	}
	return f.rows.n
}

func (f *function) newRows(fn *plan.Func, first index, n int) *rowsBeside {
	r := &rowsBeside{f: f, n: n, first: first, own: map[*plan.Buffer]bool{}, pointers: map[*plan.Buffer]*vec.Int{}}
	for _, b := range ownOf(fn) {
		r.own[b] = true
	}
	return r
}

// ownOf are the vectors that every row of a function has for itself: those that its operations write.
func ownOf(fn *plan.Func) (list []*plan.Buffer) {
	for _, op := range fn.Rows.Ops {
		for _, b := range op.Writes() {
			if b.Kind == plan.Scratch {
				list = append(list, b)
			}
		}
	}
	return list
}

// write writes an operation for all of the rows.
func (r *rowsBeside) write(op plan.Op) {
	f := r.f
	if o, ok := op.(*plan.Outer); ok { // one part after the other, as each needs a pointer
		r.pointTo(o.GB)
		r.each(func() { f.outerBiases(o) })
		r.drop()
		r.pointTo(o.GW)
		r.each(func() { f.outerWeights(o) })
		r.drop()
		return
	}
	r.pointTo(slices.Concat(op.Reads(), op.Writes())...)
	r.columns(op.Reads(), true)
	if back, ok := op.(*plan.BackAffine); ok && r.n > 1 {
		f.rowProducts(back)
	} else {
		r.each(func() { f.write(op) })
	}
	r.columns(op.Writes(), false)
	r.drop()
}

// each runs a body for every row.
func (r *rowsBeside) each(body func()) {
	for r.row = range r.n {
		body()
	}
	r.row = 0
}

// strideOf is how many numbers there are from what one row has of a buffer to what the next one has.
func (r *rowsBeside) strideOf(b *plan.Buffer) (numbers int, ok bool) {
	switch {
	case b.View != nil && b.View.Part == plan.RowView:
		return b.View.Of.Cols, true
	case b.View != nil:
		return 1, true
	case b.Kind == plan.WeightGrad, b.Kind == plan.BiasGrad:
		return r.f.lay.Params / r.f.m.Size, true
	}
	return 0, false
}

// given is where the buffer begins that the rows have parts of: a gradient is one of those that j points to.
func (r *rowsBeside) given(b *plan.Buffer) vec.Place {
	argument := r.f.lay.In(b)
	if b.Kind == plan.WeightGrad || b.Kind == plan.BiasGrad {
		argument = plan.JacobianArg
	}
	return vec.Place{Base: r.f.to.Base(argument), Disp: r.f.lay.At(b)}
}

// pointTo points to the parts that the first row has of buffers.
func (r *rowsBeside) pointTo(buffers ...*plan.Buffer) {
	if r.first.vars == nil {
		return
	}
	for _, b := range buffers {
		if b == nil {
			continue
		}
		stride, ok := r.strideOf(b)
		if !ok || r.pointers[b] != nil {
			continue
		}
		f := r.f
		f.to.Flush()
		p := f.to.Pointer()
		if stride > 1 {
			f.to.Int(vec.IntMul, vec.Const(stride), vec.Ref(r.first.vars[1]), vec.Ref(p))
		} else {
			f.to.Int(vec.IntCopy, vec.Ref(r.first.vars[1]), vec.Ref(p))
		}
		at := r.given(b)
		f.to.PointTo(vec.Place{Base: at.Base, Index: p, Disp: at.Disp}, p)
		r.pointers[b] = p
	}
}

// drop gives the pointers back.
func (r *rowsBeside) drop() {
	if len(r.pointers) == 0 {
		return
	}
	r.f.to.Flush()
	for _, b := range sortedBuffers(r.pointers) {
		r.f.to.Drop(r.pointers[b])
	}
	clear(r.pointers)
}

// sortedBuffers are the buffers that something is known of, by name: what is given back is taken again in its order.
func sortedBuffers(of map[*plan.Buffer]*vec.Int) []*plan.Buffer {
	return slices.SortedFunc(maps.Keys(of), func(a, b *plan.Buffer) int { return strings.Compare(a.Name, b.Name) })
}

// place is where the row has a buffer; ok is false for what all rows have in common.
func (r *rowsBeside) place(b *plan.Buffer) (at vec.Place, ok bool) {
	f := r.f
	if stagedColumn(b) {
		return r.staged(), true
	}
	if stride, ok := r.strideOf(b); ok {
		if p := r.pointers[b]; p != nil {
			return vec.Place{Base: p, Disp: r.row * stride * f.m.Size}, true
		}
		return r.given(b).Plus((r.first.off + r.row) * stride * f.m.Size), true
	}
	if !r.own[b] || r.row == 0 {
		return vec.Place{}, false
	}
	a := f.lay.Rows
	at = vec.Place{Base: f.to.Base(plan.WorkspaceArg), Disp: a.at + ((r.row-1)*a.copies+a.slots[b.Slot])*f.m.Size}
	return at, true
}

// staged is the vector of what the row has in a column.
func (r *rowsBeside) staged() vec.Place {
	a := r.f.lay.Rows
	return vec.Place{Base: r.f.to.Base(plan.WorkspaceArg), Disp: a.at + (a.staged+r.row*a.column)*r.f.m.Size}
}

// columns bring columns to where they are vectors, or back to the matrix.
func (r *rowsBeside) columns(buffers []*plan.Buffer, read bool) {
	f := r.f
	for _, b := range buffers {
		if !stagedColumn(b) {
			continue
		}
		f.to.Flush()
		cols := b.View.Of.Cols
		f.chunks(b.Len(), 4, 4, []int{1, cols}, func(at index, n int) {
			for i := range n {
				r.each(func() {
					in, staged := r.given(b).Plus((r.first.off+r.row)*f.m.Size), r.staged()
					if p := r.pointers[b]; p != nil {
						in = vec.Place{Base: p, Disp: r.row * f.m.Size}
					}
					in, staged = in.Plus((at.off+i)*cols*f.m.Size), staged.Plus((at.off+i)*f.m.Size)
					in.Index, staged.Index = at.vars[cols], at.vars[1]
					if read {
						f.code.Store(f.code.Load(in, 1), staged, 1)
					} else {
						f.code.Store(f.code.Load(staged, 1), in, 1)
					}
				})
			}
		})
		f.to.Flush()
	}
}

// unit is s_k·e_k, k being the number of the row.
func (f *function) unit(op *plan.Unit) {
	r := f.rows
	f.chunks(op.Out.Len(), f.m.Lanes(), unrolledChunks, []int{1}, func(at index, n int) {
		f.code.Wide(f.m.Width(n), func() { f.code.Store(f.code.Zeros(), f.at(op.Out, at), n) })
	})
	f.to.Flush()
	f.code.Wide(128, func() {
		element := func(b *plan.Buffer) vec.Place {
			at := f.at(b, index{off: r.first.off + r.row})
			at.Index = r.first.vars[1]
			return at
		}
		var x *vec.Value
		if op.S != nil {
			x = f.code.Load(element(op.S), 1)
		} else {
			x = f.code.Expression(op.Factor(), nil)
		}
		f.code.Store(x, element(op.Out), 1)
	})
	f.to.Flush()
}
