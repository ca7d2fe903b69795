package vec

import (
	"slices"
	"testing"
)

// counted are lanes that hold first, first + 1 and so on.
func counted(first uint64, lanes int) (list []uint64) {
	for i := range lanes {
		list = append(list, first+uint64(i))
	}
	return list
}

// TestMoves has every operation that moves lanes take them where it says.
func TestMoves(t *testing.T) {
	for _, test := range []struct {
		op    Op
		elem  Elem
		lanes int // of the operands
		imm   int
		want  []uint64 // of x, which begins at 0, and y, which begins at 100
	}{
		{Broadcast, F32, 4, 0, []uint64{0, 0, 0, 0}},
		{UpperHalf, F32, 8, 0, []uint64{4, 5, 6, 7}},
		{Join, F64, 2, 0, []uint64{0, 1, 100, 101}},
		{Block, F32, 16, 2, []uint64{8, 9, 10, 11}},
		{Repeat, F32, 8, 1, []uint64{1, 1, 1, 1, 5, 5, 5, 5}},
		{Repeat, F64, 4, 1, []uint64{1, 1, 3, 3}},
		{Within, F32, 8, 0b01_10_00_11, []uint64{3, 0, 102, 101, 7, 4, 106, 105}},
		{InterleaveLow, F32, 8, 0, []uint64{0, 100, 1, 101, 4, 104, 5, 105}},
		{InterleaveLow, F64, 4, 0, []uint64{0, 100, 2, 102}},
		{InterleaveHigh, F32, 8, 0, []uint64{2, 102, 3, 103, 6, 106, 7, 107}},
		{InterleaveHigh, F64, 2, 0, []uint64{1, 101}},
		{Evens, F32, 8, 0, []uint64{0, 2, 100, 102, 4, 6, 104, 106}},
		{Evens, F64, 2, 0, []uint64{0, 100}},
		{Odds, F32, 4, 0, []uint64{1, 3, 101, 103}},
		{Odds, F64, 4, 0, []uint64{1, 101, 3, 103}},
		{SwapPairs, F32, 8, 0, []uint64{2, 3, 0, 1, 6, 7, 4, 5}},
		{SwapNeighbours, F64, 4, 0, []uint64{1, 0, 3, 2}},
		{LowHalves, F32, 8, 0, []uint64{0, 1, 2, 3, 100, 101, 102, 103}},
		{HighHalves, F64, 4, 0, []uint64{2, 3, 102, 103}},
		{EvenBlocks, F64, 8, 0, []uint64{0, 1, 4, 5, 100, 101, 104, 105}},
		{OddBlocks, F64, 8, 0, []uint64{2, 3, 6, 7, 102, 103, 106, 107}},
		{SwapHalves, F64, 8, 0, []uint64{4, 5, 6, 7, 0, 1, 2, 3}},
		{SwapBlocks, F64, 8, 0, []uint64{2, 3, 0, 1, 6, 7, 4, 5}},
		{Blend, F32, 4, 0b0110, []uint64{0, 101, 102, 3}},
	} {
		in := [][]uint64{counted(0, test.lanes), counted(100, test.lanes)}[:test.op.Arity()]
		types := []Type{Vector(test.elem, test.lanes), Vector(test.elem, test.lanes)}
		got := run(t, in, types, func(p *Program, in []*Value) *Value {
			out := p.Value(Vector(test.elem, len(test.want)))
			p.Add(&Apply{Op: test.op, Out: out, Args: in, Imm: test.imm})
			return out
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%v of %v: %v, want %v", test.op, types[0], got, test.want)
		}
	}
	table, other := Vector(F32, 4), Vector(U32, 4)
	for _, test := range []struct {
		op   Op
		want []uint64
	}{{Permute, []uint64{103, 100, 101, 100}}, {Permute2, []uint64{103, 200, 201, 100}}} {
		in := [][]uint64{{3, 4, 5, 8}, counted(100, 4), counted(200, 4)}[:test.op.Arity()]
		if got := run(t, in, []Type{other, table, table}, func(p *Program, in []*Value) *Value {
			return p.Apply(test.op, table, in...)
		}); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.op, got, test.want)
		}
	}
	sums := func(first, second float64) (all []uint64) {
		for _, v := range []float64{first, first + 1, first + 2, second, second + 1, second + 2, second + 3,
			first + 3} {
			all = append(all, F32.Bits(v))
		}
		return all
	}
	if got, want := run(t, [][]uint64{sums(1, 10), sums(100, 50)}, []Type{Vector(F32, 8), Vector(F32, 8)},
		func(p *Program, in []*Value) *Value {
			return p.Apply(AddPairs, Vector(F32, 8), in...)
		}), []float64{3, 13, 201, 152,
		21 + 2, 13 + 4, 103, 156}; !slices.EqualFunc(got, want, func(x uint64, v float64) bool {
		return x == F32.Bits(v)
	}) {
		t.Errorf("addpairs: %v", got)
	}
	if got, want := run(t, [][]uint64{sums(1, 10), sums(100, 50)}, []Type{Vector(F32, 8), Vector(F32, 8)},
		func(p *Program, in []*Value) *Value {
			return p.Apply(MaximumPairs, Vector(F32, 8), in...)
		}), []float64{2, 10, 101, 102, 12, 13, 52, 103}; !slices.EqualFunc(got, want, func(x uint64, v float64) bool {
		return x == F32.Bits(v)
	}) {
		t.Errorf("maximumpairs: %v", got)
	}
	if got := run(t, [][]uint64{counted(0, 8), counted(100, 4)}, []Type{Vector(F32, 8), table},
		func(p *Program, in []*Value) *Value {
			out := p.Value(Vector(F32, 8))
			p.Add(&Apply{Op: Insert, Out: out, Args: in, Imm: 1})
			return out
		}); !slices.Equal(got, []uint64{0, 1, 2, 3, 100, 101, 102, 103}) {
		t.Errorf("insert: %v", got)
	}
	for _, test := range []struct {
		from, to Type
		in, want []uint64
	}{
		{Vector(F64, 2), Vector(U32, 4), []uint64{1<<32 | 2, 3}, []uint64{2, 1, 3, 0}},
		{Vector(U32, 4), Vector(I64, 1), []uint64{5, 6, 7, 8}, []uint64{6<<32 | 5}},
		{Vector(F32, 2), Vector(F32, 4), []uint64{5, 6}, []uint64{5, 6, 0, 0}},
	} {
		if got := run(t, [][]uint64{test.in}, []Type{test.from}, func(p *Program, in []*Value) *Value {
			return p.Apply(As, test.to, in...)
		}); !slices.Equal(got, test.want) {
			t.Errorf("%v as %v: %x, want %x", test.from, test.to, got, test.want)
		}
	}
}
