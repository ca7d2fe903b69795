package verify

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
)

// teamSizes are the numbers of workers that a team is judged with, the first of them against the reference and the
// others against the first.
var teamSizes = []int{1, 2, 3, 5, 8}

// judgedTeams are teams of one network as the judges see them.
type judgedTeams[F Float] struct {
	network spec.Network
	format  arithmetic
	report  *findings
	options judgeOptions
	cuts    batchCuts
	// machine makes one for batches of up to so many samples, of the team of teamSizes[i].
	machine func(i, largest int) *batchMachine[F]
	// crowd makes one of a team of so many workers, and what ends it.
	crowd func(workers, largest int) (m *batchMachine[F], end func())
}

// judgeTeams judges everything about teams but how they end.
func judgeTeams[F Float](k *judgedTeams[F]) { byPrecision[F](k, judgeTeams32, judgeTeams64) }

//go:noinline
func judgeTeams32(k *judgedTeams[float32]) { judgeTeamNumbers(k) }

//go:noinline
func judgeTeams64(k *judgedTeams[float64]) { judgeTeamNumbers(k) }

// judgeTeamNumbers judges everything but how teams end.
func judgeTeamNumbers[F Float](k *judgedTeams[F]) {
	n := k.network
	j := &teamJudge[F]{report: k.report}
	base := newBatchJudge[F](n, k.format, k.report, k.cuts)
	base.short = k.options.Short
	base.crossed = base.cuts.affordableTeams(n.Params() + sampleCost)
	base.counts = teamCounts(n.Batch, teamLimit/(n.Params()+sampleCost))
	for i := range teamSizes {
		j.teams = append(j.teams, base.with(k.machine(i, base.largest()+1)))
	}
	j.trials(k.options)
	j.teams[0].special()
	j.teams[2].special()
	crossTeams(k, base)
}

// teamJudge checks teams of several sizes beside each other.
type teamJudge[F Float] struct {
	report *findings
	// teams are those of teamSizes.
	teams []*batchJudge[F]
}

// trials runs each of the counts at least once, and more trials as far as time allows.
func (j *teamJudge[F]) trials(o judgeOptions) {
	base := j.teams[0]
	j.report.Trials = max(o.trials(base.network)/(batchShare*len(j.teams)), len(base.counts))
	for i := range j.report.Trials {
		if err := j.trial(i, base.count(i)); err != nil {
			j.report.broken("Team", "reference", fmt.Sprintf("batch %d", i), "%v", err)
			return
		}
	}
}

// trial judges every call of every team on batch i.
func (j *teamJudge[F]) trial(i, count int) error {
	base := j.teams[0]
	b, err := newBatch(base.network, i, count, base.distinct)
	if err != nil {
		return err
	}
	want, err := newBatchExpectation(base.network, b)
	if err != nil {
		return err
	}
	for _, c := range batchCalls(base.machine) {
		r := ruler{j.report, base.format, fmt.Sprintf("batch %d (%s) of %d samples, seed %s", i, b.kind, count, j.report.Seed)}
		first := base.do(r, c, b)
		base.numbers(r, c, first, want, b)
		for k, team := range j.teams {
			repeats(r, batchShape(base.network, count), c.name, fmt.Sprintf("a call with %d workers for one", teamSizes[k]), first, team.do(r, c, b))
		}
	}
	return nil
}
