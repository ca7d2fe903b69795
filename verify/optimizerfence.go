package verify

import "fmt"

// fencedUpdates is how many updates are made between fences: the first, which may be another, and one after it.
const fencedUpdates = 2

// fencedOptimizer makes updates with parameters, gradient and state between pages that must not be touched, at either
// end of their memory and aligned as little as their numbers are. What comes out is the same everywhere.
func fencedOptimizer[S, P, G any, F Float](j optimizerCase, newState func() *S, update func(s *S, p *P, g *G, rate F)) {
	all := new(fences)
	ps, gs, states := newFencedValues[P]("p", 1, all), newFencedValues[G]("g", 1, all), newFencedValues[S]("o", 1, all)
	defer all.release()
	if all.err != nil {
		j.report.note("no argument was put beside memory that must not be touched: %v", all.err)
		return
	}
	var want [][]delivery[F]
	for _, at := range []placement{ordinary, firstOnes, lastOnes, oddly} {
		for i, hyper := range [][]float64{j.rule.defaults, j.rule.away()} {
			p, g, s := &ps.place(at, 1)[0], &gs.place(at, 1)[0], &states.place(at, 1)[0]
			c := fencedCall[F]{j.name, at.String(), func() []delivery[F] { return fencedUpdate(j, hyper, p, g, s, newState, update) }}
			got, ok := fencedRun(j.report, c, all.list)
			if r := roundsOtherwise(); r != "" {
				j.report.broken(j.name, "the processor", c.where, "%s after the call", r)
			}
			if at == ordinary {
				want = append(want, got)
				continue
			}
			if !ok || want[i] == nil {
				continue
			}
			for d, v := range got {
				if k := sameBits(v.numbers, want[i][d].numbers); k >= 0 {
					j.report.broken(j.name, v.name, c.where, "number %d is %v, in ordinary memory %v; results may not depend on where arguments lie",
						k, v.numbers[k], want[i][d].numbers[k])
				}
			}
		}
	}
}

// fencedUpdate makes updates on such memory and returns all that they leave.
func fencedUpdate[S, P, G any, F Float](
	j optimizerCase, hyper []float64, p *P, g *G, s *S, newState func() *S, update func(s *S, p *P, g *G, rate F),
) []delivery[F] {
	*s = *newState()
	m, err := optimizerMachineOf(j.rule, j.network.Params(), s, p, g, update)
	if err != nil {
		panic(fmt.Sprint(err)) // its like was made before
	}
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
