package amd64

import (
	"math"
	"slices"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestFetchLines: where lines are fetched before they are written, functions execute the same instructions on the same
// addresses, and each large store comes after a fetch of its last byte. Grad of a network whose rows begin anywhere in
// a line takes that form on Golden Cove, and on no other core.
func TestFetchLines(t *testing.T) {
	p := compiledNetwork(t, spec.Network{Name: "Net", Input: 99, Cost: spec.Function{Name: "cross-entropy"},
		Layers: []spec.Layer{{Dense: 77, Activation: spec.Function{Name: "relu"}},
			{Dense: 7, Activation: spec.Function{Name: "softmax"}}}})
	a, err := New(p, Config{})
	if err != nil {
		t.Fatal(err)
	}
	whole := kernel.Style{Whole: true}
	fetched := whole
	fetched.Fetched = true
	grad, codes := p.Func(plan.Grad), map[kernel.Style]*ir.Function{}
	for _, s := range []kernel.Style{whole, fetched} {
		c, err := a.writeUpTo(a.form(grad, isa.AVX512, s), math.MaxInt, false, false)
		if err != nil {
			t.Fatal(err)
		}
		codes[s] = c.parts[0]
	}
	if !slices.Equal(cores.Executed(codes[fetched], nil), cores.Executed(codes[whole], nil)) {
		t.Error("other instructions are executed, or on other addresses")
	}
	stores := 0
	var before *ir.Instruction
	for _, i := range codes[fetched].Instructions() {
		at, bytes, _, store := cores.Access(i)
		if store && bytes >= fetchedBytes {
			stores++
			if before.Opcode != cores.Fetch || before.Operands[0] != operand.Op(at.Offset(bytes-1)) {
				t.Errorf("before a store to %s is %s, no fetch", at.Asm(), before.Opcode)
			}
		}
		before = i
	}
	if stores == 0 {
		t.Error("there are no large stores")
	}
	choice := a.choices[plan.Grad]
	for k, c := range cores.All {
		if runs := choice.Emitted[choice.Runs[k]]; runs.Style.Fetched != (c == cores.GoldenCove) {
			t.Errorf("%s runs %v", c.Title, runs)
		}
	}
}

// TestFetchFrame: what a function keeps on the stack is not fetched.
func TestFetchFrame(t *testing.T) {
	fn := ir.NewFunction("keeps")
	for _, to := range []reg.Register{reg.StackPointer, reg.RDI} {
		i, err := isa.Build("VMOVUPS", reg.Z0, operand.Mem{Base: to})
		if err != nil {
			t.Fatal(err)
		}
		fn.AddInstruction(i)
	}
	fetchLines(fn)
	if n := count(fn, cores.Fetch); n != 1 || fn.Instructions()[1].Opcode != cores.Fetch {
		t.Errorf("%d lines are fetched, want that of DI", n)
	}
}
