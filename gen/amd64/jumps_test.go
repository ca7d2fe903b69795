package amd64

import (
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// counted is how a loop ends: a general register is counted against a constant and nothing else is jumped on.
var counted = regexp.MustCompile(`\t(?:CMPQ +[A-Z0-9]+, \$0x[0-9a-f]+|SUBL +\$0x1, [A-Z0-9]+)\n\tJNE +loop\d+\n`)

// chosen is the jump of a function to the code of a level.
var chosen = regexp.MustCompile(`\tTESTQ +\$0x[0-9a-f]+, ·netLevel\+0\(SB\)\n\tJNE +(?:wide|narrow)\d*\n`)

// bySize are the jumps of a sweep: on how many elements are left, and where the first vector would lie in memory.
var bySize = regexp.MustCompile(`\t(?:(?:ADD|SUB)Q +\$0x[0-9a-f]+, [A-Z0-9]+\n\t(?:JLT +(?:single|rest)\d*|JGE +(?:several|one)\d*|JEQ +done\d*)|` +
	`CMPQ +[A-Z0-9]+, \$0x[0-9a-f]+\n\t(?:JLT|JGT) +whole\d*|ANDQ +\$0x[0-9a-f]+, [A-Z0-9]+\n\tJEQ +whole\d*|JMP +part\d*)\n`)

// Of functions that pause: a point, which jumps where nothing is left of a count; going on from it; and the jumps there
// by its number.
var (
	pointed = regexp.MustCompile(`\tSUBQ +\$0x[0-9a-f]+, (?:\d+)?\(SP\)\n\tJLE +pause(\d+)\n\nback(\d+):\n`)
	resumed = regexp.MustCompile(`\tJMP +back\d+\n`)
	gone    = regexp.MustCompile(`\tCMPQ +R8, \$0x[0-9a-f]+\n\tJEQ +resume\d+\n`)
)

// onto is the jump of few samples' sums, on an argument: what the gradient is added to.
var onto = regexp.MustCompile(`\tMOVQ +onto\+\d+\(FP\), [A-Z0-9]+\n\tCMPQ +[A-Z0-9]+, \$0x0\n\tJEQ +onto\d+\n`)

// TestJumps reads the assembly of networks of every activation and of sizes that are looped over: every jump begins or
// ends a counted loop, goes to the code of the level or belongs to a pause, so that none depends on data. It is
// long because the assembly of all activations is written and printed; gen/machinecode reads no assembly.
func TestJumps(t *testing.T) {
	var networks []spec.Network
	for k, a := range spec.Activations() {
		for _, width := range []int{6, 210} {
			if width > 6 && k%3 > 0 {
				continue // loops do not depend on what they compute
			}
			networks = append(networks, spec.Network{
				Name: "Net", Input: width, Cost: spec.Function{Name: "mse"},
				Layers: []spec.Layer{{Dense: width, Activation: spec.Function{Name: a.Name}}, {Dense: 3}},
			})
		}
	}
	for _, e := range []string{"sin(z)", "cos(z)", "(1 + z^2)^0.3",
		"exp(-abs(z))*erf(z) + log1p(z^2) + expm1(min(z, 0)) + atan(z) + log(1 + abs(z))"} {
		networks = append(networks, spec.Network{
			Name: "Net", Input: 6, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{{Dense: 6, Activation: spec.Function{Expr: e}}, {Dense: 3}},
		})
	}
	loops, points := 0, 0
	for i, n := range networks {
		if testing.Short() && i > 0 && i < len(networks)-1 {
			continue // -short has a small one and one of long formulas
		}
		precisions := []spec.Precision{spec.Float32, spec.Float64}
		if n.Layers[0].Activation.Expr == "" {
			precisions = precisions[i/2%2:][:1] // by turns
		} else if testing.Short() {
			precisions = precisions[:1]
		}
		for _, n.Precision = range precisions {
			p, err := plan.Compile(n)
			if err != nil {
				t.Fatal(err)
			}
			a, err := New(p, Config{CallCycles: i % 2})
			if err != nil {
				t.Fatal(err)
			}
			printed, err := a.Print(assembly.Options{Package: "net", Header: "net", Prefix: "net"})
			if err != nil {
				t.Fatal(err)
			}
			text, jumps := printed, 0
			for line := range strings.Lines(string(text)) {
				if strings.HasPrefix(line, "\tJ") || strings.HasPrefix(line, "\tCALL") {
					jumps++
				}
			}
			ends := len(counted.FindAll(text, -1)) + len(bySize.FindAll(text, -1)) + len(onto.FindAll(text, -1))
			loops += ends
			choices := len(chosen.FindAll(text, -1))
			pauses := len(pointed.FindAll(text, -1))
			points += pauses
			if len(resumed.FindAll(text, -1)) != pauses || len(gone.FindAll(text, -1)) != pauses ||
				(pauses > 0) != (i%2 > 0) {
				t.Errorf("%d points, %d are gone on from and %d jumped to", pauses, len(resumed.FindAll(text, -1)),
					len(gone.FindAll(text, -1)))
			}
			if jumps != ends+3*pauses+choices {
				t.Errorf("%s of %d units, %s: %d jumps and calls, %d of them end counted loops, and %d choose a level",
					n.Layers[0].Activation.Name, n.Layers[0].Dense, n.Precision, jumps, ends, choices)
			}
		}
	}
	if loops == 0 || points == 0 {
		t.Errorf("%d loops and %d points were found; has their form changed?", loops, points)
	}
}
