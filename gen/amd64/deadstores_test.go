package amd64

import (
	"regexp"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/spec"
)

// TestDeadScratch: where Forward is all that is emitted, what layers compute is scratch. It stays in registers, and
// nothing but the outputs is written to the workspace.
func TestDeadScratch(t *testing.T) {
	n := spec.Network{Name: "Net", Input: 4, Cost: spec.Function{Name: "cross-entropy"}, Emit: []spec.Part{spec.EmitForward},
		Layers: []spec.Layer{{Dense: 8, Activation: spec.Function{Name: "tanh"}}, {Dense: 3,
			Activation: spec.Function{Name: "softmax"}}}}
	_, a := assembled(t, n.WithDefaults())
	text, err := a.Print(assembly.Options{Package: "p", Prefix: "net"})
	if err != nil {
		t.Fatal(err)
	}
	places := regexp.MustCompile(`, (\d*)\(SI\)\n`).FindAllSubmatch(text, -1)
	for _, place := range places {
		if at := string(place[1]); at != "" && at != "8" {
			t.Errorf("byte %s of the workspace is written, which is no output", at)
		}
	}
	if len(places) != 4 { // by two instructions at each level
		t.Errorf("outputs are written %d times, want 4:\n%s", len(places), text)
	}
}
