package amd64

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestInterleave writes three computations side by side, of which the last one takes over what the first one has
// computed: their steps alternate, and none stands before one whose result it reads.
func TestInterleave(t *testing.T) {
	f := assembly.NewFunction(assembly.NewFile(&assembly.Common{}), machineOf(isa.AVX512, 4), "f", nil, false)
	b := codeOf(f)
	x := b.Load(vec.Place{Base: f.Pointer()}, 16)
	var ends []*vec.Value
	b.Interleave(3, func(i int) {
		v := x
		for range 4 {
			if i == 1 {
				v = b.Sum(v, x) // of its own
			} else {
				v = b.Product(v, x) // of the first line, and known to the last
			}
		}
		ends = append(ends, b.Root(v))
	})
	if len(f.Block.Nodes) != 1+5+5 {
		t.Fatalf("%d steps, want 11: the last line repeats the first", len(f.Block.Nodes))
	}
	seen := map[*assembly.Node]int{}
	for i, n := range f.Block.Nodes {
		for _, v := range n.Sources() {
			if _, ok := seen[v.Def]; !ok {
				t.Errorf("step %d, %s, reads what is computed after it", i, n.Step)
			}
		}
		seen[n] = i
	}
	var ops []vec.Op
	for _, n := range f.Block.Nodes[1:5] {
		ops = append(ops, n.Step.(*vec.Apply).Op)
	}
	if want := []vec.Op{vec.Mul, vec.Add, vec.Mul, vec.Add}; !slices.Equal(ops, want) {
		t.Errorf("the first steps are %v, want %v", ops, want)
	}
	if ends[0] != ends[2] || ends[0] == ends[1] {
		t.Error("results are not those of their lines")
	}
}
