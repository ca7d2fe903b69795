package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// optimizerLevels is an optimizer of a network of rounding: strict as the judge of its levels sees it.
type optimizerLevels[F Float] struct {
	optimizerCase
	atLevels func(test func(level string))
	made     func() (*optimizerMachine[F], error)
}

func judgeOptimizerLevelNumbers[F Float](k *optimizerLevels[F]) {
	n, report := k.network, k.report
	report.Trials = min(max(levelBudget/n.Params(), len(strictFills)), 3*len(strictFills))
	for round := range report.Trials {
		fill := strictFills[round%len(strictFills)]
		for i, s := range k.rule.settings() {
			where := fmt.Sprintf("%s, setting %d, round %d, seed %s", fill.name, i, round, report.Seed)
			sameAtLevels(report, k.atLevels, where, func() []delivered[F] {
				rng, _ := random(n, levelTrials+uint64(round))
				return strictUpdates(k, rng, fill, s)
			})
		}
	}
}

// strictUpdates makes some updates and returns what each leaves.
func strictUpdates[F Float](j *optimizerLevels[F], rng *rand.Rand, fill strictFill, with setting) (all []delivered[F]) {
	m, err := j.made()
	if err != nil {
		j.report.broken(j.name, "types", "", "%v", err)
		return nil
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
		all = append(all, delivered[F]{j.name, "p", where, slices.Clone(m.params)})
		for i, a := range m.state {
			all = append(all, delivered[F]{j.name, j.rule.state[i], where, slices.Clone(a)})
		}
	}
	return all
}
