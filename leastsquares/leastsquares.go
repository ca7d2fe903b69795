// Package leastsquares fits emitted networks by Levenberg–Marquardt and Gauss–Newton: for networks of up to a few
// hundred parameters these need tens of iterations where gradient descent needs tens of thousands.
//
//	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
//	result, err := leastsquares.New(&net).Fit(ctx, xs, ys, leastsquares.Options{})
//
// [New] takes any network with ForwardBatch and ParameterJacobianBatch, which derivatives: [parameter-jacobian] in its
// spec emits, and finds its types by itself. The cost is [Options.Cost], whatever cost the network was emitted with.
//
// # The method
//
// With residuals r and J = ∂ŷ/∂θ a step δ solves
//
//	(JᵀHJ + μD²) δ = -Jᵀ∇C
//
// H is diagonal and positive: the curvature of the cost at the outputs. For half the squared error it is 1; for other
// costs JᵀHJ is the Gauss–Newton matrix. D is diagonal too, so that the units of parameters matter little. Its entries
// are the largest length of any column of J so far, but at most 20 times the length of the parameter's own column.
//
// The damping μ follows the gain ratio: how much a step lowered the loss, divided by how much the linear model promised
// (Nielsen, Damping Parameter in Marquardt's Method, IMM-REP-1999-05). A step has a second order, which follows the
// bend of the outputs along it (Transtrum and Sethna, Improvements to the Levenberg–Marquardt Algorithm, 2012).
//
// Sums are formed in float64, by blocks of samples, on all cores. They have the same bits for any number of workers.
// The matrix is factored by Cholesky. If that loses too many digits, J itself is factored by QR, block after block.
//
// # Uncertainty
//
// [Fitter.Uncertainty] computes the covariance of the parameters and their standard errors. [Fitter.Predictions]
// computes the standard errors of outputs.
package leastsquares

import (
	"fmt"
	"reflect"
	"unsafe"
)

// Network lists what a network needs. P is the network, B its batch workspace, and the others are arrays of float32 or
// float64: A the parameters, X an input, Y an output, and J one gradient for each output.
type Network[P, B, A, X, Y, J any] interface {
	*P
	// Flat is a view of all parameters.
	Flat() *A
	// ForwardBatch sets out[i] to the output of xs[i].
	ForwardBatch(b *B, xs []X, out []Y)
	// ParameterJacobianBatch sets js[i][k] to the gradient of output k of xs[i] by the parameters.
	ParameterJacobianBatch(b *B, xs []X, js []J)
}

// Fitter fits one network; [New] makes one. Only one goroutine at a time may use it, and its network.
type Fitter[X, Y any] struct {
	params          numbers
	inputs, outputs int
	single          bool // of float32
	// samples is how many a block has.
	samples int
	worker  func() worker[X]
	workers []worker[X] // made when they are needed
}

// worker computes with a workspace of its own.
type worker[X any] struct {
	// forward sets out to the outputs, one sample after another.
	forward func(xs []X, out []float64)
	// jacobian sets rows to the gradients, a row for each output of each sample.
	jacobian func(xs []X, rows []float64)
	// out, rows and panels are room for one block: a number for each output, the rows, and these packed.
	out, rows []float64
	panels    *panels
}

