package judge

import (
	"fmt"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Limits of what the samples of a team's batches cost together: of those that fill every run, for one number of workers
// and for all of them, and of those with fewer runs.
const (
	fullLimit, workersLimit = 1 << 28 / thrift, 1 << 29 / thrift
	runsLimit               = 1 << 27 / thrift
	allocationLimit         = 1 << 25 / thrift // of the one whose allocations are counted
)

// affordableTeams are teamCounts as far as time allows: those that fill every run, or nothing.
func (c Cuts) affordableTeams(cost int) []int {
	counts := c.teamCounts()
	full := affordable(counts[:min(len(counts), filled)], cost, fullLimit)
	if len(full) < filled {
		return full
	}
	return append(full, affordable(counts[filled:], cost, runsLimit)...)
}

// filled is how many of teamCounts fill every run.
const filled = 3

// crowds are the numbers of workers that have the longest batches, the most telling first, for a team of at most so
// many runs: one for each run, more than that, and such that runs and parameters do not come out even.
func crowds(runs int) []int {
	list := []int{runs, 2, runs/2 + 1, runs + 1, 3, runs/4 + 1, 5, runs - 1, 8, 13, runs * 3 / 4, 7}
	return distinctCounts(list)
}

// crossTeams judges teams of many sizes on batches that fill every run, and on batches of every smaller number of runs:
// one worker against the reference, the others against it.
func crossTeams[F memory.Float](k *Teams[F], base *batchJudge[F]) {
	n := k.Network
	if len(base.crossed) == 0 {
		return
	}
	pool, err := trial.NewPool(n, base.format, base.distinct)
	if err != nil {
		base.report.Broken("Team", "reference", "", "%v", err)
		return
	}
	base = base.with(k.Machine(0, base.room()))
	cost := n.Params() + trial.SampleCost
	sizes := crowds(base.cuts.Runs)
	limit := workersLimit
	if base.short {
		limit /= 4
	}
	sizes = sizes[:min(max(limit/(base.crossed[0]*cost), 1), len(sizes))]
	rng, _ := trial.Random(n, crossingTrials+1)
	for i, workers := range sizes {
		m, end := k.Crowd(workers, base.room())
		crowd := base.with(m)
		for at, count := range base.crossed {
			if at >= filled && at%len(sizes) != i {
				continue
			}
			picks := pool.Picks(rng, count)
			b := pool.Batch(picks)
			r := base.ruler(fmt.Sprintf("%d %s, seed %s", count, b.Kind, base.report.Seed))
			calls := batchCalls(base.machine)
			for _, c := range calls {
				if at >= filled && cost > thinned && c.name != fullest(calls).name {
					continue
				}
				first := base.do(r, c, b)
				if i == 0 || at >= filled {
					base.numbers(r, c, first, pool.Expectation(picks, b), b)
				}
				how := fmt.Sprintf("a call with %s for one", plural.Of(workers, "worker"))
				repeats(r, batchShape(n, count), c.name, how, first, crowd.do(r, c, b))
			}
		}
		if i == 1 {
			crowd.longAllocations(pool.Batch(pool.Picks(rng, min(base.crossed[0], allocationLimit/cost))))
		}
		end()
	}
}
