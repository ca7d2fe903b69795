package optimizer

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// stepJudge compares steps with their parts.
type stepJudge[F memory.Float] struct{ Steps[F] }

// Steps are steps on batches with their parts, and updates, whatever the types.
type Steps[F memory.Float] struct {
	Network spec.Network
	Report  *finding.Report
	Name    string
	Within  string // what else is said of where
	// Params and State are those that a step is taken with, Want and WantState those that its parts are.
	Params, Want     []F
	State, WantState []byte
	// Counts are numbers of samples, for the most of which there is room.
	Counts []int
	Xs, Ys memory.Samples[F]
	Poison func()
	// Step takes a step, and Parts what it consists of.
	Step  func(count memory.Lengths, rate F) F
	Parts func(count int, rate F) F
	// Gradient is what updates are by that have no batch, Update makes one, and Wanted is what it should be.
	Gradient       []F
	Update, Wanted func(rate F)
}

func (j *stepJudge[F]) run() {
	n := j.Network
	const rate = 0x1p-6
	for i, count := range j.Counts {
		s, err := trial.NewBatch(n, i, count, 4)
		if j.Report.Failed(err) {
			return
		}
		if i == 0 {
			memory.Narrow(j.Params, s.Params)
			copy(j.Want, j.Params)
		}
		j.Xs.Load(s.Xs, memory.Beyond)
		j.Ys.Load(s.Ys, memory.Beyond)
		given := slices.Concat(j.Xs.Memory, j.Ys.Memory)
		where := fmt.Sprintf("%s%s, step %d, seed %s", plural.Of(count, "sample"), j.Within, i, j.Report.Seed)
		j.Poison()

		got, want := j.Step(memory.Evenly(count), rate), j.Parts(count, rate)
		if memory.FirstDifference([]F{got}, []F{want}) >= 0 {
			j.Report.Broken(j.Name, "loss", where, "%v, by GradBatch %v", got, want)
		}
		j.left(where, "GradBatch and Update")
		if at := memory.FirstDifference(slices.Concat(j.Xs.Memory, j.Ys.Memory), given); at >= 0 {
			j.Report.Broken(j.Name, "xs and ys", where, "number %d is written; samples and targets are only read", at)
		}
		j.Report.Trials++
		if count > 0 {
			j.refuses(count, rate)
			j.Report.Allocates(j.Name, where, 3, func() { j.Step(memory.Evenly(count), rate) })
			copy(j.Params, j.Want)
			copy(j.State, j.WantState)
		}
	}
}

// left compares the parameters and the optimizer with what other functions leave.
func (j *stepJudge[F]) left(where, by string) {
	if at := memory.FirstDifference(j.Params, j.Want); at >= 0 {
		j.Report.Broken(j.Name, finding.ElementOf(finding.Blocks(j.Network, ""), at), where, "%v, by %s %v",
			j.Params[at], by, j.Want[at])
	}
	if !bytes.Equal(j.State, j.WantState) {
		j.Report.Broken(j.Name, "the optimizer", where, "not as Update leaves it")
	}
}

// refuses checks that a step with a target less than samples panics, and leaves parameters and optimizer as they are.
func (j *stepJudge[F]) refuses(count int, rate F) {
	defer func() {
		if recover() == nil {
			j.Report.Broken(j.Name, "lengths", "", "xs and ys differ in length, and it does not panic")
		}
		if memory.FirstDifference(j.Params, j.Want) >= 0 || !bytes.Equal(j.State, j.WantState) {
			j.Report.Broken(j.Name, "lengths", "", "the parameters or the optimizer are written before it panics")
		}
	}()
	j.Step(memory.Lengths{Xs: count, Ys: count - 1}, rate)
}

// updates compares some updates by a gradient that does not change.
func (j *stepJudge[F]) updates() {
	const rate, times = 0x1p-6, 3
	s, err := trial.NewBatch(j.Network, 0, 1, 4)
	if j.Report.Failed(err) {
		return
	}
	memory.Narrow(j.Params, s.Params)
	copy(j.Want, j.Params)
	for i := range j.Gradient {
		j.Gradient[i] = F(i%89-44) / 64
	}
	given := slices.Clone(j.Gradient)
	for i := range times {
		where := fmt.Sprintf("update %d%s", i+1, j.Within)
		j.Update(rate)
		j.Wanted(rate)
		j.left(where, "Update")
		if at := memory.FirstDifference(j.Gradient, given); at >= 0 {
			j.Report.Broken(j.Name, "g", where, "number %d is written; the gradient is only read", at)
		}
		j.Report.Trials++
	}
	j.Report.Allocates(j.Name, j.Within, 3, func() { j.Update(rate) })
	copy(j.Params, j.Want)
	copy(j.State, j.WantState)
}
