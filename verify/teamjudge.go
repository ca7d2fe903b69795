package verify

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// teamSizes are the numbers of workers that a team is judged with, the first of them against the reference and the
// others against the first.
var teamSizes = []int{1, 2, 3, 5, 8}

// CheckTeam judges everything that the contract of Team says, with as many samples as many workers want.
func CheckTeam[T, P, G, X, Y any, F Float](n spec.Network, k Team[T, P, G, X, Y, F], o Options) *Report {
	n = n.WithDefaults()
	report := &Report{Network: n.Name}
	_, report.Seed = random(n, 0)
	format, err := arithmeticOf(n.Precision)
	if err == nil {
		err = k.complete(n)
	}
	if err != nil {
		report.broken("Team", "types", "", "%v", err)
		return report.finish()
	}
	goroutines := runtime.NumGoroutine()
	var teams []*T
	for _, workers := range teamSizes {
		teams = append(teams, k.New(workers))
	}
	judgeTeams(&judgedTeams[F]{
		network: n, format: format, report: report, options: o, cuts: k.Cuts,
		machine: func(i, largest int) *batchMachine[F] { return newBatchMachine(k.batches(teams[i]), largest) },
		crowd: func(workers, largest int) (*batchMachine[F], func()) {
			t := k.New(workers)
			return newBatchMachine(k.batches(t), largest), func() { k.Close(t) }
		},
	})
	endings(n, k, teams, report)
	if left := ended(goroutines); left > 0 {
		report.broken("Close", "goroutines", "", "%d still run", left)
	}
	return report.finish()
}

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

// teamLimit is batchLimit for teams.
const teamLimit = 2 * batchLimit

// teamCounts are batchCounts, and more samples than there are workers, as far as time allows.
func teamCounts(block, largest int) []int {
	counts := batchCounts(block, largest)
	for _, c := range []int{5*block + 1, 8 * block, 19*block + 7, 40*block + 3} {
		if c <= largest {
			counts = append(counts, c)
		}
	}
	slices.Sort(counts)
	return slices.Compact(counts)
}

// teamJudge checks teams of several sizes beside each other.
type teamJudge[F Float] struct {
	report *Report
	// teams are those of teamSizes.
	teams []*batchJudge[F]
}

// trials runs each of the counts at least once, and more trials as far as time allows.
func (j *teamJudge[F]) trials(o Options) {
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
