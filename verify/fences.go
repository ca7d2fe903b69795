package verify

import (
	"fmt"
	"math"
	"reflect"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
)

// fencedArguments is memory for everything that a kernel works on.
type fencedArguments[P, G, W, B, X, Y any] struct {
	p           fencedValues[P]
	g           fencedValues[G]
	ws          fencedValues[W]
	b           fencedValues[B]
	x, xs, gxs  fencedValues[X]
	y, ys, outs fencedValues[Y]
}

// fencedKernel maps memory for calls on up to most samples.
func fencedKernel[P, G, W, B, X, Y any, F Float](n spec.Network, k Kernel[P, G, W, B, X, Y, F], most int) *fencedCalls[F] {
	a, calls := new(fencedArguments[P, G, W, B, X, Y]), new(fencedCalls[F])
	all := &calls.fences
	a.p, a.g = newFencedValues[P]("p", 1, all), newFencedValues[G]("g", 1, all)
	a.ws, a.b = newFencedValues[W]("ws", 1, all), newFencedValues[B]("b", 1, all)
	a.x, a.y = newFencedValues[X]("x", 1, all), newFencedValues[Y]("y", 1, all)
	a.xs, a.ys = newFencedValues[X]("xs", most, all), newFencedValues[Y]("ys", most, all)
	a.outs, a.gxs = newFencedValues[Y]("out", most, all), newFencedValues[X]("gxs", most, all)
	calls.at = func(where placement, counts []int, b batch) []fencedCall[F] {
		return callsBetween(a, n, k, where, counts, b)
	}
	return calls
}

// callsBetween are all calls of a kernel, on arguments at such a place; they are to be made in their order.
func callsBetween[P, G, W, B, X, Y any, F Float](
	a *fencedArguments[P, G, W, B, X, Y], n spec.Network, k Kernel[P, G, W, B, X, Y, F], at placement, counts []int, batch batch,
) (list []fencedCall[F]) {
	p, g, ws, b := &a.p.place(at, 1)[0], &a.g.place(at, 1)[0], &a.ws.place(at, 1)[0], &a.b.place(at, 1)[0]
	x, y := &a.x.place(at, 1)[0], &a.y.place(at, 1)[0]
	poison(reflect.TypeFor[W](), unsafe.Pointer(ws))
	poison(reflect.TypeFor[B](), unsafe.Pointer(b))
	one, rate := batch.sample(n, 0), F(batch.rate)
	add := func(name string, run func() []delivery[F]) {
		list = append(list, fencedCall[F]{name, at.String(), func() []delivery[F] {
			narrowed(view[F](p), one.params)
			narrowed(view[F](x), one.x)
			narrowed(view[F](y), one.y)
			fill(view[F](g), math.NaN())
			return append(run(), deliver("p", view[F](p)...), deliver("g", view[F](g)...),
				deliver("x", view[F](x)...), deliver("y", view[F](y)...))
		}})
	}
	input := func() []delivery[F] {
		if k.InputGrad == nil {
			return nil
		}
		return []delivery[F]{deliver("∂L/∂x", view[F](k.InputGrad(ws))...)}
	}
	loss := func(v F) []delivery[F] { return []delivery[F]{deliver("loss", v)} }
	add("Init", func() []delivery[F] { k.Init(p, func() float64 { return 0.5 }); return nil })
	add("Forward", func() []delivery[F] { return []delivery[F]{deliver("ŷ", view[F](k.Forward(p, ws, x))...)} })
	add("Loss", func() []delivery[F] { return loss(k.Loss(p, ws, x, y)) })
	add("Backward", func() []delivery[F] {
		k.Forward(p, ws, x)
		return append(loss(k.Backward(p, ws, x, y, g)), input()...)
	})
	add("Grad", func() []delivery[F] { return append(loss(k.Grad(p, ws, x, y, g)), input()...) })
	// Norm, Clip and Scale work on a gradient without zeros.
	ramp := func() {
		for i := range view[F](g) {
			view[F](g)[i] = F(i%13-6)/8 + 1./16
		}
	}
	add("Norm", func() []delivery[F] { ramp(); return loss(k.Norm(g)) })
	add("Clip", func() []delivery[F] { ramp(); return loss(k.Clip(g, k.Norm(g)/2)) })
	add("Scale", func() []delivery[F] { ramp(); k.Scale(g, 3); return nil })
	add("Step", func() []delivery[F] { return append(loss(k.Step(p, ws, x, y, rate)), input()...) })
	for _, count := range counts {
		several := func(name string, call func(xs []X, ys, out []Y, gxs []X) F) {
			add(name, func() []delivery[F] {
				xs, ys, out, gxs := a.xs.place(at, count), a.ys.place(at, count), a.outs.place(at, count), a.gxs.place(at, count)
				narrowed(numbers[F](xs), batch.xs[:count*len(one.x)])
				narrowed(numbers[F](ys), batch.ys[:count*len(one.y)])
				for _, results := range [][]F{numbers[F](out), numbers[F](gxs)} {
					fill(results, math.NaN())
				}
				return append(loss(call(xs, ys, out, gxs)), deliver("xs", numbers[F](xs)...), deliver("ys", numbers[F](ys)...),
					deliver("out", numbers[F](out)...), deliver("gxs", numbers[F](gxs)...))
			})
			list[len(list)-1].where = fmt.Sprintf("%d samples, %v", count, at)
		}
		several("ForwardBatch", func(xs []X, _, out []Y, _ []X) F { k.ForwardBatch(p, b, xs, out); return 0 })
		several("LossBatch", func(xs []X, ys, _ []Y, _ []X) F { return k.LossBatch(p, b, xs, ys) })
		several("GradBatch", func(xs []X, ys, _ []Y, _ []X) F { return k.GradBatch(p, b, xs, ys, g) })
		several("StepBatch", func(xs []X, ys, _ []Y, _ []X) F { return k.StepBatch(p, b, xs, ys, rate) })
		if k.InputGradBatch != nil {
			several("InputGradBatch", func(xs []X, ys, _ []Y, gxs []X) F { return k.InputGradBatch(p, b, xs, ys, gxs) })
		}
	}
	return list
}
