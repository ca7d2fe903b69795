package gen_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestDerivativesEmitted generates a network with every set of derivatives and several lists of parts: the functions
// that are asked for are declared and no others, and all other functions are as they are without.
func TestDerivativesEmitted(t *testing.T) {
	all := spec.Derivatives()
	for _, parts := range [][]spec.Part{nil, {spec.EmitForward}, {spec.EmitGrad}, {spec.EmitForward, spec.EmitBatch}} {
		for set := range 1 << len(all) {
			if testing.Short() && set&(set-1) > 0 && set < 1<<len(all)-1 { // none, one or all of them
				continue
			}
			n := partial(parts...)
			n.Emit = parts
			if parts != nil && !n.Emits(spec.EmitGrad) {
				n.Optimizers, n.InputGradient = nil, false
			}
			for i, d := range all {
				if set>>i&1 > 0 && n.Emits(d.Needs) {
					n.Derivatives = append(n.Derivatives, d.Name)
				}
			}
			files, err := gen.Generate(n, gen.Options{})
			if err != nil {
				t.Fatalf("%v %v: %v", parts, n.Derivatives, err)
			}
			names := declaredIn(t, files[0])
			api := plan.APIOf(n)
			for _, s := range plan.API {
				want := slices.ContainsFunc(api, func(a plan.Signature) bool { return a.Name == s.Name })
				if s.Derivative != "" && want != (n.Derives(s.Derivative) && (!s.Batch || n.Emits(spec.EmitBatch))) {
					t.Errorf("%v %v: the table has %s: %v", parts, n.Derivatives, s.Name, want)
				}
				if got := slices.Contains(names, "Net."+s.Name); got != want {
					t.Errorf("%v %v: %s is declared: %v", parts, n.Derivatives, s.Name, got)
				}
			}
		}
	}
}

// TestDerivativesExplained: explain counts their operations and says how they go.
func TestDerivativesExplained(t *testing.T) {
	n := partial(spec.EmitForward)
	n.Derivatives = []spec.Derivative{spec.DeriveJacobian, spec.DeriveTangent}
	text, err := gen.Explain(n, gen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\n  Jacobian goes ", "\n  Jacobian ", "\n  Tangent ", "every k of"} {
		if !strings.Contains(text, want) {
			t.Errorf("explain does not say %q", want)
		}
	}
}
