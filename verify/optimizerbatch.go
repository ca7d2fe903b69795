package verify

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
)

// TestOptimizerBatch checks StepBatch of an emitted optimizer and fails the test with what is wrong. The first
// arguments are those of TestOptimizer; step is the method StepBatch, and gradient GradBatch of the network, as
// expressions.
func TestOptimizerBatch[S, P, G, B, X, Y any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	step func(s *S, p *P, b *B, xs []X, ys []Y, rate F) F, gradient func(p *P, b *B, xs []X, ys []Y, g *G) F,
) {
	t.Helper()
	n := emitted(t, network)
	CheckOptimizerBatch(n, name, newState, update, step, gradient).tell(t)
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
	report := &Report{Network: n.Name}
	_, report.Seed = random(n, 0)
	call := name + ".StepBatch"
	refuse := func(err error) *Report {
		report.broken(call, "types", "", "%v", err)
		return report.finish()
	}
	if newState == nil || update == nil || step == nil || gradient == nil {
		return refuse(fmt.Errorf("the constructor, Update, StepBatch or GradBatch is nil"))
	}
	if err := fits[P, G, X, Y, F](n); err != nil {
		return refuse(err)
	}
	p, q, g, b, apart := new(P), new(P), new(G), new(B), new(B)
	o, other := newState(), newState()
	counts := batchCounts(n.Batch, batchLimit/(n.Params()+sampleCost))
	xs, ys := newSamples[X, F](slices.Max(counts)), newSamples[Y, F](slices.Max(counts))
	j := steps[F]{
		network: n, report: report, name: call, params: view[F](p), want: view[F](q),
		state: memoryOf(o), wantState: memoryOf(other),
		counts: counts, xs: xs.flat(), ys: ys.flat(),
		poison: func() { poison(reflect.TypeFor[B](), unsafe.Pointer(b)) },
		step:   func(count lengths, rate F) F { return step(o, p, b, xs.first(count.xs), ys.first(count.ys), rate) },
		parts: func(count int, rate F) F {
			loss := gradient(q, apart, xs.first(count), ys.first(count), g)
			update(other, q, g, rate)
			return loss
		},
	}
	judgeSteps(&j)
	return report.finish()
}

// stepJudge compares steps with their parts.
type stepJudge[F Float] struct{ steps[F] }

// steps are steps on batches with their parts, and updates, whatever the types.
type steps[F Float] struct {
	network spec.Network
	report  *Report
	name    string
	within  string // what else is said of where
	// params and state are those that a step is taken with, want and wantState those that its parts are.
	params, want     []F
	state, wantState []byte
	// counts are numbers of samples, for the most of which there is room.
	counts []int
	xs, ys samples[F]
	poison func()
	// step takes a step, and parts what it consists of.
	step  func(count lengths, rate F) F
	parts func(count int, rate F) F
	// gradient is what updates are by that have no batch, update makes one, and wanted is what it should be.
	gradient       []F
	update, wanted func(rate F)
}

func (j *stepJudge[F]) run() {
	n := j.network
	const rate = 0x1p-6
	for i, count := range j.counts {
		s, err := newBatch(n, i, count, 4)
		if j.report.failed(err) {
			return
		}
		if i == 0 {
			narrowed(j.params, s.params)
			copy(j.want, j.params)
		}
		j.xs.load(s.xs, beyond)
		j.ys.load(s.ys, beyond)
		given := slices.Concat(j.xs.memory, j.ys.memory)
		where := fmt.Sprintf("%d samples%s, step %d, seed %s", count, j.within, i, j.report.Seed)
		j.poison()

		got, want := j.step(evenly(count), rate), j.parts(count, rate)
		if sameBits([]F{got}, []F{want}) >= 0 {
			j.report.broken(j.name, "loss", where, "%v, by GradBatch %v", got, want)
		}
		j.left(where, "GradBatch and Update")
		if at := sameBits(slices.Concat(j.xs.memory, j.ys.memory), given); at >= 0 {
			j.report.broken(j.name, "xs and ys", where, "number %d is written; samples and targets are only read", at)
		}
		j.report.Trials++
		if count > 0 {
			j.refuses(count, rate)
			j.report.allocates(j.name, where, 3, func() { j.step(evenly(count), rate) })
			copy(j.params, j.want)
			copy(j.state, j.wantState)
		}
	}
}

// left compares the parameters and the optimizer with what other functions leave.
func (j *stepJudge[F]) left(where, by string) {
	if at := sameBits(j.params, j.want); at >= 0 {
		j.report.broken(j.name, elementOf(blocks(j.network, ""), at), where, "%v, by %s %v", j.params[at], by, j.want[at])
	}
	if !bytes.Equal(j.state, j.wantState) {
		j.report.broken(j.name, "the optimizer", where, "not as Update leaves it")
	}
}

// refuses checks that a step with a target less than samples panics, and leaves parameters and optimizer as they are.
func (j *stepJudge[F]) refuses(count int, rate F) {
	defer func() {
		if recover() == nil {
			j.report.broken(j.name, "lengths", "", "xs and ys differ in length, and it does not panic")
		}
		if sameBits(j.params, j.want) >= 0 || !bytes.Equal(j.state, j.wantState) {
			j.report.broken(j.name, "lengths", "", "the parameters or the optimizer are written before it panics")
		}
	}()
	j.step(lengths{xs: count, ys: count - 1}, rate)
}

// memoryOf is all bytes of a value.
func memoryOf[T any](v *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) }
