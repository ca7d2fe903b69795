package verify

import (
	"math"
)

// defaults judges the constructor, and that a zero value does the same.
func (j *optimizerJudge[F]) defaults() {
	for i, name := range j.rule.hyper {
		if got, want := *j.built.hyper[i], F(j.rule.defaults[i]); got != want {
			j.report.broken(j.name, name, "", "the constructor sets %v, the default is %v", got, want)
		}
	}
	if j.built.t != nil && *j.built.t != 0 {
		j.report.broken(j.name, "T", "", "the constructor sets %d", *j.built.t)
	}
	for i, a := range j.built.state {
		for k := range a {
			if a[k] != 0 {
				j.report.broken(j.name, j.rule.state[i], "", "the constructor sets element %d to %v", k, a[k])
				break
			}
		}
	}
	rng, _ := random(j.network, optimizerTrials-1)
	for k := range j.built.params {
		j.built.params[k] = F(rng.NormFloat64())
	}
	copy(j.zero.params, j.built.params)
	for range 3 {
		drawGradient(j.format, rng, j.built.grad)
		copy(j.zero.grad, j.built.grad)
		j.built.update(0x1p-7)
		j.zero.update(0x1p-7)
		for i := range j.rule.hyper {
			if got, want := *j.zero.hyper[i], *j.built.hyper[i]; got != want {
				j.report.broken(j.name, j.rule.hyper[i], "", "a zero value has %v after its first update, the default is %v", got, want)
			}
		}
		if k := sameBits(j.zero.params, j.built.params); k >= 0 {
			j.report.broken(j.name, "defaults", "", "a zero value updates parameter %d to %v, one from the constructor to %v",
				k, j.zero.params[k], j.built.params[k])
			return
		}
	}
}

// literals judges values that are made without the constructor: what is set in one stays at its first update, which may
// also refuse a literal that leaves a hyperparameter at 0; and a value that has been updated, as one that was saved
// has, takes no defaults.
func (j *optimizerJudge[F]) literals(made func() *optimizerMachine[F]) {
	first := func(m *optimizerMachine[F], what string) {
		before := m.settings()
		if panics(func() { m.update(0x1p-7) }) != nil {
			return
		}
		for i, got := range m.settings() {
			if got != before[i] {
				j.report.broken(j.name, j.rule.hyper[i], what, "changed from %v to %v by the first update of a value that has %v %v",
					before[i], got, j.rule.hyper, before)
			}
		}
	}
	for i, h := range j.rule.away() {
		m := made()
		*m.hyper[i] = F(h)
		first(m, "a literal")
	}
	if m := made(); m.t != nil {
		*m.t = 3
		first(m, "after updates")
	}
}

// apart checks that no element depends on the gradient of another, not even on a NaN.
func (j *optimizerJudge[F]) apart() {
	m, clean := j.machine, j.other
	j.run(0, setting{hyper: j.rule.defaults}, 0)
	rng, _ := random(j.network, optimizerTrials-2)
	drawGradient(j.format, rng, m.grad)
	clean.set(m)
	spoilt := len(m.grad) / 2
	m.grad[spoilt] = F(math.NaN())
	m.update(0x1p-7)
	clean.update(0x1p-7)
	if p := m.params[spoilt]; p == p {
		j.report.broken(j.name, "p", "NaN in g", "a parameter whose gradient is NaN becomes %v; it must not hide", p)
	}
	for k := range m.params {
		if k != spoilt && sameBits(m.params[k:k+1], clean.params[k:k+1]) >= 0 {
			j.report.broken(j.name, "p", "NaN in g", "NaN in element %d changes element %d from %v to %v", spoilt, k, clean.params[k], m.params[k])
			return
		}
	}
}

// allocations counts those of an update.
func (j *optimizerJudge[F]) allocations() {
	j.report.allocates(j.name, "", 5, func() { j.machine.update(0x1p-7) })
}
