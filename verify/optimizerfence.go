package verify

import "fmt"

// fencedUpdates is how many updates are made between fences: the first, which may be another, and one after it.
const fencedUpdates = 2

// fencedOptimizer makes updates with parameters, gradient and state between pages that must not be touched, at either
// end of their memory and aligned as little as their numbers are. What comes out is the same everywhere.
func fencedOptimizer[F Float](k *judgedOptimizer[F]) {
	all, place := k.fenced()
	defer all.release()
	everywhere(k.report, all, func(at placement) (calls []fencedCall[F]) {
		for _, hyper := range [][]float64{k.rule.defaults, k.rule.away()} {
			calls = append(calls, fencedCall[F]{k.name, at.String(), func() []delivery[F] {
				m, err := place(at)
				if err != nil {
					panic(fmt.Sprint(err)) // its like was made before
				}
				return fencedUpdate(k.optimizerCase, hyper, m)
			}})
		}
		return calls
	})
}

// fencedUpdate makes updates on such memory and returns all that they leave.
func fencedUpdate[F Float](j optimizerCase, hyper []float64, m *optimizerMachine[F]) []delivery[F] {
	for k, h := range hyper {
		*m.hyper[k] = F(h)
	}
	rng, _ := random(j.network, optimizerTrials-5)
	for k := range m.params {
		m.params[k] = F(rng.NormFloat64())
	}
	for range fencedUpdates {
		drawGradient(j.format, rng, m.grad)
		m.update(0x1p-7)
	}
	list := []delivery[F]{deliver("p", m.params...), deliver("g", m.grad...)}
	for k, a := range m.state {
		list = append(list, deliver(j.rule.state[k], a...))
	}
	return list
}
