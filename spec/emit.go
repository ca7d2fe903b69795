package spec

import "slices"

// Part is a part of what is emitted for a network, as Emit lists it.
type Part string

// The parts. Parameters, a workspace and the functions of one sample are in the file of the kernels; EmitBatch adds the
// batch forms of those functions that are emitted. The others are files of their own.
const (
	EmitForward Part = "forward" // Forward
	EmitGrad    Part = "grad"    // Loss, Backward and Grad, what is done with gradients, and Init
	EmitStep    Part = "step"    // Step, and Init
	EmitBatch   Part = "batch"   // ForwardBatch, LossBatch, GradBatch, StepBatch
	EmitSave    Part = "save"    // saving and loading
	EmitTeam    Part = "team"    // batches on several cores
	EmitTest    Part = "test"    // the test against the reference
)

// Parts are all parts, in the order in which files list them.
func Parts() []Part {
	return []Part{EmitForward, EmitGrad, EmitStep, EmitBatch, EmitSave, EmitTeam, EmitTest}
}

// Emits says whether a part of n is emitted: one that Emit lists, or all where it is nil. EmitGrad brings EmitForward,
// since Backward goes on from what Forward left in the workspace.
func (n Network) Emits(p Part) bool {
	return n.Emit == nil || slices.Contains(n.Emit, p) || p == EmitForward && slices.Contains(n.Emit, EmitGrad)
}

// Learns says whether anything that is emitted goes backward: without it Forward keeps nothing.
func (n Network) Learns() bool { return n.Emits(EmitGrad) || n.Emits(EmitStep) }

// emitted are the parts of n that are emitted, in their order; nil if all are.
func (n Network) emitted() []Part {
	parts := slices.DeleteFunc(Parts(), func(p Part) bool { return !n.Emits(p) })
	if len(parts) == len(Parts()) {
		return nil
	}
	return parts
}

// computes says whether any function of the network is emitted.
func (n Network) computes() bool { return n.Emits(EmitForward) || n.Emits(EmitStep) }

// emit checks what is emitted: every word, and that none asks for what another leaves out.
func (c *checker) emit(n Network) {
	choices(c, "emit", "part", n.Emit, "missing; name a part, or leave emit out to emit all", Parts()...)
	if n.Emit == nil || !c.sound("emit") || c.spoiledWithin("emit", len(n.Emit)) {
		return
	}
	if !n.computes() {
		c.fail("emit", "no function is emitted by that; name %s as well, or leave emit out to emit all",
			list([]string{string(EmitForward), string(EmitGrad), string(EmitStep)}, "or"))
		return
	}
	if i := slices.Index(n.Emit, EmitTeam); i >= 0 && !n.Emits(EmitBatch) {
		c.fail(elementPath("emit", i),
			"a team spreads batches over several cores; name batch as well, or leave team out")
	}
	if n.SampleWeights && c.sound("sample_weights") && !(n.Emits(EmitBatch) && n.Learns()) {
		c.fail("sample_weights", "weights are for batch functions that learn, which emit leaves out; "+
			"name batch there, and grad or step, or use false here")
	}
	if n.Emits(EmitGrad) {
		return
	}
	if len(n.Optimizers) > 0 && c.sound("optimizers") {
		c.fail("optimizers", "an optimizer moves the parameters by their gradient, which emit leaves out; "+
			"name grad there, or use [] here")
	}
	if n.InputGradient && c.sound("input_gradient") {
		c.fail("input_gradient", "the gradient of the input is left by Backward and Grad, which emit leaves out; "+
			"name grad there, or use false here")
	}
}
