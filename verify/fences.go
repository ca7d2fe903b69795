package verify

import (
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
)

// fencedKernel maps memory for everything that a kernel works on, for calls on up to most samples.
func fencedKernel[P, G, W, B, X, Y any, F Float](k Kernel[P, G, W, B, X, Y, F], most int) *judge.Fenced[F] {
	f := new(judge.Fenced[F])
	all := &f.Fences
	ps, gs := fence.NewValues[P]("p", 1, all), fence.NewValues[G]("g", 1, all)
	ws, bs := fence.NewValues[W]("ws", 1, all), fence.NewValues[B]("b", 1, all)
	x, y := fence.NewValues[X]("x", 1, all), fence.NewValues[Y]("y", 1, all)
	xs, ys := fence.NewValues[X]("xs", most, all), fence.NewValues[Y]("ys", most, all)
	weights := fence.NewValues[F]("weights", most, all)
	outs, gxs := fence.NewValues[Y]("out", most, all), fence.NewValues[X]("gxs", most, all)
	f.Single = func(at fence.Placement) (*judge.Machine[F], judge.GradientFunctions[F]) {
		g := &gs.Place(at, 1)[0]
		m := machineOn(k, &ps.Place(at, 1)[0], g, &ws.Place(at, 1)[0], &x.Place(at, 1)[0], &y.Place(at, 1)[0])
		return m, gradientFunctionsOn(k, g)
	}
	f.Batch = func(at fence.Placement, count int) *judge.BatchMachine[F] {
		return batchMachineOn(kernelBatches(k, &bs.Place(at, 1)[0]), &ps.Place(at, 1)[0], &gs.Place(at, 1)[0], 0,
			xs.Place(at, count), ys.Place(at, count), weights.Place(at, count), outs.Place(at, count),
			gxs.Place(at, count))
	}
	return f
}
