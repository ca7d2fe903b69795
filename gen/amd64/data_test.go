package amd64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/spec"
)

// A file has no constant that none of its functions reads. A quotient that became a division had left a one behind.
func TestConstantsAreRead(t *testing.T) {
	p := compiledNetwork(t, spec.Network{
		Name: "Net", Input: 4, Cost: spec.Function{Name: "cross-entropy"}, Emit: []spec.Part{spec.EmitForward},
		Layers: []spec.Layer{
			{Dense: 8, Activation: spec.Function{Name: "tanh"}}, {Dense: 3, Activation: spec.Function{Name: "softmax"}},
		},
	})
	a, err := New(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	var forms []form
	for _, fn := range p.Funcs {
		forms = append(forms, a.printed[fn.Name]...)
	}
	f := assembly.NewFile(a.common)
	a.placeConstants(f, forms)
	whole := &compiled{file: f}
	for _, of := range forms {
		whole.parts = append(whole.parts, link(f, a.code[of])...)
	}
	for _, s := range a.swept {
		for _, c := range s.Code {
			whole.parts = append(whole.parts, link(f, c)...)
		}
	}
	for i, reads := range whole.reads() {
		if !reads {
			t.Errorf("nothing reads the %d bytes at %d, % x", len(f.All[i].Raw), f.All[i].At, f.All[i].Raw)
		}
	}
	if len(f.All) < 30 {
		t.Errorf("%d constants; this test is about many", len(f.All))
	}
}
