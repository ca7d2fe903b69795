package arm64_test

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/arm64"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestRandom calls all functions of random networks, with arguments between pages that must not be touched, at either
// end: derivatives, samples with weights, sums of batches, updates, pauses, tiles of both widths. They leave the bits
// that their programs leave, which others compare with the reference. It is long because Go assembles and links what is
// called. The whole of it: go test ./gen/arm64 -run Random -specs 600 -timeout 60m
func TestRandom(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	var few []spec.Network
	for _, n := range gentest.VariedSpecs(*gentest.Seed, max(2, *gentest.Specs/3)) {
		if n.Params() <= largest {
			few = append(few, n)
		}
	}
	const together = 12 // networks whose functions are one program
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		var plans []*plan.Program
		for _, n := range few {
			if n = n.WithDefaults(); n.Rounding != rounding {
				continue
			}
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			plans = append(plans, p)
		}
		for first := 0; first < len(plans); first += together {
			some := plans[first:min(first+together, len(plans))]
			called := arm64.CallAll(t, some, first)
			t.Logf("%s: %d networks of %d, %d calls", rounding, first+len(some), len(plans), called)
		}
	}
}

// largest is the most parameters of a network that is tried: programs take long on large ones.
const largest = 2500
