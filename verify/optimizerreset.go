package verify

import (
	"fmt"
	"math"
	"slices"
)

// changes judges updates whose hyperparameters are set while the optimizer runs: away from the defaults, and to 0,
// which are no defaults then.
func (j *optimizerJudge[F]) changes() {
	m := j.machine
	j.run(0, setting{hyper: j.rule.defaults}, 2)
	rng, _ := random(j.network, optimizerTrials-3)
	for _, hyper := range [][]float64{j.rule.away(), make([]float64, len(j.rule.hyper))} {
		for k, h := range hyper {
			*m.hyper[k] = F(h)
		}
		for range 2 {
			drawGradient(j.format, rng, m.grad)
			where := fmt.Sprintf("%v set to %v between updates, seed %s", j.rule.hyper, hyper, j.report.Seed)
			j.judge(everyElement, ruler{j.report, j.format, where}, 0x1p-7)
		}
	}
}

// resets judges that Reset forgets all updates, even one with NaN, and nothing else.
func (j *optimizerJudge[F]) resets() {
	m, fresh := j.machine, j.other
	rng, _ := random(j.network, optimizerTrials-4)
	for i, hyper := range [][]float64{j.rule.defaults, j.rule.away()} {
		j.run(i, setting{hyper: hyper}, 0)
		params := slices.Clone(m.params)
		for _, spoilt := range []bool{false, true} {
			drawGradient(j.format, rng, m.grad)
			if spoilt {
				fill(m.grad, math.NaN())
			}
			m.update(0x1p-7)
		}
		copy(m.params, params)
		m.reset()

		for k, name := range j.rule.hyper {
			if got, want := *m.hyper[k], F(hyper[k]); got != want {
				j.report.broken(j.name, name, "Reset", "changed from %v to %v; hyperparameters stay", want, got)
			}
		}
		if m.t != nil && *m.t != 0 {
			j.report.broken(j.name, "T", "Reset", "is %d; it must be 0", *m.t)
		}
		for k, a := range m.state {
			if at := sameBits(a, make([]F, len(a))); at >= 0 {
				j.report.broken(j.name, j.rule.state[k], "Reset", "element %d is %v; it must be 0", at, a[at])
			}
		}
		// What the fields do not show.
		fresh.set(m)
		for range 2 {
			drawGradient(j.format, rng, m.grad)
			copy(fresh.grad, m.grad)
			m.update(0x1p-7)
			fresh.update(0x1p-7)
			if at := sameBits(m.params, fresh.params); at >= 0 {
				j.report.broken(j.name, "p", "after Reset", "element %d becomes %v, that of a new optimizer %v",
					at, m.params[at], fresh.params[at])
			}
		}
	}
}
