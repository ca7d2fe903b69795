package optimizer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

func judgeLevelNumbers[F memory.Float](k *Levels[F]) {
	n, report := k.Network, k.Report
	report.Trials = min(max(trial.LevelBudget/n.Params(), len(trial.Fills)), 3*len(trial.Fills))
	for round := range report.Trials {
		fill := trial.Fills[round%len(trial.Fills)]
		for i, s := range k.Rule.settings() {
			where := fmt.Sprintf("%s, setting %d, round %d, seed %s", fill.Name, i, round, report.Seed)
			finding.SameAtLevels(report, k.AtLevels, where, func() []finding.Delivered[F] {
				rng, _ := trial.Random(n, trial.LevelTrials+uint64(round))
				return strictUpdates(k, rng, fill, s)
			})
		}
	}
}

// strictUpdates makes some updates and returns what each leaves.
func strictUpdates[F memory.Float](
	j *Levels[F], rng *rand.Rand, fill trial.Fill, with setting,
) (all []finding.Delivered[F]) {
	m, err := j.Made()
	if err != nil {
		j.Report.Broken(j.Name, "types", "", "%v", err)
		return nil
	}
	for i, h := range with.hyper {
		*m.Hyper[i] = F(h)
	}
	draw := func(to []F) {
		for i := range to {
			to[i] = F(fill.Draw(rng, len(to)))
		}
	}
	draw(m.Params)
	if with.after > 0 {
		*m.T = with.after
		for _, a := range m.State {
			draw(a)
			for i := range a { // means of squares are not negative
				a[i] = F(math.Abs(float64(a[i])))
			}
		}
	}
	for step := range 3 {
		draw(m.Grad)
		m.Update(0.037) // no power of 2, so that products are rounded
		where := fmt.Sprintf("update %d, ", step)
		all = append(all, finding.Delivered[F]{Call: j.Name, What: "p", Where: where, Numbers: slices.Clone(m.Params)})
		for i, a := range m.State {
			all = append(all, finding.Delivered[F]{
				Call: j.Name, What: j.Rule.State[i], Where: where, Numbers: slices.Clone(a),
			})
		}
	}
	return all
}