// New returns a fitter of net, whose parameters it will change in place. They must have been drawn with Init, or set.
// The types follow from net: leastsquares.New(&net).
func New[N Network[P, B, A, X, Y, J], P, B, A, X, Y, J any](net N) *Fitter[X, Y] {
	if (*P)(net) == nil {
		panic(fmt.Sprintf("leastsquares.New: the network is a nil %T", net))
	}
	params := numbersOf(unsafe.Pointer(net.Flat()), reflect.TypeFor[A]())
	n := params.len()
	inputs, outputs := count[X](), count[Y]()
	if n == 0 || inputs == 0 || outputs == 0 || count[J]() != n*outputs {
		panic(fmt.Sprintf("leastsquares.New: %T has parameters %v, inputs %v, outputs %v and gradients %v; they must be "+
			"arrays of float32 or of float64, and the gradients an array of the parameters for each output", net,
			reflect.TypeFor[A](), reflect.TypeFor[X](), reflect.TypeFor[Y](), reflect.TypeFor[J]()))
	}
	f := &Fitter[X, Y]{params: params, inputs: inputs, outputs: outputs, single: params.f32 != nil}
	f.samples = blockSamples(n * outputs)
	f.worker = func() worker[X] {
		b := new(B)
		var js []J
		var ys []Y
		if f.single {
			js, ys = make([]J, f.samples), make([]Y, f.samples)
		}
		room := newPanels(n+1, f.samples*outputs)
		return worker[X]{
			forward: func(xs []X, out []float64) {
				if !f.single {
					net.ForwardBatch(b, xs, view[Y](out, len(xs)))
					return
				}
				net.ForwardBatch(b, xs, ys[:len(xs)])
				widen(out, ys[:len(xs)])
			},
			jacobian: func(xs []X, rows []float64) {
				if !f.single {
					net.ParameterJacobianBatch(b, xs, view[J](rows, len(xs)))
					return
				}
				net.ParameterJacobianBatch(b, xs, js[:len(xs)])
				widen(rows, js[:len(xs)])
			},
			out: make([]float64, f.samples*outputs), rows: make([]float64, f.samples*outputs*n),
			panels: &room,
		}
	}
	return f
}

// blockSamples is how many samples are computed at once where each has a gradient of so many numbers: it must not
// depend on the machine, for sums are formed block by block.
func blockSamples(numbers int) int { return min(max((1<<17)/numbers, 1), 64) }

// numbers is the parameters as they lie in the network: one of the two.
type numbers struct {
	f32 []float32
	f64 []float64
}

func numbersOf(at unsafe.Pointer, t reflect.Type) (v numbers) {
	switch n, kind := leaves(t); kind {
	case reflect.Float32:
		v.f32 = unsafe.Slice((*float32)(at), n)
	case reflect.Float64:
		v.f64 = unsafe.Slice((*float64)(at), n)
	}
	return v
}

func (v numbers) len() int { return len(v.f32) + len(v.f64) }

// copyTo widens the parameters.
func (v numbers) copyTo(p []float64) {
	copy(p, v.f64)
	for i, x := range v.f32 {
		p[i] = float64(x)
	}
}

// set rounds parameters to the network's precision, and p with them.
func (v numbers) set(p []float64) {
	copy(v.f64, p)
	for i := range v.f32 {
		v.f32[i] = float32(p[i])
		p[i] = float64(v.f32[i])
	}
}

// leaves is how many numbers of which kind a type of nested arrays and structs is made of; invalid if of several kinds.
func leaves(t reflect.Type) (n int, kind reflect.Kind) {
	switch t.Kind() {
	case reflect.Float32, reflect.Float64:
		return 1, t.Kind()
	case reflect.Array:
		n, kind = leaves(t.Elem())
		return n * t.Len(), kind
	case reflect.Struct:
		for i := range t.NumField() {
			m, k := leaves(t.Field(i).Type)
			if i > 0 && k != kind {
				return 0, reflect.Invalid
			}
			n, kind = n+m, k
		}
		return n, kind
	}
	return 0, reflect.Invalid
}

// count is how many numbers a T has.
func count[T any]() int {
	n, _ := leaves(reflect.TypeFor[T]())
	return n
}

// view is numbers as so many arrays of float64, of which there must be enough.
func view[T any](of []float64, count int) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(of))), count)
}

// widen copies the numbers of values.
func widen[T any](to []float64, from []T) {
	n, kind := leaves(reflect.TypeFor[T]())
	at := unsafe.Pointer(unsafe.SliceData(from))
	if kind == reflect.Float64 {
		copy(to, unsafe.Slice((*float64)(at), n*len(from)))
		return
	}
	for i, v := range unsafe.Slice((*float32)(at), n*len(from)) {
		to[i] = float64(v)
	}
}
