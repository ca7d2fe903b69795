package verify

import (
	"fmt"
	"math"
	"reflect"
	"runtime/debug"
	"slices"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
)

// fencedCall is a call with arguments between fences.
type fencedCall[F Float] struct {
	name, where string
	// run makes the call and returns every number that it delivers, and those that it may not change.
	run func() []delivery[F]
}

// delivery is numbers that a call delivers.
type delivery[F Float] struct {
	name    string
	numbers []F
}

// deliver copies numbers.
func deliver[F Float](name string, numbers ...F) delivery[F] {
	return delivery[F]{name, slices.Clone(numbers)}
}

// fencedCounts are numbers of samples for calls between fences: fewer than any tile, whole tiles of either precision,
// and one more than some.
var fencedCounts = []int{1, 3, 8, 16, 32, 33, 64}

// checkFences makes every call with every argument between pages that must not be touched, at either end of its
// memory and aligned as little as its numbers are. What it delivers is the same everywhere.
func checkFences[P, G, W, B, X, Y any, F Float](n spec.Network, report *Report, k Kernel[P, G, W, B, X, Y, F]) {
	limit := batchLimit / (n.Params() + sampleCost)
	counts := slices.DeleteFunc(slices.Clone(fencedCounts), func(c int) bool { return c > max(limit, 2) })
	b, err := newBatch(n, 0, slices.Max(counts), 3)
	if report.failed(err) {
		return
	}
	a := newFencedArguments[P, G, W, B, X, Y, F](slices.Max(counts))
	defer a.fences.release()
	if a.fences.err != nil {
		report.note("no argument was put beside memory that must not be touched: %v", a.fences.err)
		return
	}
	var want [][]delivery[F]
	for _, where := range []placement{ordinary, firstOnes, lastOnes, oddly} {
		for i, c := range a.calls(n, k, where, counts, b) {
			got, ok := fencedRun(report, c, a.fences.list)
			if s := roundsOtherwise(); s != "" {
				report.broken(c.name, "the processor", c.where, "%s after the call", s)
			}
			if where == ordinary {
				want = append(want, got)
				continue
			}
			if !ok || want[i] == nil {
				continue
			}
			for d, v := range got {
				if at := sameBits(v.numbers, want[i][d].numbers); at >= 0 {
					report.broken(c.name, v.name, c.where,
						"number %d is %v, in ordinary memory %v; results may not depend on where arguments lie", at, v.numbers[at], want[i][d].numbers[at])
				}
			}
		}
	}
}

// fencedRun makes a call and reports what it touches beside its arguments; ok is false where it did not come to its
// end.
func fencedRun[F Float](report *Report, c fencedCall[F], fences []*fence) (got []delivery[F], ok bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		said := recover()
		if said == nil {
			return
		}
		fault, is := said.(interface{ Addr() uintptr })
		if got, ok = nil, false; !is {
			report.broken(c.name, "panic", c.where, "%v", said)
			return
		}
		for _, f := range fences {
			if n, where, found := f.beside(fault.Addr()); found {
				report.broken(c.name, f.name, c.where, "memory %d bytes %s is read or written", n, where)
				return
			}
		}
		report.broken(c.name, "memory", c.where, "%v, which lies beside no argument", said)
	}()
	got = c.run()
	for _, f := range fences {
		for _, s := range f.sides() {
			if !onlyCanaries(s.bytes) {
				report.broken(c.name, f.name, c.where, "memory %s it was written", s.name)
				f.lies(f.from, f.to)
			}
		}
	}
	return got, true
}

// fencedArguments is memory for everything that a kernel works on.
type fencedArguments[P, G, W, B, X, Y any, F Float] struct {
	p           fencedValues[P]
	g           fencedValues[G]
	ws          fencedValues[W]
	b           fencedValues[B]
	x, xs, gxs  fencedValues[X]
	y, ys, outs fencedValues[Y]
	fences      fences
}

// newFencedArguments maps memory for calls on up to most samples.
func newFencedArguments[P, G, W, B, X, Y any, F Float](most int) *fencedArguments[P, G, W, B, X, Y, F] {
	a := new(fencedArguments[P, G, W, B, X, Y, F])
	all := &a.fences
	a.p, a.g = newFencedValues[P]("p", 1, all), newFencedValues[G]("g", 1, all)
	a.ws, a.b = newFencedValues[W]("ws", 1, all), newFencedValues[B]("b", 1, all)
	a.x, a.y = newFencedValues[X]("x", 1, all), newFencedValues[Y]("y", 1, all)
	a.xs, a.ys = newFencedValues[X]("xs", most, all), newFencedValues[Y]("ys", most, all)
	a.outs, a.gxs = newFencedValues[Y]("out", most, all), newFencedValues[X]("gxs", most, all)
	return a
}

// calls are all of a kernel, on arguments at such a place; they are to be made in their order.
func (a *fencedArguments[P, G, W, B, X, Y, F]) calls(
	n spec.Network, k Kernel[P, G, W, B, X, Y, F], at placement, counts []int, batch batch,
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

// numbers views samples as numbers.
func numbers[F Float, T any](v []T) []F {
	var one T
	return unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(one)/unsafe.Sizeof(*new(F))))
}
