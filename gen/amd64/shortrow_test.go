package amd64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestEqualLanes: a number in every lane stays so through what computes lane by lane, and is not spread again; two
// lanes beside one another, lanes under a mask and conversions that leave lanes empty are not taken for such.
func TestEqualLanes(t *testing.T) {
	f := assembly.NewFunction(assembly.NewFile(&assembly.Common{Symbol: "lanes"}), machineOf(isa.AVX512, 4), "f", nil,
		false)
	b := codeOf(f)
	f.Block.Bits = 128
	x, y := b.Load(vec.Place{Base: f.Pointer()}, 4), b.Spread(vec.Place{Base: f.Pointer()})
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
		{"a sum over three lanes", b.Folded(x, 3, (*idiom.Code).Sum, vec.AddPairs), true},
	} {
		if assembly.HomeOf(test.v).Equal != test.want {
			t.Errorf("%s: equal lanes %v, want %v", test.name, assembly.HomeOf(test.v).Equal, test.want)
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
	if assembly.HomeOf(b.Functions().Sigmoid(first)).Equal {
		t.Error("a conversion that leaves two lanes empty is taken for one of all lanes")
	}
	for _, err := range f.Errs {
		t.Error(err)
	}
}
