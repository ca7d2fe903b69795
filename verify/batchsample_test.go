package verify

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestOrdinaryFirst: the first trials of batches have many samples in which hardly a number is 0, and every kind has
// its turn.
func TestOrdinaryFirst(t *testing.T) {
	n := build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh")
	seen := map[string]bool{}
	for i := range kinds {
		b, err := newBatch(n, i, 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		seen[b.kind] = true
		if zeros := slices.Contains(b.params, 0) || slices.Contains(b.xs, 0); zeros && i < 5 {
			t.Errorf("trial %d is %s: %v %v", i, b.kind, b.params, b.xs)
		}
	}
	if len(seen) != len(kinds) {
		t.Errorf("%d kinds seen, want %d", len(seen), len(kinds))
	}
}
