package schedule

import (
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestStatements counts the statements of a network small enough to count by hand, and checks that shared parts count
// once.
func TestStatements(t *testing.T) {
	n := plantest.Network("squared-error", []int{2, 1}, "identity")
	// z = W·x + b: 2 terms and 4 for the element; the loss 4; ∇W 2, or W 2: plan.Forward 6, Loss 10, plan.Backward 6,
	// plan.Grad 12, plan.Step 12; to hand ŷ back 4: plan.ForwardBatch 10, plan.LossBatch 10, plan.GradBatch and
	// plan.StepBatch together 12.
	if got := mustMake(t, n).Statements(); got != 46+32 {
		t.Errorf("%d statements, want 78", got)
	}
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		s := mustMake(t, n)
		parts, all := map[*Part]int{}, 0
		for _, f := range s.Program.Funcs {
			for _, part := range s.Function(f).Parts {
				parts[part] = 0
				for _, piece := range part.Pieces {
					parts[part] += s.emittedPiece(piece)
				}
			}
		}
		for _, n := range parts {
			all += n
		}
		if got := s.Statements(); got != all {
			t.Errorf("%d statements, the parts have %d", got, all)
		}
		if s.CodeBytes() != sourceBytes*int64(all) || s.MachineBytes() != machineBytes*int64(all) {
			t.Errorf("%d bytes of code and %d compiled for %d statements", s.CodeBytes(), s.MachineBytes(), all)
		}
	})
}

// TestEstimates compares the estimated size of the code with the committed networks' files.
func TestEstimates(t *testing.T) {
	for _, name := range []string{"control", "digits", "pixels"} { // in the smaller ones the declarations weigh most
		stem := "../../../generated/" + name + "/" + name
		data, err := os.ReadFile(stem + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(stem+".yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.Stat(stem + "_gen.go")
		if err != nil {
			t.Fatal(err)
		}
		if got := int64(mustMake(t, n.WithDefaults()).CodeBytes()); got > 2*file.Size() || got < file.Size()/2 {
			t.Errorf("%s: %d bytes of Go are expected, the file has %d", name, got, file.Size())
		}
	}
}

// TestUnrolled checks the three ways of saying it.
func TestUnrolled(t *testing.T) {
	small, wide := plantest.Iris(), plantest.Network("mse", []int{300, 200, 4}, "tanh", "identity")
	allLooped := plantest.Network("mse", []int{300, 200}, "identity")
	for _, c := range []struct {
		n      spec.Network
		unroll spec.Unroll
		want   string
	}{
		{small, spec.UnrollAuto, "fully unrolled"},
		{wide, spec.UnrollAuto, "operations in loops over unrolled blocks, the others fully unrolled"},
		{allLooped, spec.UnrollLoop, "loops over unrolled blocks"},
	} {
		c.n.Unroll = c.unroll
		if got := mustMake(t, c.n).Unrolled(); !strings.HasSuffix(got, c.want) ||
			(c.want[0] == 'o') != (got != c.want) {
			t.Errorf("%s, unroll %s: %q, want %q", plantest.Title(c.n), c.unroll, got, c.want)
		}
	}
}
