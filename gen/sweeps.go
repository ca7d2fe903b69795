package gen

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// sweeps are the loops over all parameters that are in assembly.
func (c *native) sweeps() []plan.Sweep {
	return c.assembly.Sweeps()
}

// sweptFunctions are the functions whose loops are in assembly, and lines that say which are not and why.
func (c *native) sweptFunctions() (names, rest []string) {
	var left leftToGo
	for _, s := range c.assembly.AllSweeps() {
		name, why := apiOf(c.n, s), c.assembly.MissingSweep(s)
		left.add(why, name)
		if why == "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, left.lines()
}

// apiOf is the function that a sweep is the loop of.
func apiOf(n spec.Network, s plan.Sweep) string {
	switch {
	case s.Type != plan.GradType:
		return n.Name + s.Type + ".Update"
	case s.Name == plan.SquaresSweep || s.Name == plan.LargestSweep:
		return "Norm"
	}
	return s.Name
}

// assemblySweeps are the sweeps as the emitted Go has them.
func assemblySweeps(p *plan.Program, sweeps []plan.Sweep) (list []templates.AssemblySweep) {
	for _, s := range sweeps {
		t := templates.AssemblySweep{
			Type: p.Network.Name + s.Type, Recv: "o", Name: s.Name, Function: s.Function(), Part: portable.InParts(p, s),
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
