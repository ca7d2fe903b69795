package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// Descent is the update of one of the network's optimizers: an elementwise program over the parameters, their gradient
// and the optimizer's state, each seen as one array.
type Descent struct {
	spec.OptimizerEntry
	Rule  expr.Optimizer
	Len   int           // weights and biases
	Cases []DescentCase // as those of Rule
}

// DescentCase is one case of an update: its assignments and how the loop over the parameters is cut.
type DescentCase struct {
	expr.Case
	Outer []Segment
}

// updateBlock is how many parameters a trip of an update's loop takes, where nothing but multiplications and
// additions is done with each: half as much again is done per second as with one a trip. A division or a square root
// takes longer than the loop around it, so that those are done one a trip.
const updateBlock = 4

// SpreadFrom is from how many parameters on the workers of a team share an update: fewer are done sooner than another
// worker is woken.
const SpreadFrom = 1 << 14

// Spreads says whether the network has optimizers whose updates a team shares out.
func (p *Program) Spreads() bool {
	return len(p.Network.Optimizers) > 0 && p.Network.Params() >= SpreadFrom
}

// Descents returns the updates of the optimizers that the network names, in its order.
func Descents(n spec.Network) ([]Descent, error) {
	var list []Descent
	for _, name := range n.Optimizers {
		entry, known := spec.LookupOptimizer(name)
		if !known {
			return nil, fmt.Errorf("plan: %q is no optimizer", name)
		}
		rule, err := expr.OptimizerOf(name)
		if err != nil {
			return nil, err
		}
		d := Descent{OptimizerEntry: entry, Rule: rule, Len: n.Params()}
		for _, c := range rule.Cases {
			size := updateBlock
			if ops := setOps(c.Sets); ops.Divs > 0 || ops.Calls > 0 {
				size = 1
			}
			d.Cases = append(d.Cases, DescentCase{c, loop(d.Len, size)})
		}
		list = append(list, d)
	}
	return list, nil
}

// setOps counts the operations of assignments.
func setOps(sets []expr.Let) expr.Count {
	var ops expr.Count
	for _, s := range sets {
		ops = ops.Plus(emittedOps(s.Value))
	}
	return ops
}

// Array says whether a variable of the assignments stands for an element of an array: a parameter, its gradient or
// a state.
func (d Descent) Array(v expr.Var) bool {
	if v == expr.P || v == expr.G {
		return true
	}
	for _, s := range d.Rule.State {
		if s.Var == v {
			return true
		}
	}
	return false
}
