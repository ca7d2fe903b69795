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
	Rule expr.Optimizer
	Len  int // weights and biases
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
		list = append(list, Descent{OptimizerEntry: entry, Rule: rule, Len: n.Params()})
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
