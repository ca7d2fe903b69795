package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// fencedCounts are numbers of samples for calls between fences: fewer than any tile, whole tiles of either precision,
// and one more than some.
var fencedCounts = []int{1, 3, 8, 16, 32, 33, 64}

// checkFences makes every call with every argument between pages that must not be touched, at either end of its
// memory and aligned as little as its numbers are. What it delivers is the same everywhere.
func checkFences[F memory.Float](k *Kernel[F]) {
	n := k.Network
	limit := trial.BatchLimit / (n.Params() + trial.SampleCost)
	counts := slices.DeleteFunc(slices.Clone(fencedCounts), func(c int) bool { return c > max(limit, 2) })
	b, err := trial.NewBatch(n, 0, slices.Max(counts), 3)
	if k.Report.Failed(err) {
		return
	}
	f := k.Fenced(slices.Max(counts))
	defer f.Fences.Release()
	fence.Everywhere(k.Report, &f.Fences, func(at fence.Placement) []fence.Call[F] {
		list := fencedSingles(f, at, b.Sample(n, 0))
		for _, count := range counts {
			list = append(list, fencedBatches(f, at, b.First(n, count))...)
		}
		return list
	})
}

// fencedSingles are the calls on one sample with arguments at such a place.
func fencedSingles[F memory.Float](f *Fenced[F], at fence.Placement, s trial.Sample) (list []fence.Call[F]) {
	m, g := f.Single(at)
	m.Poison()
	add := func(name string, run func() []fence.Delivery[F]) {
		list = append(list, fence.Call[F]{Name: name, Where: at.String(), Run: func() []fence.Delivery[F] {
			LoadSample(m, s)
			return append(run(), fence.Deliver("p", m.Params...), fence.Deliver("g", m.Grad...),
				fence.Deliver("x", m.X...), fence.Deliver("y", m.Y...))
		}})
	}
	if m.Init != nil {
		add("Init", func() []fence.Delivery[F] { m.Init(func() float64 { return 0.5 }); return nil })
	}
	for _, c := range calls(m) {
		add(c.name, func() []fence.Delivery[F] {
			loss, output := c.run(m, F(s.Rate))
			list := []fence.Delivery[F]{fence.Deliver("loss", loss), fence.Deliver("ŷ", output...)}
			if (c.gradient || c.step) && m.InputGrad != nil {
				list = append(list, fence.Deliver("∂L/∂x", m.InputGrad()...))
			}
			return list
		})
	}
	if g.Norm == nil {
		return list
	}
	// Norm, Clip and Scale work on a gradient without zeros.
	ramp := func() {
		for i := range g.Grad {
			g.Grad[i] = F(i%13-6)/8 + 1./16
		}
	}
	norm := func(v F) []fence.Delivery[F] { return []fence.Delivery[F]{fence.Deliver("norm", v)} }
	add("Norm", func() []fence.Delivery[F] { ramp(); return norm(g.Norm()) })
	add("Clip", func() []fence.Delivery[F] { ramp(); return norm(g.Clip(g.Norm() / 2)) })
	add("Scale", func() []fence.Delivery[F] { ramp(); g.Scale(3); return nil })
	return list
}

// fencedBatches are the calls on a batch with arguments at such a place.
func fencedBatches[F memory.Float](f *Fenced[F], at fence.Placement, b trial.Batch) (list []fence.Call[F]) {
	for _, c := range batchCalls(f.Batch(at, b.Count)) {
		where := fmt.Sprintf("%s, %v", plural.Of(b.Count, "sample"), at)
		list = append(list, fence.Call[F]{Name: c.name, Where: where, Run: func() []fence.Delivery[F] {
			m := f.Batch(at, b.Count) // anew, for other calls have been made since
			m.Poison()
			loadBatch(m, b)
			memory.Fill(m.Out.Memory, math.NaN())
			memory.Fill(m.Gxs.Memory, math.NaN())
			loss := c.run(m, memory.Evenly(b.Count), F(b.Rate))
			return []fence.Delivery[F]{
				fence.Deliver("loss", loss), fence.Deliver("xs", m.Xs.Memory...), fence.Deliver("ys", m.Ys.Memory...),
				fence.Deliver("out", m.Out.Memory...), fence.Deliver("gxs", m.Gxs.Memory...),
				fence.Deliver("p", m.Params...), fence.Deliver("g", m.Grad...),
			}
		}})
	}
	return list
}
