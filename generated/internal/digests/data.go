package digests

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"unsafe"

	"github.com/backpropgen/backpropgen/train"
)

// Data says what a network is given.
type Data struct {
	Samples  int  // in a batch; of several blocks and a rest
	Classes  bool // whether targets are classes
	Extremes bool // whether there is to be a digest of what extreme inputs give
}

// view is an array of numbers as a slice.
func view[F train.Float, A any](a *A) []F {
	return unsafe.Slice((*F)(unsafe.Pointer(a)), unsafe.Sizeof(*a)/unsafe.Sizeof(F(0)))
}

// draw draws parameters and samples: integers times a power of two, which every machine draws alike.
func draw[F train.Float, P, X, Y any](d Data, p *P, xs []X, ys []Y) {
	r := rand.New(rand.NewPCG(1, 2))
	number := func() F { return F(r.Uint64()>>40) - 1<<23 } // of 24 bits with its sign
	inputs := len(view[F](&xs[0]))
	scale := F(math.Ldexp(1, -23-bits.Len(uint(inputs))/2))
	ps := view[F](p)
	for i := range ps {
		ps[i] = number() * scale
	}
	for i := range xs {
		x, y := view[F](&xs[i]), view[F](&ys[i])
		for j := range x {
			x[j] = number() * 0x1p-22
		}
		if d.Classes {
			y[r.Uint64()>>32%uint64(len(y))] = 1
			continue
		}
		for j := range y {
			y[j] = number() * 0x1p-23
		}
	}
}

// spoil makes an element of an input extreme.
func spoil[F train.Float](x []F, i int) {
	smallest := F(math.SmallestNonzeroFloat32)
	values := []F{
		F(math.NaN()), F(math.Inf(1)), F(math.Inf(-1)), 0, F(math.Copysign(0, -1)), smallest, -smallest * 5,
		math.MaxFloat32, -1e30, 1e-40, 12345, -88.7,
	}
	x[i%len(x)] = values[i%len(values)]
}
