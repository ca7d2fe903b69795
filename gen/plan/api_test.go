package plan

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
)

// TestAPI checks that plans have the functions that the table says, in its order, and that their operations read and
// write what their arguments stand for.
func TestAPI(t *testing.T) {
	for _, inputGradient := range []bool{false, true} {
		n := plantest.Iris()
		n.InputGradient = inputGradient
		p := mustCompile(t, n)
		api := APIOf(n)
		if !slices.EqualFunc(p.Funcs, api,
			func(f *Func, s Signature) bool { return f.Name == s.Name && f.Batch == s.Batch }) {
			t.Errorf("input_gradient %t: the plan has other functions than %v", inputGradient, api)
		}
		for _, s := range api {
			f := p.Func(s.Name)
			for _, c := range []struct {
				needs bool
				kind  Kind
				args  []string
			}{
				{touches(f, Target), Target, []string{TargetArg, TargetsArg}},
				{touches(f, Rate), Rate, []string{RateArg}},
				{touches(f, WeightGrad) && s.Name != StepBatch, WeightGrad, []string{GradArg}},
				{touches(f, Result), Result, []string{OutputsArg, SlopesArg}},
			} {
				has := slices.ContainsFunc(s.Args, func(arg string) bool { return slices.Contains(c.args, arg) })
				if has != c.needs {
					t.Errorf("%s uses %v: %t; its arguments are %v", s.Name, c.kind, c.needs, s.Args)
				}
			}
			if forms := f.Writes(Loss); forms != s.ReturnsLoss() || forms == (s.Output || s.Name == ForwardBatch) {
				t.Errorf("%s forms the loss: %t", s.Name, forms)
			}
		}
	}
}

// touches says whether a function reads or writes buffers of a kind.
func touches(f *Func, k Kind) bool {
	return slices.ContainsFunc(f.Ops, func(op Op) bool {
		return slices.ContainsFunc(append(op.Reads(), op.Writes()...), func(b *Buffer) bool { return b.Kind == k })
	})
}
