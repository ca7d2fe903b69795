package optimizer

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// mostUpdates is how many updates are judged in one setting, fewer in large networks: as many parameters as
// updateBudget says have together.
const mostUpdates, updateBudget = 20, 1 << 18

// judge checks one optimizer.
type judge[F memory.Float] struct {
	Case
	// built comes from the constructor and zero from nothing; machine is the one that is judged, beside other.
	built, zero, machine, other *Machine[F]
}

// ruler compares numbers of which it says where they come from.
func (j *judge[F]) ruler(where string) finding.Ruler {
	return finding.Ruler{Report: j.Report, Format: j.Format, Where: where}
}

// run judges the updates of one setting.
func (j *judge[F]) run(i int, s setting, updates int) {
	n, m := j.Network, j.machine
	rng, _ := trial.Random(n, firstTrial+uint64(i))
	for k, h := range s.hyper {
		*m.Hyper[k] = F(h)
	}
	for k := range m.Params {
		m.Params[k] = F(rng.NormFloat64())
		for _, a := range m.State {
			a[k] = 0
			if s.after > 0 {
				a[k] = F(math.Abs(rng.NormFloat64()))
			}
		}
	}
	if m.T != nil {
		*m.T = s.after
	}
	for step := range updates {
		drawGradient(j.Format, rng, m.Grad)
		rate := F(math.Ldexp(rng.Float64()+0.5, -rng.IntN(12)))
		judged := everyElement
		if i >= whollyJudged || step > 0 {
			judged = sampled(len(m.Params), i+step)
		}
		j.judge(judged,
			j.ruler(fmt.Sprintf("update %d of setting %d (%v %v after %d), rate %v, seed %s", step, i, j.Rule.Hyper,
				m.settings(), s.after, rate, j.Report.Seed)), rate)
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

// firstTrial is where the trials of optimizers begin among the seeds.
const firstTrial = 1 << 40

// drawGradient draws a gradient of all sizes: an element always of the same, so that state grows to its size. Some are
// so large that squares overflow, or so small that they underflow; some are 0.
func drawGradient[F memory.Float](format rounding.Format, rng *rand.Rand, g []F) {
	scales := []float64{1, 1e-3, 1, 1e-8, 1e9, 0, math.Sqrt(format.Tiny), math.Sqrt(format.Max) * 4, 1, 1e-20}
	for k := range g {
		g[k] = F(rng.NormFloat64() * scales[k%len(scales)])
		if rng.IntN(8) == 0 {
			g[k] = 0
		}
	}
}

// judge makes one update and compares what is judged of it with the reference.
func (j *judge[F]) judge(judged func(k int) bool, r finding.Ruler, rate F) {
	n, m, before := j.Network, j.machine, j.other
	for k := range m.Params { // what has overflowed begins anew
		if numbers := j.element(m, k); !trial.AllFinite(numbers) {
			m.Params[k] = 1
			for _, a := range m.State {
				a[k] = 0
			}
		}
	}
	before.set(m)
	m.Update(rate)

	u := update{hyper: before.settings(), rate: float64(rate), t: 1}
	if before.T != nil {
		u.t = *before.T + 1
		if *m.T != u.t {
			j.Report.Broken(j.Name, "T", r.Where, "%d after %d; it counts updates", *m.T, *before.T)
		}
	}
	pair := rounding.PairOf(j.Format)
	for _, i := range j.Rule.corrects {
		u.corrections = append(u.corrections, correction(pair, u.hyper[i], u.t))
	}
	want, bound := make([][]float64, 1+len(m.State)), make([][]float64, 1+len(m.State))
	for k := range m.Params {
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
		p, state := j.Rule.next(pair, u)
		for i, x := range append([]rounding.Number{p}, state...) {
			if math.IsNaN(x.Value) { // from finite numbers: two overflows, which a kernel need not meet
				x = rounding.Number{Value: 0, Bound: math.Inf(1)}
			}
			want[i], bound[i] = append(want[i], x.Value), append(bound[i], x.Bound)
		}
	}
	finding.CompareAll(r, j.Name, finding.Blocks(n, ""), m.Params, want[0], bound[0])
	for i, a := range m.State {
		finding.CompareAll(r, j.Name, finding.Blocks(n, j.Rule.State[i]+"."), a, want[i+1], bound[i+1])
	}
	j.readOnly(r, before)

	// Once more, with all that is known of the state somewhere else.
	before.Update(rate)
	for i, a := range append([][]F{m.Params}, m.State...) {
		if k := memory.FirstDifference(a, append([][]F{before.Params}, before.State...)[i]); k >= 0 {
			j.Report.Broken(j.Name, "state", r.Where, "the same update of a copy gave another %s, in element %d",
				append([]string{"p"}, j.Rule.State...)[i], k)
		}
	}
}

// element returns p, g and the state of one element.
func (j *judge[F]) element(m *Machine[F], k int) []float64 {
	e := []float64{float64(m.Params[k]), float64(m.Grad[k])}
	for _, a := range m.State {
		e = append(e, float64(a[k]))
	}
	return e
}

// readOnly checks that an update wrote neither gradient nor hyperparameters.
func (j *judge[F]) readOnly(r finding.Ruler, before *Machine[F]) {
	if k := memory.FirstDifference(j.machine.Grad, before.Grad); k >= 0 {
		j.Report.Broken(j.Name, "g", r.Where, "element %d written, from %v to %v", k, before.Grad[k], j.machine.Grad[k])
	}
	for i, h := range j.machine.settings() {
		if was := float64(*before.Hyper[i]); h != was {
			j.Report.Broken(j.Name, j.Rule.Hyper[i], r.Where, "changed from %v to %v", was, h)
		}
	}
}
