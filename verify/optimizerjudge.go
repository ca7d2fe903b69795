package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// judgeUpdateNumbers judges everything, with optimizers that the constructor has made, and zero values.
func judgeUpdateNumbers[F Float](k *judgedOptimizer[F]) {
	j, built, zero := &optimizerJudge[F]{optimizerCase: k.optimizerCase}, k.built, k.zero
	for _, m := range []struct {
		machine **optimizerMachine[F]
		of      func() (*optimizerMachine[F], error)
	}{{&j.built, built}, {&j.zero, zero}, {&j.machine, zero}, {&j.other, zero}} {
		var err error
		if *m.machine, err = m.of(); err != nil {
			k.report.broken(k.name, "types", "", "%v", err)
			return
		}
	}
	j.defaults()
	j.literals(func() *optimizerMachine[F] {
		m, _ := zero() // which fits, as the others do
		return m
	})
	updates := min(max(optimizerBudget/j.network.Params(), 3), optimizerUpdates)
	for i, s := range j.rule.settings() {
		j.run(i, s, updates)
		j.report.Trials += updates
	}
	j.changes()
	j.resets()
	j.apart()
	j.allocations()
	fencedOptimizer(k)
}

// optimizerUpdates is how many updates are judged in one setting, fewer in large networks: as many parameters as
// optimizerBudget says have together.
const optimizerUpdates, optimizerBudget = 20, 1 << 18

// optimizerJudge checks one optimizer.
type optimizerJudge[F Float] struct {
	optimizerCase
	// built comes from the constructor and zero from nothing; machine is the one that is judged, beside other.
	built, zero, machine, other *optimizerMachine[F]
}

// setting is hyperparameters, and the count of updates to begin after.
type setting struct {
	hyper []float64
	after uint64
}

// away are hyperparameters away from their defaults.
func (r rule) away() []float64 {
	away := map[string]float64{"Eps": 0.125, "WeightDecay": 0.25, "Dampening": 0.25, "Momentum": 0.75, "Beta1": 0.5, "Beta2": 0.75, "Alpha": 0.5}
	all := make([]float64, len(r.hyper))
	for i, name := range r.hyper {
		all[i] = away[name]
	}
	return all
}

// settings are the defaults, from the beginning and after so many updates that bias corrections are near 1, all
// hyperparameters away from their defaults, all but one, and one alone.
func (r rule) settings() []setting {
	all := r.away()
	list := []setting{{hyper: r.defaults}, {hyper: all}}
	if len(r.corrects) > 0 {
		list = append(list, setting{r.defaults, 700}, setting{r.defaults, 1 << 40})
	}
	// One that is 0 beside others that are not stays 0, and so do the others beside one that is not.
	for i := range r.hyper {
		if len(all) == 1 {
			break
		}
		one, alone := slices.Clone(all), make([]float64, len(all))
		one[i], alone[i] = 0, all[i]
		list = append(list, setting{hyper: one}, setting{hyper: alone})
	}
	return list
}

// run judges the updates of one setting.
func (j *optimizerJudge[F]) run(i int, s setting, updates int) {
	n, m := j.network, j.machine
	rng, _ := random(n, optimizerTrials+uint64(i))
	for k, h := range s.hyper {
		*m.hyper[k] = F(h)
	}
	for k := range m.params {
		m.params[k] = F(rng.NormFloat64())
		for _, a := range m.state {
			a[k] = 0
			if s.after > 0 {
				a[k] = F(math.Abs(rng.NormFloat64()))
			}
		}
	}
	if m.t != nil {
		*m.t = s.after
	}
	for step := range updates {
		drawGradient(j.format, rng, m.grad)
		rate := F(math.Ldexp(rng.Float64()+0.5, -rng.IntN(12)))
		judged := everyElement
		if i >= whollyJudged || step > 0 {
			judged = sampled(len(m.params), i+step)
		}
		j.judge(judged, ruler{j.report, j.format, fmt.Sprintf("update %d of setting %d (%v %v after %d), rate %v, seed %s",
			step, i, j.rule.hyper, m.settings(), s.after, rate, j.report.Seed)}, rate)
	}
}

// whollyJudged is how many settings have every element of large networks judged, once; in others, and after further
// updates, it is the first and the last judgedEnds, and of those between one in judgedShare, by turns. Bounds take most
// of the time, and between the ends of an array one element is like another.
const whollyJudged, judgedEnds, judgedShare = 2, 1024, 16

