package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestOptimizerLevels checks that an optimizer of a network of rounding: strict gives the same bits at every level that
// the machine has, and fails the test with what is wrong. The arguments are those of TestOptimizer and, as for
// TestLevels, the emitted function that calls a test once with every level.
func TestOptimizerLevels[S, P, G any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F), atLevels func(test func(level string)),
) {
	t.Helper()
	n := emitted(t, network)
	CheckOptimizerLevels(n, name, newState, update, atLevels).tell(t)
}

// CheckOptimizerLevels makes updates at every level with numbers of all kinds, in all settings, and compares parameters
// and state with what the first level leaves, bit by bit; any NaN is NaN.
func CheckOptimizerLevels[S, P, G any, F Float](
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F), atLevels func(test func(level string)),
) *Report {
	n = n.WithDefaults()
	report := &Report{Network: n.Name}
	_, report.Seed = random(n, levelTrials)
	rule, err := ruleOf(name)
	if err != nil {
		report.broken(name, "types", "", "%v", err)
		return report.finish()
	}
	j := optimizerCase{network: n, report: report, name: name, rule: rule}
	report.Trials = min(max(levelBudget/n.Params(), len(strictFills)), 3*len(strictFills))
	for round := range report.Trials {
		fill := strictFills[round%len(strictFills)]
		for i, s := range j.rule.settings() {
			var want []delivered[F]
			first := ""
			atLevels(func(level string) {
				rng, _ := random(n, levelTrials+uint64(round))
				got, err := strictUpdates(j, rng, fill, s, newState(), update)
				if err != nil {
					report.broken(name, "types", "", "%v", err)
					return
				}
				if want == nil {
					first, want = level, got
					return
				}
				for k, g := range got {
					if at := sameBits(g.numbers, want[k].numbers); at >= 0 {
						report.broken(name, g.what, fmt.Sprintf("%s%s, setting %d, round %d, seed %s", g.where, fill.name, i, round, report.Seed),
							"number %d is %v at level %s, %v at level %s; rounding: strict promises the same bits",
							at, g.numbers[at], level, want[k].numbers[at], first)
					}
				}
			})
		}
	}
	return report.finish()
}

// strictUpdates makes some updates and returns what each leaves.
func strictUpdates[S, P, G any, F Float](
	j optimizerCase, rng *rand.Rand, fill strictFill, with setting, s *S, update func(s *S, p *P, g *G, rate F),
) (all []delivered[F], err error) {
	m, err := newOptimizerMachine(j.rule, j.network.Params(), s, update)
	if err != nil {
		return nil, err
	}
	for i, h := range with.hyper {
		*m.hyper[i] = F(h)
	}
	draw := func(to []F) {
		for i := range to {
			to[i] = F(fill.draw(rng, len(to)))
		}
	}
	draw(m.params)
	if with.after > 0 {
		*m.t = with.after
		for _, a := range m.state {
			draw(a)
			for i := range a { // means of squares are not negative
				a[i] = F(math.Abs(float64(a[i])))
			}
		}
	}
	for step := range 3 {
		draw(m.grad)
		m.update(0.037) // no power of 2, so that products are rounded
		where := fmt.Sprintf("update %d, ", step)
		all = append(all, delivered[F]{j.name, "p", where, append([]F{}, m.params...)})
		for i, a := range m.state {
			all = append(all, delivered[F]{j.name, j.rule.state[i], where, append([]F{}, a...)})
		}
	}
	return all, nil
}
