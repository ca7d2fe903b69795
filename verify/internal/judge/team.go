package judge

import (
	"fmt"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/once"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// JudgeTeams judges everything about teams, and closes them.
func JudgeTeams[F memory.Float](k *Teams[F]) { once.ByPrecision[F](k, judgeTeams32, judgeTeams64) }

//go:noinline
func judgeTeams32(k *Teams[float32]) { judgeTeamNumbers(k) }

//go:noinline
func judgeTeams64(k *Teams[float64]) { judgeTeamNumbers(k) }

func judgeTeamNumbers[F memory.Float](k *Teams[F]) {
	n := k.Network
	j := &teamJudge[F]{report: k.Report}
	base := newBatchJudge[F](n, k.Format, k.Report, k.Cuts)
	base.short = k.Options.Short
	base.crossed = base.cuts.affordableTeams(n.Params() + trial.SampleCost)
	base.counts = trial.TeamCounts(n.Batch, trial.TeamLimit/(n.Params()+trial.SampleCost))
	for i := range TeamSizes {
		j.teams = append(j.teams, base.with(k.Machine(i, base.largest()+1)))
	}
	j.trials(k.Options)
	j.teams[0].special()
	j.teams[2].special()
	crossTeams(k, base)
	endings(k)
}

// teamJudge checks teams of several sizes beside each other.
type teamJudge[F memory.Float] struct {
	report *finding.Report
	// teams are those of TeamSizes.
	teams []*batchJudge[F]
}

// trials runs each of the counts at least once, and more trials as far as time allows.
func (j *teamJudge[F]) trials(o Options) {
	base := j.teams[0]
	j.report.Trials = max(o.For(base.network)/(batchShare*len(j.teams)), len(base.counts))
	for i := range j.report.Trials {
		if err := j.trial(i, base.count(i)); err != nil {
			j.report.Broken("Team", "reference", fmt.Sprintf("batch %d", i), "%v", err)
			return
		}
	}
}

// trial judges every call of every team on batch i.
func (j *teamJudge[F]) trial(i, count int) error {
	base := j.teams[0]
	b, err := trial.NewBatch(base.network, i, count, base.distinct)
	if err != nil {
		return err
	}
	want, err := trial.ExpectBatch(base.network, b)
	if err != nil {
		return err
	}
	for _, c := range batchCalls(base.machine) {
		r := finding.Ruler{
			Report: j.report, Format: base.format,
			Where: fmt.Sprintf("batch %d (%s) of %s, seed %s", i, b.Kind, plural.Of(count, "sample"), j.report.Seed),
		}
		first := base.do(r, c, b)
		base.numbers(r, c, first, want, b)
		for k, team := range j.teams {
			repeats(r, batchShape(base.network, count), c.name,
				fmt.Sprintf("a call with %s for one", plural.Of(TeamSizes[k], "worker")), first, team.do(r, c, b))
		}
	}
	for k, team := range j.teams {
		if k < 3 || i == 0 { // their weights go where their samples go
			if err := team.weighted(i, b); err != nil {
				return err
			}
		}
	}
	return nil
}