// everyElement says that all elements are judged.
func everyElement(int) bool { return true }

// sampled says which of n elements are judged at a turn.
func sampled(n, turn int) func(k int) bool {
	return func(k int) bool { return k < judgedEnds || k >= n-judgedEnds || (k+turn)%judgedShare == 0 }
}

// optimizerTrials is where the trials of optimizers begin among the seeds.
const optimizerTrials = 1 << 40

// drawGradient draws a gradient of all sizes: an element always of the same, so that state grows to its size. Some are so
// large that squares overflow, or so small that they underflow; some are 0.
func drawGradient[F Float](format arithmetic, rng *rand.Rand, g []F) {
	scales := []float64{1, 1e-3, 1, 1e-8, 1e9, 0, math.Sqrt(format.tiny), math.Sqrt(format.max) * 4, 1, 1e-20}
	for k := range g {
		g[k] = F(rng.NormFloat64() * scales[k%len(scales)])
		if rng.IntN(8) == 0 {
			g[k] = 0
		}
	}
}

// judge makes one update and compares what is judged of it with the reference.
func (j *optimizerJudge[F]) judge(judged func(k int) bool, r ruler, rate F) {
	n, m, before := j.network, j.machine, j.other
	for k := range m.params { // what has overflowed begins anew
		if numbers := j.element(m, k); !allFinite(numbers) {
			m.params[k] = 1
			for _, a := range m.state {
				a[k] = 0
			}
		}
	}
	before.set(m)
	m.update(rate)

	u := update{hyper: before.settings(), rate: float64(rate), t: 1}
	if before.t != nil {
		u.t = *before.t + 1
		if *m.t != u.t {
			j.report.broken(j.name, "T", r.where, "%d after %d; it counts updates", *m.t, *before.t)
		}
	}
	rounding := newRounding(j.format)
	for _, i := range j.rule.corrects {
		u.corrections = append(u.corrections, correction(rounding, u.hyper[i], u.t))
	}
	want, bound := make([][]float64, 1+len(m.state)), make([][]float64, 1+len(m.state))
	for k := range m.params {
		if !judged(k) {
			for i, v := range j.element(m, k) {
				if i != 1 { // the gradient
					i = max(i-1, 0)
					want[i], bound[i] = append(want[i], v), append(bound[i], 0)
				}
			}
			continue
		}
		e := j.element(before, k)
		u.p, u.g, u.state = e[0], e[1], e[2:]
		p, state := j.rule.next(rounding, u)
		for i, x := range append([]number{p}, state...) {
			if math.IsNaN(x.value) { // from finite numbers: two overflows, which a kernel need not meet
				x = number{0, math.Inf(1)}
			}
			want[i], bound[i] = append(want[i], x.value), append(bound[i], x.bound)
		}
	}
	compareAll(r, j.name, blocks(n, ""), m.params, want[0], bound[0])
	for i, a := range m.state {
		compareAll(r, j.name, blocks(n, j.rule.state[i]+"."), a, want[i+1], bound[i+1])
	}
	j.readOnly(r, before)

	// Once more, with all that is known of the state somewhere else.
	before.update(rate)
	for i, a := range append([][]F{m.params}, m.state...) {
		if k := sameBits(a, append([][]F{before.params}, before.state...)[i]); k >= 0 {
			j.report.broken(j.name, "state", r.where, "the same update of a copy gave another %s, in element %d",
				append([]string{"p"}, j.rule.state...)[i], k)
		}
	}
}

// element returns p, g and the state of one element.
func (j *optimizerJudge[F]) element(m *optimizerMachine[F], k int) []float64 {
	e := []float64{float64(m.params[k]), float64(m.grad[k])}
	for _, a := range m.state {
		e = append(e, float64(a[k]))
	}
	return e
}

// readOnly checks that an update wrote neither gradient nor hyperparameters.
func (j *optimizerJudge[F]) readOnly(r ruler, before *optimizerMachine[F]) {
	if k := sameBits(j.machine.grad, before.grad); k >= 0 {
		j.report.broken(j.name, "g", r.where, "element %d written, from %v to %v", k, before.grad[k], j.machine.grad[k])
	}
	for i, h := range j.machine.settings() {
		if was := float64(*before.hyper[i]); h != was {
			j.report.broken(j.name, j.rule.hyper[i], r.where, "changed from %v to %v", was, h)
		}
	}
}
