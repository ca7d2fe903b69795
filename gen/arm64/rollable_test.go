package arm64

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// deep is the spec of a network with so many layers that are alike.
func deep(layers, width int, activation, more string) string {
	layer := fmt.Sprintf("  - {dense: %d, activation: %s}\n", width, activation)
	return fmt.Sprintf("name: Deep\ninput: %d\nlayers:\n%s  - {dense: 3, activation: softmax}\ncost: cross-entropy\n%s",
		width, strings.Repeat(layer, layers), more)
}

// TestRolled calls functions of deep networks that are rolled up, some of which pause in their loops: they leave what
// their programs leave, which have no loops over layers. Layers of 33 units advance more pointers than there are
// registers, and those of 9 begin at no multiple of a register.
func TestRolled(t *testing.T) {
	for _, rounding := range []string{"fast", "strict"} {
		if rounding == "strict" && testing.Short() {
			break // loops are written alike
		}
		var plans []*plan.Program
		for _, text := range []string{ // the second pauses, and the last has wide tiles
			deep(9, 9, "tanh", ""), deep(12, 4, "softmax", "precision: float64\n"), deep(8, 33, "relu", ""),
			deep(8, 5, "elu", "precision: float64\ninput_gradient: true\n"),
		} {
			plans = append(plans, compiledOf(t, text+"rounding: "+rounding+"\n"))
			if len(plans) == 2 && (testing.Short() || rounding == "strict") {
				break
			}
		}
		CallAll(t, plans, 0)
	}
}

// label is one of a loop: its number depends on what was written before.
var label = regexp.MustCompile(`\b(loop|again)\d+\b`)

// TestRolledSize: functions of deep networks that are rolled up do not grow with the number of layers, and are the same
// where only the first layers were written.
func TestRolledSize(t *testing.T) {
	for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
		sizes := map[string]int{}
		for _, layers := range []int{12, 16} {
			p := compiledOf(t, deep(layers, 9, "tanh", fmt.Sprintf("rounding: %s\n", rounding)))
			for _, fn := range p.Funcs {
				if kernel.SeveralTurns(rounding == spec.RoundingStrict, fn) || testing.Short() && fn.Name != plan.Grad {
					continue
				}
				var texts [2]bytes.Buffer
				for i := range texts {
					f := assembly.NewFile(assembly.NewCommon(p, false))
					f.Layered, f.Whole = true, i == 1
					parts, err := assembly.Write(f, p, machineOf(4), fn, kernel.Tiling{})
					if err != nil {
						t.Fatal(err)
					}
					written := 0
					for _, part := range parts {
						written += len(part.Unwritten)
					}
					if (written > 0) == f.Whole && fn.Name != plan.StepBatch {
						t.Errorf("%s: %d stretches of layers are left out", fn.Name, written)
					}
					if err := rolledUp(parts); err != nil {
						t.Fatal(err)
					}
					for _, part := range parts {
						if err := printer(nil).functionText(&texts[i], part, ""); err != nil {
							t.Fatal(err)
						}
					}
				}
				one, all := label.ReplaceAllString(texts[0].String(), "$1"), label.ReplaceAllString(texts[1].String(), "$1")
				if one != all {
					t.Errorf("%s, %s: %d bytes where the first layers were written, %d where all were; or others", fn.Name,
						rounding, len(one), len(all))
				}
				lines := strings.Count(one, "\n")
				const farther = 12 // additions of larger distances
				if less, ok := sizes[fn.Name]; ok && lines > less+farther {
					t.Errorf("%s, %s: %d lines with 12 layers, %d with 16", fn.Name, rounding, less, lines)
				}
				sizes[fn.Name] = lines
			}
		}
	}
}
