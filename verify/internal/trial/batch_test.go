package trial

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestOrdinaryFirst: the first trials of batches have many samples in which hardly a number is 0, and every kind has
// its turn.
func TestOrdinaryFirst(t *testing.T) {
	n := verifytest.Build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh")
	seen := map[string]bool{}
	for i := range Kinds {
		b, err := NewBatch(n, i, 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		seen[b.Kind] = true
		if zeros := slices.Contains(b.Params, 0) || slices.Contains(b.Xs, 0); zeros && i < 5 {
			t.Errorf("trial %d is %s: %v %v", i, b.Kind, b.Params, b.Xs)
		}
	}
	if len(seen) != len(Kinds) {
		t.Errorf("%d kinds seen, want %d", len(seen), len(Kinds))
	}
}
