package pauses

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// samples is how many a batch has: some tiles of the assembly and a part of one, and blocks of any size.
const samples = 37

const rate = 0.0625

// specials are numbers that are treated apart somewhere.
var specials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64,
	-math.SmallestNonzeroFloat32,
	0x1p-127, -0x1p-1023, 1e4, -1e4, 100, -100, 0x1p127, -0x1p1023, 1, -1, 0.5,
}

// fill draws numbers: of moderate size, of every magnitude, of few values, so that units tie, or with special ones
// among them.
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
func (k kernel[F]) results(params, xs, ys []F) (all []result[F]) {
	ws, b, g, p := k.newWorkspace(), k.newBatch(), make([]F, k.params), make([]F, k.params)
	add := func(of string, values ...F) { all = append(all, result[F]{of, append([]F{}, values...)}) }
	input := func(of string) {
		if k.inputGrad != nil {
			add("InputGrad after "+of, k.inputGrad(ws)...)
		}
	}
	for i := range 4 {
		copy(p, params)
		x, y := xs[i*k.inputs:(i+1)*k.inputs], ys[i*k.outputs:(i+1)*k.outputs]
		add("Forward", k.forward(p, ws, x)...)
		add("the loss of Backward", k.backward(p, ws, x, y, g))
		add("Backward", g...)
		input("Backward")
		add("Loss", k.loss(p, ws, x, y))
		add("the loss of Grad", k.grad(p, ws, x, y, g))
		add("Grad", g...)
		input("Grad")
		add("the loss of Step", k.step(p, ws, x, y, rate))
		add("Step", p...)
		input("Step")
		copy(p, params)
		for _, d := range k.derivatives {
			v, out := make([]F, d.direction), make([]F, d.out)
			for j := range v {
				v[j] = params[(j+i)%len(params)] + x[(j*i)%len(x)]
			}
			add("what "+d.name+" returns", d.call(p, ws, x, y, v, out)...)
			add(d.name, out...)
		}
	}
	for _, n := range []int{samples, 3} {
		copy(p, params)
		xs, ys, out, gxs := xs[:n*k.inputs], ys[:n*k.outputs], make([]F, n*k.outputs), make([]F, n*k.inputs)
		k.forwardBatch(p, b, xs, out)
		for i := range n {
			add(fmt.Sprintf("ForwardBatch, sample %d", i), out[i*k.outputs:(i+1)*k.outputs]...)
		}
		add("LossBatch", k.lossBatch(p, b, xs, ys))
		add("the loss of GradBatch", k.gradBatch(p, b, xs, ys, g))
		add("GradBatch", g...)
		if k.inputGradBatch != nil {
			add("the loss of InputGradBatch", k.inputGradBatch(p, b, xs, ys, gxs))
			for i := range n {
				add(fmt.Sprintf("InputGradBatch, sample %d", i), gxs[i*k.inputs:(i+1)*k.inputs]...)
			}
		}
		add("the loss of StepBatch", k.stepBatch(p, b, xs, ys, rate))
		add("StepBatch", p...)
	}
	return all
}
