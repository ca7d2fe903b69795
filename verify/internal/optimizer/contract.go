package optimizer

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// defaults judges the constructor, and that a zero value does the same.
func (j *judge[F]) defaults() {
	for i, name := range j.Rule.Hyper {
		if got, want := *j.built.Hyper[i], F(j.Rule.defaults[i]); got != want {
			j.Report.Broken(j.Name, name, "", "the constructor sets %v, the default is %v", got, want)
		}
	}
	if j.built.T != nil && *j.built.T != 0 {
		j.Report.Broken(j.Name, "T", "", "the constructor sets %d", *j.built.T)
	}
	for i, a := range j.built.State {
		for k := range a {
			if a[k] != 0 {
				j.Report.Broken(j.Name, j.Rule.State[i], "", "the constructor sets element %d to %v", k, a[k])
				break
			}
		}
	}
	rng, _ := trial.Random(j.Network, firstTrial-1)
	for k := range j.built.Params {
		j.built.Params[k] = F(rng.NormFloat64())
	}
	copy(j.zero.Params, j.built.Params)
	for range 3 {
		drawGradient(j.Format, rng, j.built.Grad)
		copy(j.zero.Grad, j.built.Grad)
		j.built.Update(0x1p-7)
		j.zero.Update(0x1p-7)
		for i := range j.Rule.Hyper {
			if got, want := *j.zero.Hyper[i], *j.built.Hyper[i]; got != want {
				j.Report.Broken(j.Name, j.Rule.Hyper[i], "",
					"a zero value has %v after its first update, the default is %v", got, want)
			}
		}
		if k := memory.FirstDifference(j.zero.Params, j.built.Params); k >= 0 {
			j.Report.Broken(j.Name, "defaults", "",
				"a zero value updates parameter %d to %v, one from the constructor to %v",
				k, j.zero.Params[k], j.built.Params[k])
			return
		}
	}
}

// literals judges values that are made without the constructor: what is set in one stays at its first update, which may
// also refuse a literal that leaves a hyperparameter at 0; and a value that has been updated, as one that was saved
// has, takes no defaults.
func (j *judge[F]) literals(made func() *Machine[F]) {
	first := func(m *Machine[F], what string) {
		before := m.settings()
		if finding.PanicOf(func() { m.Update(0x1p-7) }) != nil {
			return
		}
		for i, got := range m.settings() {
			if got != before[i] {
				j.Report.Broken(j.Name, j.Rule.Hyper[i], what,
					"changed from %v to %v by the first update of a value that has %v %v",
					before[i], got, j.Rule.Hyper, before)
			}
		}
	}
	for i, h := range j.Rule.away() {
		m := made()
		*m.Hyper[i] = F(h)
		first(m, "a literal")
	}
	if m := made(); m.T != nil {
		*m.T = 3
		first(m, "after updates")
	}
}

// apart checks that no element depends on the gradient of another, not even on a NaN.
func (j *judge[F]) apart() {
	m, clean := j.machine, j.other
	j.run(0, setting{hyper: j.Rule.defaults}, 0)
	rng, _ := trial.Random(j.Network, firstTrial-2)
	drawGradient(j.Format, rng, m.Grad)
	clean.set(m)
	spoilt := len(m.Grad) / 2
	m.Grad[spoilt] = F(math.NaN())
	m.Update(0x1p-7)
	clean.Update(0x1p-7)
	if p := m.Params[spoilt]; p == p {
		j.Report.Broken(j.Name, "p", "NaN in g", "a parameter whose gradient is NaN becomes %v; it must not hide", p)
	}
	for k := range m.Params {
		if k != spoilt && memory.FirstDifference(m.Params[k:k+1], clean.Params[k:k+1]) >= 0 {
			j.Report.Broken(j.Name, "p", "NaN in g", "NaN in element %d changes element %d from %v to %v", spoilt, k,
				clean.Params[k], m.Params[k])
			return
		}
	}
}

// allocations counts those of an update.
func (j *judge[F]) allocations() {
	j.Report.Allocates(j.Name, "", 5, func() { j.machine.Update(0x1p-7) })
}
