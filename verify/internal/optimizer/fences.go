package optimizer

import (
	"fmt"

	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// fencedUpdates is how many updates are made between fences: the first, which may be another, and one after it.
const fencedUpdates = 2

// checkFences makes updates with parameters, gradient and state between pages that must not be touched, at either
// end of their memory and aligned as little as their numbers are. What comes out is the same everywhere.
func checkFences[F memory.Float](k *Judged[F]) {
	all, place := k.Fenced()
	defer all.Release()
	fence.Everywhere(k.Report, all, func(at fence.Placement) (calls []fence.Call[F]) {
		for _, hyper := range [][]float64{k.Rule.defaults, k.Rule.away()} {
			calls = append(calls, fence.Call[F]{Name: k.Name, Where: at.String(), Run: func() []fence.Delivery[F] {
				m, err := place(at)
				if err != nil {
					panic(fmt.Sprint(err)) // its like was made before
				}
				return fencedUpdate(k.Case, hyper, m)
			}})
		}
		return calls
	})
}

// fencedUpdate makes updates on such memory and returns all that they leave.
func fencedUpdate[F memory.Float](j Case, hyper []float64, m *Machine[F]) []fence.Delivery[F] {
	for k, h := range hyper {
		*m.Hyper[k] = F(h)
	}
	rng, _ := trial.Random(j.Network, firstTrial-5)
	for k := range m.Params {
		m.Params[k] = F(rng.NormFloat64())
	}
	for range fencedUpdates {
		drawGradient(j.Format, rng, m.Grad)
		m.Update(0x1p-7)
	}
	list := []fence.Delivery[F]{fence.Deliver("p", m.Params...), fence.Deliver("g", m.Grad...)}
	for k, a := range m.State {
		list = append(list, fence.Deliver(j.Rule.State[k], a...))
	}
	return list
}
