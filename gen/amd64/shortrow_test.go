package amd64

import (
	"testing"

	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestEqualLanes: a number in every lane stays so through what computes lane by lane, and is not spread again; two
// lanes beside one another, lanes under a mask and conversions that leave lanes empty are not taken for such.
func TestEqualLanes(t *testing.T) {
	f := newFunction(newFile(&common{core: zen4, symbol: operand.NewStaticSymbol("lanes")}), machine{AVX512, 4}, "f", nil, false)
	b := f.code
	b.bits = 128
	x, y := b.load(vec.Place{Base: f.pointer()}, 4), b.spread(vec.Place{Base: f.pointer()})
	first, second := b.lane(x, 0), b.lane(x, 1)
	for _, test := range []struct {
		name string
		v    *vec.Value
		want bool
	}{
		{"a load", x, false},
		{"a number read into every lane", y, true},
		{"a constant", b.number(2), true},
		{"a lane in every lane", first, true},
		{"a sum of such", b.sum(first, y), true},
		{"a sum with a load", b.sum(first, x), false},
		{"a fused product", b.madd(first, y, second), true},
		{"a function", b.functions().Tanh(first), true},
		{"of a load", b.functions().Tanh(x), false},
		{"two side by side", b.apply(vec.InterleaveLow, first, second), false},
		{"one with itself", b.apply(vec.InterleaveLow, first, first), true},
		{"lanes in another order", b.apply(vec.SwapPairs, x, x), false},
		{"the first lanes", b.keep(b.firstLanes(3), first), false},
		{"the first lanes, and others", b.choose(b.firstLanes(2), first, second), false},
		{"where a comparison of such holds", b.choose(b.compare(vec.Greater, first, y), first, y), true},
		{"a sum over three lanes", b.folded(x, 3, (*block).sum), true},
	} {
		if homeOf(test.v).equal != test.want {
			t.Errorf("%s: equal lanes %v, want %v", test.name, homeOf(test.v).equal, test.want)
		}
	}
	if b.lane(first, 2) != first {
		t.Error("what is in every lane is spread again")
	}
	b.within(256, func() {
		if b.lane(first, 2) == first {
			t.Error("128 bits are taken for 256")
		}
	})
	f.live = 2
	if homeOf(b.functions().Sigmoid(first)).equal {
		t.Error("a conversion that leaves two lanes empty is taken for one of all lanes")
	}
	for _, err := range f.errs {
		t.Error(err)
	}
}
