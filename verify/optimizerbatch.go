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

// TestOptimizerBatch checks StepBatch of an emitted optimizer and fails the test with what is wrong. The first arguments
// are those of TestOptimizer; step is the method StepBatch, and gradient GradBatch of the network, as expressions.
func TestOptimizerBatch[S, P, G, B, X, Y any, F Float](
	t testing.TB, network, name string, newState func() *S, update func(s *S, p *P, g *G, rate F),
	step func(s *S, p *P, b *B, xs []X, ys []Y, rate F) F, gradient func(p *P, b *B, xs []X, ys []Y, g *G) F,
) {
	t.Helper()
	n, err := spec.Decode("spec.json", []byte(network))
	if err != nil {
		t.Fatalf("the emitted spec does not decode; generate the package again: %v", err)
	}
	CheckOptimizerBatch(n, name, newState, update, step, gradient).tell(t)
}

// CheckOptimizerBatch compares steps on batches with what GradBatch and Update give, which are judged by themselves: the
// loss, the parameters and the optimizer are the same bit by bit, for no sample, one, and more than a block, and from
// step to step. Samples and targets are only read, and nothing allocates. Batches whose xs and ys differ in length are
// refused by a panic before anything is written.
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
	var xs []X
	var ys []Y
	j := stepJudge[F]{
		network: n, report: report, name: call, params: view[F](p), want: view[F](q),
		state: memoryOf(o), wantState: memoryOf(other),
		samples: func(count int) (flatX, flatY []F) {
			xs, ys = make([]X, count), make([]Y, count)
			return flatOf[F](xs), flatOf[F](ys)
		},
		poison: func() { poison(reflect.TypeFor[B](), unsafe.Pointer(b)) },
		step:   func(from int, rate F) F { return step(o, p, b, xs, ys[from:], rate) },
		parts: func(rate F) F {
			loss := gradient(q, apart, xs, ys, g)
			update(other, q, g, rate)
			return loss
		},
	}
	j.run()
	return report.finish()
}

// stepJudge compares steps on batches with their parts, whatever the types.
type stepJudge[F Float] struct {
	network spec.Network
	report  *Report
	name    string
	// params and state are those that a step is taken with, want and wantState those that its parts are.
	params, want     []F
	state, wantState []byte
	// samples makes so many, and gives their numbers.
	samples func(count int) (xs, ys []F)
	poison  func()
	// step takes a step, with the targets from one on, and parts what it consists of.
	step  func(from int, rate F) F
	parts func(rate F) F
}

func (j *stepJudge[F]) run() {
	n := j.network
	const rate = 0x1p-6
	for i, count := range batchCounts(n.Batch, batchLimit/(n.Params()+sampleCost)) {
		s, err := newBatch(n, i, count, 4)
		if j.report.failed(err) {
			return
		}
		if i == 0 {
			narrowed(j.params, s.params)
			copy(j.want, j.params)
		}
		xs, ys := j.samples(count)
		narrowed(xs, s.xs)
		narrowed(ys, s.ys)
		given := slices.Concat(xs, ys)
		where := fmt.Sprintf("%d samples, step %d, seed %s", count, i, j.report.Seed)
		j.poison()

		got, want := j.step(0, rate), j.parts(rate)
		if sameBits([]F{got}, []F{want}) >= 0 {
			j.report.broken(j.name, "loss", where, "%v, by GradBatch %v", got, want)
		}
		if at := sameBits(j.params, j.want); at >= 0 {
			j.report.broken(j.name, elementOf(blocks(n, ""), at), where, "%v, by GradBatch and Update %v", j.params[at], j.want[at])
		}
		if !bytes.Equal(j.state, j.wantState) {
			j.report.broken(j.name, "the optimizer", where, "not as Update leaves it")
		}
		if at := sameBits(slices.Concat(xs, ys), given); at >= 0 {
			j.report.broken(j.name, "xs and ys", where, "number %d is written; samples and targets are only read", at)
		}
		j.report.Trials++
		if count > 0 {
			j.refuses(rate)
			j.report.allocates(j.name, where, 3, func() { j.step(0, rate) })
			copy(j.params, j.want)
			copy(j.state, j.wantState)
		}
	}
}

// refuses checks that a step with a target less than samples panics, and leaves parameters and optimizer as they are.
func (j *stepJudge[F]) refuses(rate F) {
	defer func() {
		if recover() == nil {
			j.report.broken(j.name, "lengths", "", "xs and ys differ in length, and it does not panic")
		}
		if sameBits(j.params, j.want) >= 0 || !bytes.Equal(j.state, j.wantState) {
			j.report.broken(j.name, "lengths", "", "the parameters or the optimizer are written before it panics")
		}
	}()
	j.step(1, rate)
}

// memoryOf is all bytes of a value.
func memoryOf[T any](v *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) }

// flatOf are the numbers of samples.
func flatOf[F Float, X any](xs []X) []F {
	var one X
	return unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(xs))), len(xs)*int(unsafe.Sizeof(one)/unsafe.Sizeof(*new(F))))
}
