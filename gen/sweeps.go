package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// sweptLines say which functions have loops in assembly, for some instructions, and which have not and why.
func sweptLines(n spec.Network, instructions, processor string, loops assembly.Loops) (lines []string) {
	var left leftToGo
	var names []string
	for _, s := range loops.All() {
		name, why := apiOf(n, s), loops.Missing(s)
		left.add(why, name)
		if why == "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		lines = append(lines, fmt.Sprintf("assembly for %s of loops over all parameters: %s", instructions,
			strings.Join(names, ", ")))
	}
	return append(lines, left.lines(processor)...)
}

// apiOf is the function that a sweep is the loop of.
func apiOf(n spec.Network, s plan.Sweep) string {
	switch {
	case s.Type != plan.GradType:
		return n.Name + s.Type + ".Update"
	case s.Name == plan.SquaresSweep || s.Name == plan.LargestSweep:
		return "Norm"
	case s.Shared():
		return "sums and steps of " + n.Name + "Team"
	}
	return s.Name
}

// assemblySweeps are the sweeps as the emitted Go has them.
func assemblySweeps(p *plan.Program, sweeps []plan.Sweep) (list []templates.AssemblySweep) {
	for _, s := range sweeps {
		t := templates.AssemblySweep{
			Type: p.Network.Name + s.Type, Recv: "o", Name: s.Name, Function: s.Function(),
			Part:    portable.InParts(p, s),
			Numbers: len(s.Numbers), Number: portable.SweptKind(p, s).String(),
		}
		if s.Type == plan.GradType {
			t.Recv = "g"
		}
		if s.Fold != plan.NoFold {
			t.Lanes = plan.FoldLanes
		}
		for _, v := range s.Arrays {
			t.Arrays = append(t.Arrays, plan.SweptArray(v))
		}
		list = append(list, t)
	}
	return list
}
