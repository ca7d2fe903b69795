package verify

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/optimizer"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// TestOptimizerBatch is TestOptimizer, and checks StepBatch of the optimizer as well. The first arguments are those of
// TestOptimizer; step is the method StepBatch, and gradient GradBatch of the network, as
// expressions.
func TestOptimizerBatch[S, P, G, B, X, Y any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	step func(s *S, p *P, b *B, xs []X, ys []Y, rate F) F, gradient func(p *P, b *B, xs []X, ys []Y, g *G) F,
) {
	t.Helper()
	TestOptimizer(t, network, name, newState, update)
	n := emitted(t, network)
	CheckOptimizerBatch(n, name, newState, update, step, gradient).tell(t)
}

// TestOptimizerBatchWeighted checks the methods that take weights of samples: StepBatchWeighted of the optimizer beside
// GradBatchWeighted of the network.
func TestOptimizerBatchWeighted[S, P, G, B, X, Y any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	step func(s *S, p *P, b *B, xs []X, ys []Y, weights []F, rate F) F,
	gradient func(p *P, b *B, xs []X, ys []Y, weights []F, g *G) F,
) {
	t.Helper()
	n := emitted(t, network)
	CheckOptimizerBatchWeighted(n, name, newState, update, step, gradient).tell(t)
}

// CheckOptimizerBatchWeighted is CheckOptimizerBatch for these methods, with weights that differ from sample to sample.
func CheckOptimizerBatchWeighted[S, P, G, B, X, Y any, F Float](
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	step func(s *S, p *P, b *B, xs []X, ys []Y, weights []F, rate F) F,
	gradient func(p *P, b *B, xs []X, ys []Y, weights []F, g *G) F,
) *Report {
	n = n.WithDefaults()
	if step == nil || gradient == nil {
		return CheckOptimizerBatch[S, P, G, B, X, Y](n, name, newState, update, nil, nil)
	}
	weights := someWeights[F](slices.Max(trial.BatchCounts(n.Batch, trial.BatchLimit/(n.Params()+trial.SampleCost))))
	return CheckOptimizerBatch(n, name, newState, update,
		func(s *S, p *P, b *B, xs []X, ys []Y, rate F) F {
			return step(s, p, b, xs, ys, weights[:len(ys)], rate)
		},
		func(p *P, b *B, xs []X, ys []Y, g *G) F { return gradient(p, b, xs, ys, weights[:len(ys)], g) })
}

// someWeights are n weights, of which few are alike.
func someWeights[F Float](n int) []F {
	weights := make([]F, n)
	for i := range weights {
		weights[i] = F(i%11) / 4
	}
	return weights
}

// CheckOptimizerBatch compares steps on batches with what GradBatch and Update give, which are judged by themselves:
// the loss, the parameters and the optimizer are the same bit by bit, for no sample, one, and more than a block, and
// from step to step. Samples and targets are only read, and nothing allocates. Batches whose xs and ys differ in length
// are refused by a panic before anything is written.
func CheckOptimizerBatch[S, P, G, B, X, Y any, F Float](
	n spec.Network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	step func(s *S, p *P, b *B, xs []X, ys []Y, rate F) F, gradient func(p *P, b *B, xs []X, ys []Y, g *G) F,
) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, 0)
	call := name + ".StepBatch"
	refuse := func(err error) *Report {
		report.Broken(call, "types", "", "%v", err)
		return reportOf(report)
	}
	if newState == nil || update == nil || step == nil || gradient == nil {
		return refuse(fmt.Errorf("the constructor, Update, StepBatch or GradBatch is nil"))
	}
	if err := fits(n, typesOf[P, G, X, Y, F]()); err != nil {
		return refuse(err)
	}
	p, q, g, b, apart := new(P), new(P), new(G), new(B), new(B)
	o, other := newState(), newState()
	counts := trial.BatchCounts(n.Batch, trial.BatchLimit/(n.Params()+trial.SampleCost))
	xs, ys := memory.NewArray[X](slices.Max(counts)), memory.NewArray[Y](slices.Max(counts))
	j := optimizer.Steps[F]{
		Network: n, Report: report, Name: call, Params: memory.View[F](p), Want: memory.View[F](q),
		State: memory.Bytes(o), WantState: memory.Bytes(other),
		Counts: counts, Xs: memory.SamplesOf[F](xs, memory.MarginBefore),
		Ys:     memory.SamplesOf[F](ys, memory.MarginBefore),
		Poison: func() { memory.Poison(reflect.TypeFor[B](), unsafe.Pointer(b)) },
		Step: func(count memory.Lengths, rate F) F {
			return step(o, p, b, memory.First(xs, count.Xs), memory.First(ys, count.Ys), rate)
		},
		Parts: func(count int, rate F) F {
			loss := gradient(q, apart, memory.First(xs, count), memory.First(ys, count), g)
			update(other, q, g, rate)
			return loss
		},
	}
	optimizer.JudgeSteps(&j)
	return reportOf(report)
}
