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
	counts := batchCounts(n.Batch, batchLimit/(n.Params()+sampleCost))
	p, q, g, b, apart := new(P), new(P), new(G), new(B), new(B)
	o, other := newState(), newState()
	rate := F(0x1p-6)
	for i, count := range counts {
		s, err := newBatch(n, i, count, 4)
		if report.failed(err) {
			return report.finish()
		}
		if i == 0 {
			narrowed(view[F](p), s.params)
			*q = *p
		}
		xs, ys := make([]X, count), make([]Y, count)
		flat := func() []F { return slices.Concat(flatOf[F](xs), flatOf[F](ys)) }
		narrowed(flatOf[F](xs), s.xs)
		narrowed(flatOf[F](ys), s.ys)
		given := flat()
		where := fmt.Sprintf("%d samples, step %d, seed %s", count, i, report.Seed)
		poison(reflect.TypeFor[B](), unsafe.Pointer(b))

		got := step(o, p, b, xs, ys, rate)
		want := gradient(q, apart, xs, ys, g)
		update(other, q, g, rate)
		if sameBits([]F{got}, []F{want}) >= 0 {
			report.broken(call, "loss", where, "%v, by GradBatch %v", got, want)
		}
		if at := sameBits(view[F](p), view[F](q)); at >= 0 {
			report.broken(call, elementOf(blocks(n, ""), at), where, "%v, by GradBatch and Update %v", view[F](p)[at], view[F](q)[at])
		}
		if !bytes.Equal(memoryOf(o), memoryOf(other)) {
			report.broken(call, "the optimizer", where, "not as Update leaves it")
		}
		if at := sameBits(flat(), given); at >= 0 {
			report.broken(call, "xs and ys", where, "number %d is written; samples and targets are only read", at)
		}
		report.Trials++
		if count > 0 {
			stepRefuses(report, call, n, func() { step(o, p, b, xs, ys[1:], rate) }, p, q, o, other)
			report.allocates(call, where, 3, func() { step(o, p, b, xs, ys, rate) })
			*p = *q
			*o = *other
		}
	}
	return report.finish()
}

// stepRefuses checks that a step panics, and leaves parameters and optimizer as they are.
func stepRefuses[P, S any](report *Report, call string, n spec.Network, step func(), p, q *P, o, other *S) {
	defer func() {
		if recover() == nil {
			report.broken(call, "lengths", "", "xs and ys differ in length, and it does not panic")
		}
		if !bytes.Equal(memoryOf(p), memoryOf(q)) || !bytes.Equal(memoryOf(o), memoryOf(other)) {
			report.broken(call, "lengths", "", "the parameters or the optimizer of %s are written before it panics", n.Name)
		}
	}()
	step()
}

// memoryOf is all bytes of a value.
func memoryOf[T any](v *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) }

// flatOf are the numbers of samples.
func flatOf[F Float, X any](xs []X) []F {
	var one X
	return unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(xs))), len(xs)*int(unsafe.Sizeof(one)/unsafe.Sizeof(*new(F))))
}
