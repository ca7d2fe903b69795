package plan

import (
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// Signature is a function of the emitted API, a method of the network. Whoever emits, calls or tests one reads its row
// in API.
type Signature struct {
	Name  string
	Batch bool
	// Parts are the parts of what is emitted that have it: one of them suffices.
	Parts []spec.Part
	// Args are its arguments by name, in order.
	Args []string
	// Output says that a function of one sample returns ŷ, which lies in the workspace.
	Output bool
	// InputGradient says that only networks with input_gradient have it.
	InputGradient bool
	// Derivative is the one that a network must name to have it; empty for functions that are no derivatives.
	Derivative spec.Derivative
	// Weighted is the function that it is with a weight for each sample; "" for others. Only networks with
	// sample_weights have it.
	Weighted string
}

// The arguments of the API: of one sample a workspace, input, target, gradient and rate; of a batch, whose workspaces
// are in b, slices of samples, of targets, of weights, and of results.
const (
	WorkspaceArg = "ws"
	InputArg     = "x"
	TargetArg    = "y"
	GradArg      = "g"
	RateArg      = "rate"
	BatchArg     = "b"
	InputsArg    = "xs"
	TargetsArg   = "ys"
	WeightsArg   = "weights"
	OutputsArg   = "out"
	SlopesArg    = "gxs"
	DirectionArg = "dx"
	ProductArg   = "dy"
	JacobianArg  = "j"
	JacobiansArg = "js"
	VectorArg    = "v"
	HessianArg   = "hv"
)

// API are the functions of a network, in the order in which they are emitted.
var API = []Signature{
	{Name: Forward, Parts: forward, Args: []string{WorkspaceArg, InputArg}, Output: true},
	{Name: LossOnly, Parts: grad, Args: []string{WorkspaceArg, InputArg, TargetArg}},
	{Name: Backward, Parts: grad, Args: []string{WorkspaceArg, InputArg, TargetArg, GradArg}},
	{Name: Grad, Parts: grad, Args: []string{WorkspaceArg, InputArg, TargetArg, GradArg}},
	{Name: Step, Parts: step, Args: []string{WorkspaceArg, InputArg, TargetArg, RateArg}},
	{Name: ForwardBatch, Parts: forward, Batch: true, Args: []string{BatchArg, InputsArg, OutputsArg}},
	{Name: LossBatch, Parts: grad, Batch: true, Args: []string{BatchArg, InputsArg, TargetsArg}},
	{Name: GradBatch, Parts: gradOrStep, Batch: true, Args: []string{BatchArg, InputsArg, TargetsArg, GradArg}},
	{Name: StepBatch, Parts: step, Batch: true, Args: []string{BatchArg, InputsArg, TargetsArg, RateArg}},
	{Name: InputGradBatch, Parts: grad, Batch: true, Args: []string{BatchArg, InputsArg, TargetsArg, SlopesArg},
		InputGradient: true},
	{Name: LossBatchWeighted, Weighted: LossBatch, Parts: grad, Batch: true,
		Args: []string{BatchArg, InputsArg, TargetsArg, WeightsArg}},
	{Name: GradBatchWeighted, Weighted: GradBatch, Parts: gradOrStep, Batch: true,
		Args: []string{BatchArg, InputsArg, TargetsArg, WeightsArg, GradArg}},
	{Name: StepBatchWeighted, Weighted: StepBatch, Parts: step, Batch: true,
		Args: []string{BatchArg, InputsArg, TargetsArg, WeightsArg, RateArg}},
	{Name: Tangent, Parts: forward, Args: []string{WorkspaceArg, InputArg, DirectionArg, ProductArg}, Output: true,
		Derivative: spec.DeriveTangent},
	{Name: Jacobian, Parts: forward, Args: []string{WorkspaceArg, InputArg, JacobianArg}, Output: true,
		Derivative: spec.DeriveJacobian},
	{Name: JacobianBatch, Parts: forward, Batch: true, Args: []string{BatchArg, InputsArg, JacobiansArg},
		Derivative: spec.DeriveJacobian},
	{Name: HessianVector, Parts: grad, Args: []string{WorkspaceArg, InputArg, TargetArg, VectorArg, HessianArg},
		Derivative: spec.DeriveHessianVector},
	{Name: ParameterJacobian, Parts: forward, Args: []string{WorkspaceArg, InputArg, JacobianArg}, Output: true,
		Derivative: spec.DeriveParameterJacobian},
	{Name: ParameterJacobianBatch, Parts: forward, Batch: true, Args: []string{BatchArg, InputsArg, JacobiansArg},
		Derivative: spec.DeriveParameterJacobian},
}

// The parts that have a function. StepBatch is GradBatch and a step.
var (
	forward    = []spec.Part{spec.EmitForward}
	grad       = []spec.Part{spec.EmitGrad}
	step       = []spec.Part{spec.EmitStep}
	gradOrStep = []spec.Part{spec.EmitGrad, spec.EmitStep}
)

// APIOf are the functions that a network has.
func APIOf(n spec.Network) []Signature {
	return slices.DeleteFunc(slices.Clone(API), func(s Signature) bool { return !s.of(n) })
}

// of says whether a network has the function.
func (s Signature) of(n spec.Network) bool {
	return slices.ContainsFunc(s.Parts, n.Emits) && (!s.Batch || n.Emits(spec.EmitBatch)) &&
		(!s.InputGradient || n.InputGradient) && (s.Derivative == "" || n.Derives(s.Derivative)) &&
		(s.Weighted == "" || n.SampleWeights)
}

// SignatureOf is the row of a function of that name.
func SignatureOf(name string) Signature {
	return API[slices.IndexFunc(API, func(s Signature) bool { return s.Name == name })]
}

// ReturnsLoss says whether a function returns the loss, of a batch the sum of the samples': those do that take targets.
func (s Signature) ReturnsLoss() bool {
	return slices.Contains(s.Args, TargetArg) || slices.Contains(s.Args, TargetsArg)
}

// Slices are the arguments that have an element for each sample of a batch.
func (s Signature) Slices() []string {
	return slices.DeleteFunc(slices.Clone(s.Args), func(arg string) bool { return !Sliced(arg) })
}

// Sliced says whether an argument has an element for each sample of a batch.
func Sliced(arg string) bool {
	return arg == InputsArg || arg == TargetsArg || arg == WeightsArg || Written(arg)
}

// Unweighted is the function that a function is but for the weights of samples: itself, unless it takes them.
func Unweighted(function string) string {
	if of := SignatureOf(function).Weighted; of != "" {
		return of
	}
	return function
}

// Written says whether such an argument is of results.
func Written(arg string) bool { return arg == OutputsArg || arg == SlopesArg || arg == JacobiansArg }

// ArgWidth is how many numbers a sample has in an argument, 0 where it is no vector.
func ArgWidth(n spec.Network, arg string) int {
	switch arg {
	case InputArg, InputsArg, SlopesArg, DirectionArg:
		return n.Input
	case TargetArg, TargetsArg, OutputsArg, ProductArg:
		return n.Width(n.Depth())
	}
	return 0
}
