package erased

import (
	"unsafe"

	"github.com/backpropgen/backpropgen/verify"
)

// kernel is the functions of a network without its types: parameters, gradients, inputs and outputs are slices of
// numbers, of a batch those of all samples one after another; a nil slice is a nil pointer. What tries the functions
// is compiled once for each precision so, not once for each network, which takes the compiler longer than the
// network's own code.
type kernel[F verify.Float] struct {
	spec     string
	atLevels func(func(level string))
	// How many numbers a network, an input and an output have.
	params, inputs, outputs int
	// A workspace is an unsafe.Pointer to one, of a sample or of batches; their sizes are in bytes.
	newWorkspace, newBatch   func() unsafe.Pointer
	workspaceSize, batchSize int

	init      func(p []F, norm func() float64)
	forward   func(p []F, ws unsafe.Pointer, x []F) []F
	loss      func(p []F, ws unsafe.Pointer, x, y []F) F
	backward  func(p []F, ws unsafe.Pointer, x, y, g []F) F
	grad      func(p []F, ws unsafe.Pointer, x, y, g []F) F
	step      func(p []F, ws unsafe.Pointer, x, y []F, rate F) F
	inputGrad func(ws unsafe.Pointer) []F // nil without input_gradient

	forwardBatch   func(p []F, b unsafe.Pointer, xs, out []F)
	lossBatch      func(p []F, b unsafe.Pointer, xs, ys []F) F
	gradBatch      func(p []F, b unsafe.Pointer, xs, ys, g []F) F
	stepBatch      func(p []F, b unsafe.Pointer, xs, ys []F, rate F) F
	inputGradBatch func(p []F, b unsafe.Pointer, xs, ys, gxs []F) F // nil without input_gradient

	derivatives []derivative[F]

	norm  func(g []F) F
	clip  func(g []F, limit F) F
	scale func(g []F, k F)
}

// derivative is a function of derivatives: what it reads beside an input and a target is a direction, of inputs or of
// parameters, and out is how many numbers it writes. It returns ŷ, or the loss.
type derivative[F verify.Float] struct {
	name           string
	direction, out int
	call           func(p []F, ws unsafe.Pointer, x, y, v, out []F) []F
}

// to is a slice of numbers as the array or the struct of numbers that begins with the first.
func to[T any, F verify.Float](v []F) *T { return (*T)(unsafe.Pointer(unsafe.SliceData(v))) }

// from is the numbers of a struct or an array.
func from[F verify.Float, T any](v *T) []F {
	return unsafe.Slice((*F)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/unsafe.Sizeof(*new(F)))
}

// cut is a slice of numbers as samples.
func cut[T any, F verify.Float](v []F) []T {
	var one T
	return unsafe.Slice(to[T](v), uintptr(len(v))*unsafe.Sizeof(*new(F))/unsafe.Sizeof(one))
}

