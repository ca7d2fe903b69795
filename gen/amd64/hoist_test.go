package amd64

import (
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// batchCode is the code of a batch function of a network at AVX-512: before its first loop, and from there on.
func batchCode(t *testing.T, text, function string) (before, loop []*ir.Instruction) {
	t.Helper()
	n, err := spec.Decode("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := compiledNetwork(t, n)
	fns, err := assembly.Batch(assembly.NewFile(commonOf(p)), p, machineOf(isa.AVX512, p.ElementBytes()),
		p.Func(function), kernel.NewTileLayout(p, kernel.Tiling{}))
	if err != nil {
		t.Fatal(err)
	}
	looped := false
	for _, n := range fns[0].Nodes {
		switch n := n.(type) {
		case ir.Label:
			looped = true
		case *ir.Instruction:
			if looped {
				loop = append(loop, n)
			} else {
				before = append(before, n)
			}
		}
	}
	if !looped {
		t.Fatalf("%s has no loop", function)
	}
	return before, loop
}

const small = "name: Small\ninput: 3\nlayers:\n  - dense: 4\n    activation: sigmoid\n  - dense: 2\n    activation: tanh\ncost: mse\n"

// TestHoist looks for the reads of a small network's constants and weights: some of them, for which there are
// registers, are before the loop over tiles, not all. A large network has loops within and keeps them where they are.
func TestHoist(t *testing.T) {
	spreads := func(code []*ir.Instruction) (n int) {
		for _, i := range code {
			if strings.HasPrefix(i.Opcode, "VBROADCAST") {
				n++
			}
		}
		return n
	}
	before, loop := batchCode(t, strings.Replace(small, "tanh", "sigmoid", 1), plan.ForwardBatch)
	if b, l := spreads(before), spreads(loop); b < 2 || l == 0 {
		t.Errorf("%d numbers are spread before the loop and %d in it", b, l)
	}
	before, loop = batchCode(t, strings.Replace(small, "dense: 4", "dense: 200", 1), plan.ForwardBatch)
	if b, l := spreads(before), spreads(loop); b != 0 || l == 0 {
		t.Errorf("a large network: %d numbers are spread before the loop and %d in it", b, l)
	}
}

// TestDropUnread: ForwardBatch of a small network stores its outputs and nothing else; its gradient stores what the
// sums over samples are made of, and the row of samples that are alive and the loss where they are read.
func TestDropUnread(t *testing.T) {
	stores := func(code []*ir.Instruction, base reg.Register) (n int) {
		for _, i := range code {
			if at, _, _, store := cores.Access(i); store && at.Base == base {
				n++
			}
		}
		return n
	}
	_, loop := batchCode(t, small, plan.ForwardBatch)
	if rows, out := stores(loop, reg.RSI), stores(loop, reg.RCX); rows != 0 || out == 0 {
		t.Errorf("ForwardBatch stores %d rows and its output %d times", rows, out)
	}
	before, loop := batchCode(t, small, plan.GradBatch)
	if rows, kept := stores(loop, reg.RSI), stores(loop, reg.RBX); stores(before, reg.RSI) != 2 || rows != 1 ||
		kept != 3+4+4+2 {
		t.Errorf("GradBatch stores %d rows, %d of them before the loop, and %d that are kept", rows,
			stores(before, reg.RSI), kept)
	}
	if _, loop := batchCode(t, strings.Replace(small, "dense: 4", "dense: 200", 1), plan.ForwardBatch); stores(loop,
		reg.RSI) == 0 {
		t.Error("rows that are read in loops are not stored")
	}
}
