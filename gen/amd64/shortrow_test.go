package amd64

import (
	"testing"

	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestEqualLanes: a number in every lane stays so through what computes lane by lane, and is not spread again; two
// lanes beside one another, lanes under a mask and conversions that leave lanes empty are not taken for such.
func TestEqualLanes(t *testing.T) {
	f := newFunction(newFile(&common{core: cores.Zen4, symbol: operand.NewStaticSymbol("lanes")}), machine{isa.AVX512, 4}, "f", nil, false)
	b := codeOf(f)
	f.block.bits = 128
	x, y := b.Load(vec.Place{Base: f.pointer()}, 4), b.Spread(vec.Place{Base: f.pointer()})
	first, second := b.Lane(x, 0), b.Lane(x, 1)
	for _, test := range []struct {
		name string
		v    *vec.Value
		want bool
	}{
		{"a load", x, false},
		{"a number read into every lane", y, true},
		{"a constant", b.Number(2), true},
		{"a lane in every lane", first, true},
		{"a sum of such", b.Sum(first, y), true},
		{"a sum with a load", b.Sum(first, x), false},
		{"a fused product", b.Madd(first, y, second), true},
		{"a function", b.Functions().Tanh(first), true},
		{"of a load", b.Functions().Tanh(x), false},
		{"two side by side", b.Op(vec.InterleaveLow, first, second), false},
		{"one with itself", b.Op(vec.InterleaveLow, first, first), true},
		{"lanes in another order", b.Op(vec.SwapPairs, x, x), false},
		{"the first lanes", b.Keep(b.FirstLanes(3), first), false},
		{"the first lanes, and others", b.Select(b.FirstLanes(2), first, second), false},
		{"where a comparison of such holds", b.Select(b.Compare(vec.Greater, first, y), first, y), true},
		{"a sum over three lanes", b.Folded(x, 3, (*idiom.Code).Sum), true},
	} {
		if homeOf(test.v).equal != test.want {
			t.Errorf("%s: equal lanes %v, want %v", test.name, homeOf(test.v).equal, test.want)
		}
	}
	if b.Lane(first, 2) != first {
		t.Error("what is in every lane is spread again")
	}
	b.Wide(256, func() {
		if b.Lane(first, 2) == first {
			t.Error("128 bits are taken for 256")
		}
	})
	b.Live = 2
	if homeOf(b.Functions().Sigmoid(first)).equal {
		t.Error("a conversion that leaves two lanes empty is taken for one of all lanes")
	}
	for _, err := range f.errs {
		t.Error(err)
	}
}
