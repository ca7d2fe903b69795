package pauses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"unsafe"

	"github.com/backpropgen/backpropgen/verify"
)

// samples is how many a batch has: some tiles of the assembly and a part of one, and blocks of any size.
const samples = 37

const rate = 0.0625

// kernel is a network and its functions.
type kernel[P, G, W, B, X, Y any, F float32 | float64] struct {
	atLevels func(func(level string))
	verify.Kernel[P, G, W, B, X, Y, F]
}

func flat[F float32 | float64, T any](v *T) []F {
	return unsafe.Slice((*F)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/unsafe.Sizeof(*new(F)))
}

// specials are numbers that are treated apart somewhere.
var specials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat32,
	0x1p-127, -0x1p-1023, 1e4, -1e4, 100, -100, 0x1p127, -0x1p1023, 1, -1, 0.5,
}

// fill draws numbers: of moderate size, of every magnitude, of few values, so that units tie, or with special ones among them.
func fill[F float32 | float64](r *rand.Rand, round int, to []F) {
	for i := range to {
		v := r.NormFloat64() / 2
		switch {
		case round%5 == 1:
			v *= math.Ldexp(1, r.IntN(80)-40)
		case round%5 == 2:
			v = float64(r.IntN(3)-1) / 2
			if r.IntN(2) == 0 {
				v = math.Copysign(v, -1)
			}
		case round%5 == 3 && r.IntN(len(to)) < 2, round%5 == 4 && r.IntN(8) == 0:
			v = specials[r.IntN(len(specials))]
		}
		to[i] = F(v)
	}
}

// result is what a function gave.
type result[F float32 | float64] struct {
	of     string
	values []F
}

// results runs every function.
func (k kernel[P, G, W, B, X, Y, F]) results(params P, xs []X, ys []Y) (all []result[F]) {
	ws, b, g := new(W), new(B), new(G)
	add := func(of string, values ...F) { all = append(all, result[F]{of, append([]F{}, values...)}) }
	input := func(of string) {
		if k.InputGrad != nil {
			add("InputGrad after "+of, flat[F](k.InputGrad(ws))...)
		}
	}
	for i := range 4 {
		p, x, y := params, &xs[i], &ys[i]
		add("Forward", flat[F](k.Forward(&p, ws, x))...)
		add("the loss of Backward", k.Backward(&p, ws, x, y, g))
		add("Backward", flat[F](g)...)
		input("Backward")
		add("Loss", k.Loss(&p, ws, x, y))
		add("the loss of Grad", k.Grad(&p, ws, x, y, g))
		add("Grad", flat[F](g)...)
		input("Grad")
		add("the loss of Step", k.Step(&p, ws, x, y, rate))
		add("Step", flat[F](&p)...)
		input("Step")
	}
	for _, n := range []int{samples, 3} {
		p := params
		xs, ys, out, gxs := xs[:n], ys[:n], make([]Y, n), make([]X, n)
		k.ForwardBatch(&p, b, xs, out)
		for i := range out {
			add(fmt.Sprintf("ForwardBatch, sample %d", i), flat[F](&out[i])...)
		}
		add("LossBatch", k.LossBatch(&p, b, xs, ys))
		add("the loss of GradBatch", k.GradBatch(&p, b, xs, ys, g))
		add("GradBatch", flat[F](g)...)
		if k.InputGradBatch != nil {
			add("the loss of InputGradBatch", k.InputGradBatch(&p, b, xs, ys, gxs))
			for i := range gxs {
				add(fmt.Sprintf("InputGradBatch, sample %d", i), flat[F](&gxs[i])...)
			}
		}
		add("the loss of StepBatch", k.StepBatch(&p, b, xs, ys, rate))
		add("StepBatch", flat[F](&p)...)
	}
	return all
}
