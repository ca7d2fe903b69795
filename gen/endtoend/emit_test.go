package endtoend

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestEmit compiles random networks of which some parts are emitted, and lets their own tests compare what there is
// with the reference: that no function needs another one which is not there. It is long because the judge takes seconds
// for each.
func TestEmit(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	lists := [][]spec.Part{
		{spec.EmitForward, spec.EmitTest},
		{spec.EmitForward, spec.EmitBatch, spec.EmitTeam, spec.EmitTest},
		{spec.EmitStep, spec.EmitTest},
		{spec.EmitStep, spec.EmitBatch, spec.EmitTest},
		{spec.EmitStep, spec.EmitBatch, spec.EmitTeam, spec.EmitSave, spec.EmitTest},
		{spec.EmitGrad, spec.EmitTest},
		{spec.EmitGrad, spec.EmitBatch, spec.EmitTeam, spec.EmitTest},
		{spec.EmitForward, spec.EmitStep, spec.EmitSave, spec.EmitTest},
		{spec.EmitForward, spec.EmitStep, spec.EmitBatch, spec.EmitTest},
	}
	m := gentest.NewModule(t)
	var networks []spec.Network
	for i, list := range lists {
		n := gentest.DrawSpec(rand.New(rand.NewPCG(*gentest.Seed, uint64(i))), fmt.Sprintf("E%02d", i), gentest.Small)
		n.Emit = list
		if !n.Emits(spec.EmitGrad) {
			n.InputGradient, n.Optimizers = false, nil
		}
		n.Derivatives = slices.DeleteFunc(n.Derivatives, func(d spec.Derivative) bool {
			row, _ := spec.LookupDerivative(d)
			return !n.Emits(row.Needs)
		})
		n.SampleWeights = n.SampleWeights && n.Emits(spec.EmitBatch) &&
			(n.Emits(spec.EmitGrad) || n.Emits(spec.EmitStep))
		networks = append(networks, n)
	}
	packages := m.EmitPackages(t, "e", 0, networks, func(string, []spec.Network) {})
	results := m.Test(t, networks, packages...)
	for i, n := range networks {
		switch r := results[n.Name]; {
		case r.Failed != "":
			t.Errorf("%v: %s fails; the spec:\n%s\n%s", lists[i], r.Failed, n.JSON(), gentest.Beginning(r.Message))
		case !r.OK(n):
			t.Errorf("%v: the test did not run; go test said:\n%s", lists[i], gentest.Beginning(results[""].Message))
		}
	}
}
