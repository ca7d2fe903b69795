package amd64

import (
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestHeldInput counts what the loop over blocks of rows reads of the input, a map of eight vectors at AVX2: one of
// them where seven are held in registers beside eight sums, and all where the activation has an elementary function,
// which needs the registers.
func TestHeldInput(t *testing.T) {
	for activation, want := range map[string]int{"relu": 1, "tanh": 8} {
		n := spec.Network{
			Name: "Net", Input: 64, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{{Dense: 64, Activation: spec.Function{Name: activation}}, {Dense: 3}},
		}
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		code, err := assembly.Sample(assembly.NewFile(commonOf(p)), p, machineOf(isa.AVX2, p.ElementBytes()),
			p.Func(plan.Step))
		if err != nil {
			t.Fatal(err)
		}
		got, within := 0, false
		for _, n := range code.Nodes {
			switch n := n.(type) {
			case ir.Label:
				within = n == "loop0"
			case *ir.Instruction:
				if n.Opcode == "JNE" {
					within = false
				}
				for _, o := range n.Operands {
					if m, ok := o.(operand.Mem); ok && within && m.Base == reg.RDX {
						got++
					}
				}
			}
		}
		if got != want {
			t.Errorf("%s: %d vectors of the input are read for every block of rows, want %d", activation, got, want)
		}
	}
}
