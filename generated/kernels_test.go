package generated_test

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// kernels are the functions of an emitted network.
type kernels[P, G, W, B, X, Y any] interface {
	*P
	Init(norm func() float64)
	Forward(ws *W, x *X) *Y
	Grad(ws *W, x *X, y *Y, g *G) float32
	Step(ws *W, x *X, y *Y, rate float32) float32
	ForwardBatch(b *B, xs []X, out []Y)
	GradBatch(b *B, xs []X, ys []Y, g *G) float32
	StepBatch(b *B, xs []X, ys []Y, rate float32) float32
}

// timedAt measures every function of a network, batches of 256 samples as one call, with its parameters and the inputs
// times some factors.
func timedAt[N kernels[P, G, W, B, X, Y], P, G, W, B, X, Y any](b *testing.B, name string, p N, parameters,
	inputs float32) {
	const samples = 256
	r := rand.New(rand.NewPCG(1, 2))
	p.Init(r.NormFloat64)
	for i, v := 0, numbers((*P)(p)); i < len(v); i++ {
		v[i] *= parameters
	}
	ws, batch, g := new(W), new(B), new(G)
	xs, ys, out := make([]X, samples), make([]Y, samples), make([]Y, samples)
	for i := range xs {
		for j, x := 0, numbers(&xs[i]); j < len(x); j++ {
			x[j] = inputs * float32(r.NormFloat64())
		}
		y := numbers(&ys[i])
		y[r.IntN(len(y))] = 1
	}
	const rate = 0x1p-20 // which changes nothing that takes longer or shorter
	for _, f := range []struct {
		name string
		call func(i int)
	}{
		{"Forward", func(i int) { p.Forward(ws, &xs[i]) }},
		{"Grad", func(i int) { p.Grad(ws, &xs[i], &ys[i], g) }},
		{"Step", func(i int) { p.Step(ws, &xs[i], &ys[i], rate) }},
		{"ForwardBatch", func(int) { p.ForwardBatch(batch, xs, out) }},
		{"GradBatch", func(int) { p.GradBatch(batch, xs, ys, g) }},
		{"StepBatch", func(int) { p.StepBatch(batch, xs, ys, rate) }},
	} {
		b.Run(f.name+"/"+name, func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				f.call(i % samples)
			}
		})
	}
}

// numbers is an array of float32 as a slice.
func numbers[A any](a *A) []float32 {
	return unsafe.Slice((*float32)(unsafe.Pointer(a)), unsafe.Sizeof(*a)/4)
}
