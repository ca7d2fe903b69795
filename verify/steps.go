package verify

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
)

// stepJudge compares steps with their parts.
type stepJudge[F Float] struct{ steps[F] }

// steps are steps on batches with their parts, and updates, whatever the types.
type steps[F Float] struct {
	network spec.Network
	report  *findings
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

// updates compares some updates by a gradient that does not change.
func (j *stepJudge[F]) updates() {
	const rate, times = 0x1p-6, 3
	s, err := newBatch(j.network, 0, 1, 4)
	if j.report.failed(err) {
		return
	}
	narrowed(j.params, s.params)
	copy(j.want, j.params)
	for i := range j.gradient {
		j.gradient[i] = F(i%89-44) / 64
	}
	given := slices.Clone(j.gradient)
	for i := range times {
		where := fmt.Sprintf("update %d%s", i+1, j.within)
		j.update(rate)
		j.wanted(rate)
		j.left(where, "Update")
		if at := sameBits(j.gradient, given); at >= 0 {
			j.report.broken(j.name, "g", where, "number %d is written; the gradient is only read", at)
		}
		j.report.Trials++
	}
	j.report.allocates(j.name, j.within, 3, func() { j.update(rate) })
	copy(j.params, j.want)
	copy(j.state, j.wantState)
}