// erase takes the types from a network.
func erase[P, G, W, B, X, Y any, F verify.Float](
	spec string, k verify.Kernel[P, G, W, B, X, Y, F], atLevels func(func(level string)),
) kernel[F] {
	number := unsafe.Sizeof(*new(F))
	e := kernel[F]{
		spec: spec, atLevels: atLevels,
		params:        int(unsafe.Sizeof(*new(P)) / number),
		inputs:        int(unsafe.Sizeof(*new(X)) / number),
		outputs:       int(unsafe.Sizeof(*new(Y)) / number),
		newWorkspace:  func() unsafe.Pointer { return unsafe.Pointer(new(W)) },
		newBatch:      func() unsafe.Pointer { return unsafe.Pointer(new(B)) },
		workspaceSize: int(unsafe.Sizeof(*new(W))), batchSize: int(unsafe.Sizeof(*new(B))),
		init:    func(p []F, norm func() float64) { k.Init(to[P](p), norm) },
		forward: func(p []F, ws unsafe.Pointer, x []F) []F { return from[F](k.Forward(to[P](p), (*W)(ws), to[X](x))) },
		loss:    func(p []F, ws unsafe.Pointer, x, y []F) F { return k.Loss(to[P](p), (*W)(ws), to[X](x), to[Y](y)) },
		backward: func(p []F, ws unsafe.Pointer, x, y, g []F) F {
			return k.Backward(to[P](p), (*W)(ws), to[X](x), to[Y](y), to[G](g))
		},
		grad: func(p []F, ws unsafe.Pointer, x, y, g []F) F {
			return k.Grad(to[P](p), (*W)(ws), to[X](x), to[Y](y), to[G](g))
		},
		step: func(p []F, ws unsafe.Pointer, x, y []F, rate F) F {
			return k.Step(to[P](p), (*W)(ws), to[X](x), to[Y](y), rate)
		},
		forwardBatch: func(p []F, b unsafe.Pointer, xs, out []F) {
			k.ForwardBatch(to[P](p), (*B)(b), cut[X](xs), cut[Y](out))
		},
		lossBatch: func(p []F, b unsafe.Pointer, xs, ys []F) F {
			return k.LossBatch(to[P](p), (*B)(b), cut[X](xs), cut[Y](ys))
		},
		gradBatch: func(p []F, b unsafe.Pointer, xs, ys, g []F) F {
			return k.GradBatch(to[P](p), (*B)(b), cut[X](xs), cut[Y](ys), to[G](g))
		},
		stepBatch: func(p []F, b unsafe.Pointer, xs, ys []F, rate F) F {
			return k.StepBatch(to[P](p), (*B)(b), cut[X](xs), cut[Y](ys), rate)
		},
		norm:  func(g []F) F { return k.Norm(to[G](g)) },
		clip:  func(g []F, limit F) F { return k.Clip(to[G](g), limit) },
		scale: func(g []F, by F) { k.Scale(to[G](g), by) },
	}
	if k.InputGrad != nil {
		e.inputGrad = func(ws unsafe.Pointer) []F { return from[F](k.InputGrad((*W)(ws))) }
		e.inputGradBatch = func(p []F, b unsafe.Pointer, xs, ys, gxs []F) F {
			return k.InputGradBatch(to[P](p), (*B)(b), cut[X](xs), cut[Y](ys), cut[X](gxs))
		}
	}
	return e
}

// derived is a network that has derivatives besides.
func derived[P, G, W, B, X, Y, J, K any, F verify.Float](
	e kernel[F], d verify.Derivatives[P, G, W, B, X, Y, J, K, F],
) kernel[F] {
	number := unsafe.Sizeof(*new(F))
	if d.Jacobian != nil {
		e.derivatives = append(e.derivatives, derivative[F]{"Jacobian", 0, int(unsafe.Sizeof(*new(J)) / number),
			func(p []F, ws unsafe.Pointer, x, _, _, out []F) []F {
				return from[F](d.Jacobian(to[P](p), (*W)(ws), to[X](x), to[J](out)))
			}})
	}
	if d.Tangent != nil {
		e.derivatives = append(e.derivatives, derivative[F]{"Tangent", e.inputs, e.outputs,
			func(p []F, ws unsafe.Pointer, x, _, v, out []F) []F {
				return from[F](d.Tangent(to[P](p), (*W)(ws), to[X](x), to[X](v), to[Y](out)))
			}})
	}
	if d.ParameterJacobian != nil {
		e.derivatives = append(e.derivatives, derivative[F]{"ParameterJacobian", 0, e.outputs * e.params,
			func(p []F, ws unsafe.Pointer, x, _, _, out []F) []F {
				return from[F](d.ParameterJacobian(to[P](p), (*W)(ws), to[X](x), to[K](out)))
			}})
	}
	if d.HessianVector != nil {
		e.derivatives = append(e.derivatives, derivative[F]{"HessianVector", e.params, e.params,
			func(p []F, ws unsafe.Pointer, x, y, v, out []F) []F {
				return []F{d.HessianVector(to[P](p), (*W)(ws), to[X](x), to[Y](y), to[G](v), to[G](out))}
			}})
	}
	return e
}
