package arm64

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// analyser knows LLVM's figures of processors.
const analyser = "llvm-mca-19"

// TestLoops has LLVM say how many cycles a round of the longest loop of a batch takes: of the multiply-adds that the
// core could do meanwhile at least nine in ten are done. Nothing is measured, so that it is the same everywhere.
func TestLoops(t *testing.T) {
	if _, err := exec.LookPath(analyser); err != nil {
		t.Skipf("NOT ANALYSED: %s is not installed (Debian has it in llvm-19)", analyser)
	}
	text, err := os.ReadFile("../../generated/digits/digits.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(compiledOf(t, string(text)), Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{plan.ForwardBatch, plan.GradBatch} {
		round, sums := longestLoop(a.parts[name][0])
		if sums < 24 {
			t.Fatalf("%s has no loop of many multiply-adds, but one of %d", name, sums)
		}
		for core, units := range map[string]int{"neoverse-n1": 2, "neoverse-v2": 4} {
			const rounds = 100
			cmd := exec.Command(analyser, "-mtriple=aarch64", "-mcpu="+core, fmt.Sprint("-iterations=", rounds),
				"-resource-pressure=false", "-instruction-info=false")
			cmd.Stdin = strings.NewReader(round)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", analyser, err, out)
			}
			cycles := 0
			for line := range strings.Lines(string(out)) {
				_, _ = fmt.Sscanf(line, "Total Cycles: %d", &cycles)
			}
			t.Logf("%s on %s: %.1f cycles for %d multiply-adds of four lanes", name, core, float64(cycles)/rounds, sums)
			if 10*sums*rounds < 9*units*cycles {
				t.Errorf("%s on %s: %d cycles for %d rounds of %d multiply-adds", name, core, cycles, rounds, sums)
			}
		}
	}
}

// longestLoop is the text of the loop without others in it that has the most fused multiply-adds, and how many.
func longestLoop(fn *assembly.Function) (text string, most int) {
	begins := map[string]int{}
	for end, n := range fn.Nodes {
		branch, ok := n.(isa.Instruction)
		switch {
		case !ok, branch.Label == "":
			continue
		case branch.Form == nil:
			begins[branch.Label] = end
			continue
		}
		begin, back := begins[branch.Label]
		if !back {
			continue
		}
		var round strings.Builder
		sums, inner := 0, true
		for _, n := range fn.Nodes[begin+1 : end] {
			i, ok := n.(isa.Instruction)
			switch {
			case !ok:
				continue
			case i.Form == nil || i.Label != "":
				inner = false
				continue
			case i.Form.Is(isa.Overwrites) && strings.Contains(i.Form.Name, "fmla"):
				sums++
			}
			round.WriteString(i.String() + "\n")
		}
		if inner && sums > most {
			text, most = round.String(), sums
		}
	}
	return text, most
}
