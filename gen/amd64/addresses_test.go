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
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// TestSumAddresses: with sums of registers that are computed once, functions execute the same instructions on the same
// addresses, and where a register is free no two operations of a block are left that read at the same sum.
func TestSumAddresses(t *testing.T) {
	sums, left := 0, 0
	for _, n := range committed(t) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, fn := range p.Funcs {
			if assembly.Missing(p, fn) != "" {
				continue
			}
			for _, l := range isa.Levels {
				file := assembly.NewFile(commonOf(p))
				file.Longest = math.MaxInt
				written, err := assembly.Write(file, p, machineOf(l, p.ElementBytes()), fn, kernel.Tiling{})
				if err != nil {
					t.Fatal(err)
				}
				for _, part := range written {
					before, after := translatedOf(part), assembledOf(part)
					arguments := map[string]int{"tiles": 2, "samples": 20}
					want, got := cores.Executed(before, arguments), cores.Executed(after, arguments)
					if !slices.Equal(got, want) {
						t.Errorf("%s, %s: other addresses, %d instructions, want %d", n.Name, before.Name, len(got), len(want))
					}
					sums += count(after, "LEAQ") - count(before, "LEAQ")
					left += missed(after)
				}
			}
		}
	}
	if sums < 20 || left > 0 {
		t.Errorf("%d sums are computed, %d others could be", sums, left)
	}
}

// missed is how many sums there are in the blocks of a function at which several operations read though a register is
// free.
func missed(fn *ir.Function) (sums int) {
	live := liveAfter(fn.Nodes)
	for from := 0; from < len(fn.Nodes); from++ {
		to := from
		for to < len(fn.Nodes) && !endsBlock(fn.Nodes[to]) {
			to++
		}
		block := fn.Nodes[from:to]
		if to > from && len(sparesIn(block, live[from:to])) > 0 {
			for at, n := range block {
				if !readsAtSum(n) {
					continue
				}
				if s, _ := sumOf(n.(*ir.Instruction)); readers(block[at:], s) >= fewestSummed {
					sums++
				}
			}
		}
		from = to
	}
	return sums
}

// count is how many instructions of a function have an opcode.
func count(fn *ir.Function, opcode string) (n int) {
	for _, i := range fn.Instructions() {
		if i.Opcode == opcode {
			n++
		}
	}
	return n
}

// TestLiveAfter: a register that a loop advances is live to its end, also before it is read there, and one that is
// written before it is read is not.
func TestLiveAfter(t *testing.T) {
	build := func(op string, operands ...operand.Op) ir.Node {
		i, err := isa.Build(op, operands...)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	at := func(r reg.Register) operand.Mem { return operand.Mem{Base: r} }
	nodes := []ir.Node{
		build("VMOVUPS", at(reg.RDI), reg.Y0), // 0
		ir.Label("loop"),
		build("VMOVUPS", at(reg.RSI), reg.Y1), // 2
		build("MOVQ", at(reg.RDI), reg.RAX),   // 3: AX is free before
		build("ADDQ", reg.RAX, reg.RSI),       // 4: and after
		build("SUBQ", operand.U8(1), reg.RCX), // 5
		build("JNE", operand.LabelRef("loop")),
		build("VMOVUPS", reg.Y1, at(reg.RDX)), // 7
		build("RET"),
	}
	live := liveAfter(nodes)
	for _, c := range []struct {
		at   int
		of   reg.Register
		want bool
	}{
		{0, reg.RSI, true}, {0, reg.RCX, true}, {0, reg.RAX, false}, {2, reg.RAX, false}, {3, reg.RAX, true},
		{4, reg.RAX, false}, {4, reg.RDI, true}, {6, reg.RSI, true}, {6, reg.RDX, true}, {7, reg.RSI, false},
	} {
		if got := live[c.at]&generalOf([]reg.Register{c.of}) != 0; got != c.want {
			t.Errorf("after node %d %s is live: %v, want %v", c.at, c.of.Asm(), got, c.want)
		}
	}
}
