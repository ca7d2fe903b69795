package verify

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
)

// presence says whether a network has a function.
type presence int

const (
	absent   presence = iota // emit leaves it out
	optional                 // it may be there, and is judged if it is
	needed
)

// presences says of every function of Kernel and Team, by its name, whether a network has it. Package verify has no
// other table of that, and does not take it from the generator: what is emitted is held against it.
func presences(n spec.Network) map[string]presence {
	of := func(emitted bool) presence {
		if emitted {
			return needed
		}
		return absent
	}
	grad, step, batch := n.Emits(spec.EmitGrad), n.Emits(spec.EmitStep), n.Emits(spec.EmitBatch)
	inputs := func(emitted bool) presence {
		if emitted && !n.InputGradient {
			return optional
		}
		return of(emitted)
	}
	return map[string]presence{
		"Init": of(n.Learns()), "Forward": of(n.Emits(spec.EmitForward)),
		"Loss": of(grad), "Backward": of(grad), "Grad": of(grad), "InputGrad": inputs(grad),
		"Norm": of(grad), "Clip": of(grad), "Scale": of(grad),
		"Step": of(step),

		"ForwardBatch": of(batch && n.Emits(spec.EmitForward)), "LossBatch": of(batch && grad),
		"GradBatch": of(batch && (grad || step)), // StepBatch is made of it
		"StepBatch": of(batch && step), "InputGradBatch": inputs(batch && grad),

		"LossBatchWeighted": of(batch && grad && n.SampleWeights),
		"GradBatchWeighted": of(batch && (grad || step) && n.SampleWeights),
		"StepBatchWeighted": of(batch && step && n.SampleWeights),

		"New": of(n.Emits(spec.EmitTeam)), "Close": of(n.Emits(spec.EmitTeam)),
	}
}

// derivativePresences says the same of every function of Derivatives.
func derivativePresences(n spec.Network) map[string]presence {
	of := func(name spec.Derivative, emitted bool) presence {
		if emitted && n.Derives(name) {
			return needed
		}
		return absent
	}
	batch := n.Emits(spec.EmitBatch)
	return map[string]presence{
		"Jacobian": of("jacobian", true), "JacobianBatch": of("jacobian", batch),
		"Tangent":                of("tangent", true),
		"ParameterJacobian":      of("parameter-jacobian", true),
		"ParameterJacobianBatch": of("parameter-jacobian", batch),
		"HessianVector":          of("hessian-vector", true),
	}
}

// functions are some by their names, and whether they are nil.
type functions []struct {
	name  string
	isNil bool
}

// complete checks that all functions are there that the network emits, and no others: what emit leaves out and is there
// all the same was generated from another spec.
func (fs functions) complete(n spec.Network) error { return fs.fit(presences(n)) }

// fit checks that those are there that are needed, and none that is absent.
func (fs functions) fit(has map[string]presence) error {
	for _, f := range fs {
		switch {
		case f.isNil && has[f.name] == needed:
			return missing(f.name)
		case !f.isNil && has[f.name] == absent:
			return fmt.Errorf("the kernel's %s is set, but the spec leaves it out; generate it again from this spec",
				f.name)
		}
	}
	return nil
}

// present checks that all functions are there, whatever the network emits.
func (fs functions) present() error {
	for _, f := range fs {
		if f.isNil {
			return missing(f.name)
		}
	}
	return nil
}

func missing(name string) error {
	return fmt.Errorf("the kernel's %s is nil; set it to the emitted method expression", name)
}
