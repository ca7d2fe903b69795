package verify

import (
	"reflect"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// Kernel is the functions of one emitted network, as method expressions: P its parameter struct, G its gradient, W its
// workspace, B the workspace of its batch functions, X and Y the arrays of inputs and outputs. P and G are W1, B1, W2,
// B2, … and nothing else, every matrix row-major, without the B of layers that have no bias; a method Flat, where *P or
// *G has one, returns all of them as one array, a view.
//
// The functions that the network's emit leaves out are nil, and no others. A kernel that has more or fewer than its
// spec says was generated from another one, and is refused. What is there is judged as when all is. Where no function
// takes a gradient there is no type of gradients, and G is P. Where there are no batches B is struct{}.
//
// The judge holds them to this contract. x and y do not point into the workspace. Every call but Backward may find
// anything in the workspace; Backward finds what Forward on the same x left. Forward returns a pointer into the
// workspace, good until the next call on it. Calls on different workspaces do not see each other. Only Step writes p;
// none writes x or y; Backward and Grad overwrite all of g, and none reads or writes what lies beside its arguments.
// The same arguments give the same bits. Nothing allocates. A NaN in x makes NaN of every output and loss that depends
// on it, whatever activations and cost there are between; after a call with NaN or infinities in x the workspace is as
// good as before. Where every target is the output bit for bit, the loss is 0 and the cost's slope there is 0, as the
// convention is for a corner, the gradient is 0.
//
// An exported field of the workspace named Z, A or D and the number ℓ of a layer is an array of z_ℓ, a_ℓ or ∇z_ℓ and is
// judged too: after every call what the forward pass keeps, after Backward, Grad and Step the gradient. A forward pass
// that nothing goes back from need keep no more than ŷ, and has no other such fields.
//
// The batch functions take any number of samples, also none, whose sums are 0. They may find anything in the
// workspace, and write the first len(xs) elements of out and gxs and nothing beside them. They panic, before
// anything is written, with a message such as "Iris.GradBatch: xs and ys differ in length". A NaN in one sample makes
// NaN of its own outputs and of the loss; the outputs of other samples keep their bits.
type Kernel[P, G, W, B, X, Y any, F Float] struct {
	// Init sets biases to 0 and every weight to norm() times sqrt(2/n_{ℓ-1}) for relu, leaky-relu, elu and
	// gelu (He), sqrt(1/n_{ℓ-1}) for selu (LeCun), and sqrt(2/(n + n_{ℓ-1})) for the other activations
	// (Glorot), n being the rows of W_ℓ.
	Init func(p *P, norm func() float64)
	// Forward returns ŷ.
	Forward func(p *P, ws *W, x *X) *Y
	// Loss returns C(ŷ, y).
	Loss func(p *P, ws *W, x *X, y *Y) F
	// Backward, after Forward on the same x, sets g and returns the loss.
	Backward func(p *P, ws *W, x *X, y *Y, g *G) F
	// Grad sets g and returns the loss.
	Grad func(p *P, ws *W, x *X, y *Y, g *G) F
	// Step subtracts rate times the gradient from p and returns the loss before that.
	Step func(p *P, ws *W, x *X, y *Y, rate F) F
	// InputGrad returns the gradient of the input that the last Backward, Grad or Step on the
	// workspace left in it; nil for networks without input_gradient, too.
	InputGrad func(ws *W) *X

	// ForwardBatch sets out[i] to ŷ of xs[i].
	ForwardBatch func(p *P, b *B, xs []X, out []Y)
	// LossBatch returns the sum of the losses of all samples.
	LossBatch func(p *P, b *B, xs []X, ys []Y) F
	// GradBatch sets g to the sum of the gradients of all samples and returns the sum of their losses.
	GradBatch func(p *P, b *B, xs []X, ys []Y, g *G) F
	// StepBatch subtracts rate times the sum of the gradients at the old p from p and returns the sum of the losses
	// there.
	StepBatch func(p *P, b *B, xs []X, ys []Y, rate F) F
	// InputGradBatch sets gxs[i] to the gradient of xs[i] and returns the sum of the losses; nil for networks without
	// input_gradient, too.
	InputGradBatch func(p *P, b *B, xs []X, ys []Y, gxs []X) F
	// LossBatchWeighted, GradBatchWeighted and StepBatchWeighted are those above for losses that are multiplied by the
	// weights of their samples; nil for networks without sample_weights, too. A weight of 0 hides no NaN. Under
	// rounding: strict weights of 1 give the same bits as none.
	LossBatchWeighted func(p *P, b *B, xs []X, ys []Y, weights []F) F
	GradBatchWeighted func(p *P, b *B, xs []X, ys []Y, weights []F, g *G) F
	StepBatchWeighted func(p *P, b *B, xs []X, ys []Y, weights []F, rate F) F

	// Norm returns the Euclidean norm of g, summed in float64: right wherever it is a number of the precision, though
	// squares may not be, NaN where an element is NaN, else infinite where one is.
	Norm func(g *G) F
	// Clip multiplies g by limit/norm unless its norm is at most limit, and returns the norm it had: a gradient with a
	// NaN becomes NaN in every element, and so does one at a limit of NaN. It is never called with a negative limit.
	Clip func(g *G, limit F) F
	// Scale multiplies g by k.
	Scale func(g *G, k F)

	// Cuts says how the batch functions cut batches up.
	Cuts Cuts
}

// newMachine allocates one of each of the kernel's types and views them. The error says which type or
// function does not fit the network.
func newMachine[P, G, W, B, X, Y any, F Float](
	n spec.Network, k Kernel[P, G, W, B, X, Y, F],
) (*judge.Machine[F], error) {
	if err := kernelFits(n, k); err != nil {
		return nil, err
	}
	return machineOf(n, k)
}

// machineOf is newMachine for a kernel whose types fit the network.
func machineOf[P, G, W, B, X, Y any, F Float](
	n spec.Network, k Kernel[P, G, W, B, X, Y, F],
) (m *judge.Machine[F], err error) {
	var guards []fence.Guard
	p, g, ws := fence.NewGuarded[P]("p", &guards), fence.NewGuarded[G]("g", &guards), fence.NewGuarded[W]("ws", &guards)
	x, y := fence.NewGuarded[X]("x", &guards), fence.NewGuarded[Y]("y", &guards)
	m = machineOn(k, p, g, ws, x, y)
	m.Guards = guards
	m.Fields, err = judge.FieldsOf[F](n, reflect.TypeFor[W](), unsafe.Pointer(ws))
	return m, err
}

// machineOn is a kernel on arguments that there are. Functions that the kernel lacks are nil.
func machineOn[P, G, W, B, X, Y any, F Float](
	k Kernel[P, G, W, B, X, Y, F], p *P, g *G, ws *W, x *X, y *Y,
) *judge.Machine[F] {
	m := &judge.Machine[F]{
		Params: memory.View[F](p), Grad: memory.View[F](g), X: memory.View[F](x), Y: memory.View[F](y),
		Poison: func() { memory.Poison(reflect.TypeFor[W](), unsafe.Pointer(ws)) },
		Owns:   memory.Owner[F](unsafe.Pointer(ws), unsafe.Sizeof(*ws)),
	}
	if k.Init != nil {
		m.Init = func(norm func() float64) { k.Init(p, norm) }
	}
	if k.Forward != nil {
		m.Forward = func() []F { return memory.View[F](k.Forward(p, ws, x)) }
	}
	if k.Loss != nil {
		m.Loss = func() F { return k.Loss(p, ws, x, y) }
	}
	if k.Backward != nil {
		m.Backward = func() F { return k.Backward(p, ws, x, y, g) }
	}
	if k.Grad != nil {
		m.Gradient = func() F { return k.Grad(p, ws, x, y, g) }
	}
	if k.Step != nil {
		m.Step = func(rate F) F { return k.Step(p, ws, x, y, rate) }
	}
	if k.InputGrad != nil {
		m.InputGrad = func() []F { return memory.View[F](k.InputGrad(ws)) }
	}
	return m
}

// kernelFits checks the types and functions of a kernel against the network, before any memory is touched
// through the wrong type.
func kernelFits[P, G, W, B, X, Y any, F Float](n spec.Network, k Kernel[P, G, W, B, X, Y, F]) error {
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return err
	}
	return functions{
		{"Init", k.Init == nil}, {"Forward", k.Forward == nil}, {"Loss", k.Loss == nil},
		{"Backward", k.Backward == nil}, {"Grad", k.Grad == nil}, {"Step", k.Step == nil},
		{"InputGrad", k.InputGrad == nil},
		{"ForwardBatch", k.ForwardBatch == nil}, {"LossBatch", k.LossBatch == nil},
		{"GradBatch", k.GradBatch == nil}, {"StepBatch", k.StepBatch == nil},
		{"InputGradBatch", k.InputGradBatch == nil}, {"LossBatchWeighted", k.LossBatchWeighted == nil},
		{"GradBatchWeighted", k.GradBatchWeighted == nil}, {"StepBatchWeighted", k.StepBatchWeighted == nil},
		{"Norm", k.Norm == nil}, {"Clip", k.Clip == nil}, {"Scale", k.Scale == nil},
	}.complete(n)
}

// gradientFunctionsOn are those of a kernel on a gradient, nil where it has none.
func gradientFunctionsOn[P, G, W, B, X, Y any, F Float](
	k Kernel[P, G, W, B, X, Y, F], g *G,
) judge.GradientFunctions[F] {
	if k.Norm == nil {
		return judge.GradientFunctions[F]{}
	}
	return judge.GradientFunctions[F]{
		Grad:  memory.View[F](g),
		Norm:  func() F { return k.Norm(g) },
		Clip:  func(limit F) F { return k.Clip(g, limit) },
		Scale: func(by F) { k.Scale(g, by) },
	}
}
