package gentest

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestVariedSpecs: seven networks that are chosen have more of what is drawn than eight that come as they may.
func TestVariedSpecs(t *testing.T) {
	count := func(networks []spec.Network) int {
		seen := map[string]bool{}
		for _, n := range networks {
			for _, f := range features(n) {
				seen[f] = true
			}
		}
		return len(seen)
	}
	chosen, drawn := count(VariedSpecs(*Seed, 7)), count(DrawSpecs(*Seed, 8, Ordinary))
	t.Logf("%d features of 7 networks that are chosen, %d of 8 as they come", chosen, drawn)
	if chosen <= drawn {
		t.Errorf("%d features of 7 networks that are chosen, %d of 8 as they come", chosen, drawn)
	}
}
