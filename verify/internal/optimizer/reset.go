package optimizer

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// changes judges updates whose hyperparameters are set while the optimizer runs: away from the defaults, and to 0,
// which are no defaults then.
func (j *judge[F]) changes() {
	m := j.machine
	j.run(0, setting{hyper: j.Rule.defaults}, 2)
	rng, _ := trial.Random(j.Network, firstTrial-3)
	for _, hyper := range [][]float64{j.Rule.away(), make([]float64, len(j.Rule.Hyper))} {
		for k, h := range hyper {
			*m.Hyper[k] = F(h)
		}
		for range 2 {
			drawGradient(j.Format, rng, m.Grad)
			where := fmt.Sprintf("%v set to %v between updates, seed %s", j.Rule.Hyper, hyper, j.Report.Seed)
			j.judge(everyElement, j.ruler(where), 0x1p-7)
		}
	}
}

// resets judges that Reset forgets all updates, even one with NaN, and nothing else.
func (j *judge[F]) resets() {
	m, fresh := j.machine, j.other
	rng, _ := trial.Random(j.Network, firstTrial-4)
	for i, hyper := range [][]float64{j.Rule.defaults, j.Rule.away()} {
		j.run(i, setting{hyper: hyper}, 0)
		params := slices.Clone(m.Params)
		for _, spoilt := range []bool{false, true} {
			drawGradient(j.Format, rng, m.Grad)
			if spoilt {
				memory.Fill(m.Grad, math.NaN())
			}
			m.Update(0x1p-7)
		}
		copy(m.Params, params)
		m.Reset()

		for k, name := range j.Rule.Hyper {
			if got, want := *m.Hyper[k], F(hyper[k]); got != want {
				j.Report.Broken(j.Name, name, "Reset", "changed from %v to %v; hyperparameters stay", want, got)
			}
		}
		if m.T != nil && *m.T != 0 {
			j.Report.Broken(j.Name, "T", "Reset", "is %d; it must be 0", *m.T)
		}
		for k, a := range m.State {
			if at := memory.FirstDifference(a, make([]F, len(a))); at >= 0 {
				j.Report.Broken(j.Name, j.Rule.State[k], "Reset", "element %d is %v; it must be 0", at, a[at])
			}
		}
		// What the fields do not show.
		fresh.set(m)
		for range 2 {
			drawGradient(j.Format, rng, m.Grad)
			copy(fresh.Grad, m.Grad)
			m.Update(0x1p-7)
			fresh.Update(0x1p-7)
			if at := memory.FirstDifference(m.Params, fresh.Params); at >= 0 {
				j.Report.Broken(j.Name, "p", "after Reset", "element %d becomes %v, that of a new optimizer %v",
					at, m.Params[at], fresh.Params[at])
			}
		}
	}
}
