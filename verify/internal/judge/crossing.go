package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// crossing judges batches that cross every cut, of samples that repeat.
func (j *batchJudge[F]) crossing() {
	pool, err := trial.NewPool(j.network, j.format, j.distinct)
	if j.report.Failed(err) {
		return
	}
	rng, _ := trial.Random(j.network, crossingTrials)
	calls := batchCalls(j.machine)
	cost := j.network.Params() + trial.SampleCost
	for i, count := range j.crossed {
		picks := pool.Picks(rng, count)
		b := pool.Batch(picks)
		want := pool.Expectation(picks, b)
		r := j.ruler(fmt.Sprintf("%d %s, seed %s", count, b.Kind, j.report.Seed))
		j.machine.Poison()
		for k, c := range calls {
			if i >= wholly && cost > thinned && (i+k)%len(calls) > 0 {
				continue
			}
			first := j.do(r, c, b)
			j.numbers(r, c, first, want, b)
			if i == 0 {
				repeats(r, batchShape(j.network, count), c.name, "a second call", first, j.do(r, c, b))
			}
		}
		if i == 0 || count == j.cuts.chunksAndRest() {
			j.longAllocations(b)
		}
		if i < 2 {
			var clean []outcome[F]
			for _, c := range calls {
				clean = append(clean, j.do(r, c, b))
			}
			for _, at := range j.marks(count, rng.IntN) {
				j.marked(b, at, clean)
			}
		}
	}
}

// marks are the samples at the cuts of a batch, and as many others as time allows.
func (j *batchJudge[F]) marks(count int, random func(int) int) (list []int) {
	for _, size := range []int{j.cuts.Chunk, j.cuts.Block, j.cuts.Tile} {
		if size > 0 {
			list = append(list, size, size-1)
		}
	}
	list = append([]int{count - 1, 0}, list...)
	limit := markedLimit
	if j.short {
		limit /= 8
	}
	most := max(limit/(count*(j.network.Params()+trial.SampleCost)), 4)
	for len(list) < most {
		list = append(list, random(count))
	}
	list = slices.DeleteFunc(unrepeated(list), func(i int) bool { return i >= count })
	return list[:min(len(list), most)]
}

// marked judges a batch of which one sample is NaN: that it reaches the loss, however many others there are, and its
// own results, and no others. clean is what the calls give without.
func (j *batchJudge[F]) marked(b trial.Batch, at int, clean []outcome[F]) {
	b.Xs = slices.Clone(b.Xs)
	in, out := j.network.Width(0), j.network.Width(j.network.Depth())
	memory.Fill(b.Xs[at*in:(at+1)*in], math.NaN())
	single, err := trial.Expect(j.network, b.Sample(j.network, at))
	if j.report.Failed(err) {
		return
	}
	r := j.ruler(fmt.Sprintf("xs[%d] of %s NaN, seed %s", at, plural.Of(b.Count, "sample"), j.report.Seed))
	s := batchShape(j.network, b.Count)
	for k, c := range batchCalls(j.machine) {
		got := j.do(r, c, b)
		if c.loss && single.Loss != single.Loss && got.loss == got.loss {
			j.report.Broken(c.name, "loss", r.Where, "%v; NaN must not hide", got.loss)
		}
		if c.output {
			for i, want := range single.Output {
				if v := got.output[at*out+i]; want != want && v == v {
					j.report.Broken(c.name, s.output.Element(at*out+i), r.Where, "%v; NaN must not hide", v)
				}
			}
			j.others(r, c.name, s.output, clean[k].output, got.output, at)
		}
	}
}
