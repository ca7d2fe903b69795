package verify

import "fmt"

// Limits of what the samples of a team's batches cost together: of those that fill every run, for one number of workers
// and for all of them, and of those with fewer runs.
const (
	fullLimit, workersLimit = 1 << 28, 1 << 29
	runsLimit               = 1 << 27
	allocationLimit         = 1 << 25 // of the one whose allocations are counted
)

// affordableTeams are teamCounts as far as time allows: those that fill every run, or nothing.
func (c batchCuts) affordableTeams(cost int) []int {
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
func crossTeams[F Float](k *judgedTeams[F], base *batchJudge[F]) {
	n := k.network
	if len(base.crossed) == 0 {
		return
	}
	pool, err := newSamplePool(n, base.format, base.distinct)
	if err != nil {
		base.report.broken("Team", "reference", "", "%v", err)
		return
	}
	base = base.with(k.machine(0, base.room()))
	cost := n.Params() + sampleCost
	sizes := crowds(base.cuts.Runs)
	limit := workersLimit
	if base.short {
		limit /= 4
	}
	sizes = sizes[:min(max(limit/(base.crossed[0]*cost), 1), len(sizes))]
	rng, _ := random(n, crossingTrials+1)
	for i, workers := range sizes {
		m, end := k.crowd(workers, base.room())
		crowd := base.with(m)
		for at, count := range base.crossed {
			if at >= filled && at%len(sizes) != i {
				continue
			}
			picks := pool.picks(rng, count)
			b := pool.batch(picks)
			r := ruler{base.report, base.format, fmt.Sprintf("%d %s, seed %s", count, b.kind, base.report.Seed)}
			for _, c := range batchCalls(base.machine) {
				if at >= filled && cost > thinned && !c.gradient {
					continue
				}
				first := base.do(r, c, b)
				if i == 0 || at >= filled {
					base.numbers(r, c, first, pool.expectation(picks, b), b)
				}
				how := fmt.Sprintf("a call with %d workers for one", workers)
				repeats(r, batchShape(n, count), c.name, how, first, crowd.do(r, c, b))
			}
		}
		if i == 1 {
			crowd.longAllocations(pool.batch(pool.picks(rng, min(base.crossed[0], allocationLimit/cost))))
		}
		end()
	}
}

// longAllocations counts the allocations of every function on a long batch.
func (j *batchJudge[F]) longAllocations(b batch) {
	for _, c := range batchCalls(j.machine) {
		j.machine.load(b)
		j.report.allocates(c.name, fmt.Sprintf("%d samples", b.count), 5, func() { c.run(j.machine, evenly(b.count), F(b.rate)) })
	}
}
