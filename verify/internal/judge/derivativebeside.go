package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// affordableSamples is how many samples a call may have, each with a matrix.
func (j *derivativeJudge[F]) affordableSamples(want int) int {
	return min(want, max(derivativeBudget/j.numbers(), 2))
}

// fences judges calls with every argument beside memory that must not be touched, and wherever it lies there.
func (j *derivativeJudge[F]) fences() {
	s, err := trial.New(j.Network, 0)
	if j.Report.Failed(err) {
		return
	}
	d := trial.NewDirection(j.Network, 0)
	counts := []int{1, 2}
	if c := j.affordableSamples(max(j.Cuts.Tile, 1) + 2); c > 2 {
		counts = append(counts, c)
	}
	f := j.Fenced(slices.Max(counts))
	defer f.Fences.Release()
	fence.Everywhere(j.Report, &f.Fences, func(at fence.Placement) (list []fence.Call[F]) {
		m := f.Single(at)
		m.Poison()
		for _, c := range m.calls() {
			list = append(list, fence.Call[F]{Name: c.name, Where: at.String(), Run: func() []fence.Delivery[F] {
				m.load(s, d)
				output, loss := c.run()
				return []fence.Delivery[F]{
					fence.Deliver("ŷ", output...), fence.Deliver("loss", loss), fence.Deliver("result", c.result...),
					fence.Deliver("p", m.Params...), fence.Deliver("x", m.X...), fence.Deliver("y", m.Y...),
					fence.Deliver("dx", m.DX...), fence.Deliver("v", m.V...),
				}
			}})
		}
		for _, count := range counts {
			list = append(list, j.fencedBatches(f, at, trial.Repeat(s, count))...)
		}
		return list
	})
}

// fencedBatches are the calls on a batch with arguments at such a place.
func (j *derivativeJudge[F]) fencedBatches(
	f *FencedDerivatives[F], at fence.Placement, b trial.Batch,
) (list []fence.Call[F]) {
	for i, c := range f.Batch(at, b.Count).calls(j.machine) {
		where := fmt.Sprintf("%s, %v", plural.Of(b.Count, "sample"), at)
		list = append(list, fence.Call[F]{Name: c.name, Where: where, Run: func() []fence.Delivery[F] {
			m := f.Batch(at, b.Count) // anew, for other calls have been made since
			c := m.calls(j.machine)[i]
			m.Poison()
			memory.Narrow(m.Params, b.Params)
			memory.Narrow(m.Xs.Memory, b.Xs)
			memory.Fill(c.result.Memory, math.NaN())
			c.run(memory.Evenly(b.Count))
			return []fence.Delivery[F]{
				fence.Deliver("xs", m.Xs.Memory...), fence.Deliver("result", c.result.Memory...),
				fence.Deliver("p", m.Params...),
			}
		}})
	}
	return list
}

// goroutines checks that two goroutines that use one network at once, each with a workspace of its own, compute what
// each does alone.
func (j *derivativeJudge[F]) goroutines() {
	n := j.Network
	pool, err := trial.NewPool(n, j.Format, 3)
	if j.Report.Failed(err) {
		return
	}
	count := j.affordableSamples(max(j.Cuts.Tile, 1) + 2)
	both := j.Users(count)
	var users [2]map[string]func() []F
	for i, u := range both {
		u.Single.load(pool.Samples[i], trial.NewDirection(n, i))
		users[i] = map[string]func() []F{}
		var out []F
		for _, c := range u.Single.calls() {
			users[i][c.name] = func() []F {
				output, loss := c.run()
				out = append(append(append(out[:0], loss), output...), c.result...)
				return out
			}
		}
		u.Batch.load(pool.Batch([]int{i}))
		for s := range count {
			memory.Narrow(u.Batch.Xs.First(count)[s*u.Batch.Xs.Width:][:u.Batch.Xs.Width],
				pool.Samples[(s+i)%len(pool.Samples)].X)
		}
		for _, c := range u.Batch.calls(u.Single) {
			users[i][c.name] = func() []F { c.run(memory.Evenly(count)); return c.result.First(count) }
		}
	}
	memory.Narrow(both[0].Single.Params, pool.Params) // shared
	meet := meetings(j.numbers() + trial.SampleCost)
	var names []string
	for _, c := range both[0].Single.calls() {
		names = append(names, c.name)
	}
	for _, c := range both[0].Batch.calls(both[0].Single) {
		names = append(names, c.name)
	}
	for _, name := range names {
		if wrong := together(meet, [2]func() []F{users[0][name], users[1][name]}); wrong != "" {
			j.Report.Broken(name, "two goroutines at once", "seed "+j.Report.Seed,
				"%s; calls on different workspaces must not see each other", wrong)
		}
	}
}

// JudgeDerivativeLevels compares what derivatives deliver at all levels, bit by bit.
func JudgeDerivativeLevels[F memory.Float](k *Derivatives[F], atLevels func(test func(level string))) {
	n := k.Network
	m := k.Single()
	if len(m.calls()) == 0 {
		return
	}
	rng, seed := trial.Random(n, trial.LevelTrials)
	k.Report.Seed = seed
	j := &derivativeJudge[F]{Derivatives: k, machine: m}
	count := j.affordableSamples(37)
	b := k.Batch(count)
	k.Report.Trials = min(max(trial.LevelBudget/j.numbers(), len(trial.Fills)), 3*len(trial.Fills))
	for round := range k.Report.Trials {
		fill := trial.Fills[round%len(trial.Fills)]
		data := newStrictData[F](n, rng, fill, count)
		d := trial.NewDirection(n, round)
		where := fmt.Sprintf("%s, round %d, seed %s", fill.Name, round, k.Report.Seed)
		finding.SameAtLevels(k.Report, atLevels, where, func() (all []finding.Delivered[F]) {
			add := func(call, what, where string, numbers ...F) {
				all = append(all, finding.Delivered[F]{
					Call: call, What: what, Where: where, Numbers: slices.Clone(numbers),
				})
			}
			for i := range min(strictSingles, count) {
				for _, c := range m.calls() {
					copy(m.Params, data.params)
					copy(m.X, data.x(i))
					copy(m.Y, data.y(i))
					memory.Narrow(m.DX, d.X)
					memory.Narrow(m.V, d.V)
					output, loss := c.run()
					add(c.name, "ŷ", "", output...)
					add(c.name, "loss", "", loss)
					add(c.name, "result", "", c.result...)
				}
			}
			for _, n := range []int{1, min(3, count), count} {
				for _, c := range b.calls(m) {
					copy(b.Params, data.params)
					copy(b.Xs.First(n), data.xs)
					c.run(memory.Evenly(n))
					add(c.name, "result", fmt.Sprintf("%s, ", plural.Of(n, "sample")), c.result.First(n)...)
				}
			}
			return all
		})
	}
}
