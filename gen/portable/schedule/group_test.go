package schedule

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestGroupLimits checks over random networks, and two wide ones, that no Go function has more statements than compile
// quickly, unless it is one segment that cannot be cut.
func TestGroupLimits(t *testing.T) {
	limits := func(t *testing.T, n spec.Network) {
		t.Helper()
		s := mustMake(t, n)
		for _, f := range s.Program.Funcs {
			if len(s.Function(f).Parts) == 0 {
				t.Errorf("%s has no parts", f.Name)
			}
			for _, part := range s.Function(f).Parts {
				total, segments := 0, 0
				for _, piece := range part.Pieces {
					if piece.Call != nil {
						continue
					}
					total += s.emitted(piece.Op, piece.Outer)
					if segments += len(piece.Outer); summing(piece.Op) {
						segments -= len(piece.Outer) - 1
					}
				}
				limit := partLimit
				if part.Name == "" && !f.Batch {
					limit = inlineLimit
				}
				if total > limit && segments > 1 {
					t.Errorf("%s, part %q has %d statements in %d segments, limit %d",
						f.Name, part.Name, total, segments, limit)
				}
			}
		}
	}
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) { limits(t, n) })
	for _, unroll := range []spec.Unroll{spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop} {
		n := plantest.Network("cross-entropy", []int{200, 150, 130, 40}, "relu", "softmax", "softmax")
		n.Unroll = unroll
		limits(t, n)
	}
}

// TestGroupSums: an operation that forms the loss is in one function, however long: its formula, and with it the cost,
// is longer than a function may be, so that other operations are cut.
func TestGroupSums(t *testing.T) {
	factors := []string{"sin(z)"}
	for i := range 69 {
		factors = append(factors, fmt.Sprintf("%s(z+%d)", []string{"exp", "sin", "cos", "tanh"}[i%4], i%9+1))
	}
	for _, unroll := range []spec.Unroll{spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop} {
		n := plantest.Network("mse", []int{34, 47}, "identity")
		n.Unroll, n.Rounding, n.Precision = unroll, spec.RoundingStrict, spec.Float64
		n.Layers[0].Activation = spec.Function{Expr: strings.Join(factors, "*")}
		s := mustMake(t, n)
		for _, name := range []string{plan.Backward, plan.Grad, plan.Step, plan.GradBatch} {
			pieces := 0
			for _, part := range s.named(name) {
				for _, piece := range part.Pieces {
					if slices.ContainsFunc(piece.Ops(), summing) {
						pieces++
					}
				}
			}
			if pieces != 1 {
				t.Errorf("unroll: %s, %s forms the loss in %d pieces", unroll, name, pieces)
			}
		}
	}
}

// TestGroupNames checks over random networks that parts are named as methods, that different parts have different
// names, and that a part belongs to the functions its name says.
func TestGroupNames(t *testing.T) {
	good := map[bool]*regexp.Regexp{
		false: regexp.MustCompile(`^(forward|loss|backward|delta|descend)[0-9]*$`),
		true:  regexp.MustCompile(`^((forward|loss|delta|grad|inputGrad|lossWeighted|gradWeighted)Part[0-9]*|(forward|loss|grad|inputGrad|lossWeighted|gradWeighted)Block)$`),
	}
	named := 0
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		s := drawnSchedule(t, n)
		byName, users := map[string]*Part{}, map[*Part]map[string]bool{}
		for _, f := range s.Program.Funcs {
			for _, part := range s.Function(f).Parts {
				if part.Name == "" {
					continue
				}
				named++
				if !good[f.Batch].MatchString(part.Name) {
					t.Errorf("%s has a part called %q", f.Name, part.Name)
				}
				if byName[part.Name] != nil && byName[part.Name] != part {
					t.Errorf("two parts are called %s", part.Name)
				}
				byName[part.Name] = part
				if users[part] == nil {
					users[part] = map[string]bool{}
				}
				users[part][f.Name] = true
			}
		}
		for name, part := range byName {
			for _, c := range []struct {
				stem string
				in   []string
				out  []string
			}{
				{"forward", []string{}, []string{plan.Backward}},
				{"loss", []string{}, []string{plan.Forward}},
				{"backward", []string{}, []string{plan.Forward, plan.LossOnly, plan.Step}},
				{"delta", []string{}, []string{plan.Forward, plan.LossOnly}},
				{"descend", []string{plan.Step}, []string{plan.Forward, plan.LossOnly, plan.Backward, plan.Grad}},
				{"lossPart", []string{}, []string{plan.ForwardBatch}},
				{"deltaPart", []string{}, []string{plan.ForwardBatch, plan.LossBatch}},
				{"gradPart", []string{plan.GradBatch, plan.StepBatch},
					[]string{plan.ForwardBatch, plan.LossBatch, plan.InputGradBatch}},
				{"inputGradPart", []string{plan.InputGradBatch},
					[]string{plan.ForwardBatch, plan.LossBatch, plan.GradBatch, plan.StepBatch}},
				{"gradBlock", []string{plan.GradBatch, plan.StepBatch},
					[]string{plan.ForwardBatch, plan.LossBatch, plan.InputGradBatch}},
			} {
				if !regexp.MustCompile("^" + c.stem + "[0-9]*$").MatchString(name) {
					continue
				}
				for _, f := range c.in {
					if !users[part][f] {
						t.Errorf("%s is not used by %s", name, f)
					}
				}
				for _, f := range c.out {
					if users[part][f] {
						t.Errorf("%s is used by %s", name, f)
					}
				}
			}
		}
	})
	if named == 0 {
		t.Error("no network has a part of its own; draw wider ones")
	}
}

// TestGroupShares checks that what Forward and Backward do is emitted once: other functions call them, or share their
// parts, however small or large they are.
func TestGroupShares(t *testing.T) {
	for _, dims := range [][]int{{4, 8, 3}, {64, 64, 10}} {
		s := mustMake(t, plantest.Network("mse", dims, "tanh", "identity"))
		forward := s.Program.Func(plan.Forward)
		for name, want := range map[string][]string{
			plan.LossOnly: {plan.Forward}, plan.Step: {plan.Forward}, plan.Grad: {plan.Forward, plan.Backward},
		} {
			var calls []string
			for _, part := range s.named(name) {
				for _, piece := range part.Pieces {
					if piece.Call != nil {
						calls = append(calls, piece.Call.Name)
					}
				}
			}
			if !slices.Equal(calls, want) {
				t.Errorf("%d: %s calls %q, want %q:\n%s", dims, name, calls, want, s)
			}
		}
		emitted, seen := map[plan.Op]int{}, map[*Part]bool{}
		for _, f := range s.Program.Funcs {
			for _, part := range s.Function(f).Parts {
				for _, piece := range part.Pieces {
					if !seen[part] && f.Batch && piece.Call == nil && slices.Contains(forward.Ops, piece.Op) {
						emitted[piece.Op]++
					}
				}
				seen[part] = true
			}
		}
		for op, n := range emitted {
			if n > 1 {
				t.Errorf("%d: batch functions have %s %d times:\n%s", dims, op, n, s)
			}
		}
	}
}

// TestGroupBeside checks that a function may have a body and share methods with others, and that a run that is too
// short for a method stands in each of them.
func TestGroupBeside(t *testing.T) {
	for outputs, shared := range map[int]bool{2: false, 12: true} {
		s := mustMake(t, plantest.Network("mse", []int{5, 9, outputs}, "tanh", "identity"))
		for _, name := range []string{plan.Backward, plan.Step} {
			bodies, methods := 0, 0
			for _, part := range s.named(name) {
				if part.Name == "" {
					bodies++
				} else {
					methods++
				}
			}
			if bodies == 0 || (methods > 0) != shared {
				t.Errorf("%d outputs: %s has %d bodies and %d methods:\n%s", outputs, name, bodies, methods, s)
			}
		}
	}
}

// TestGroupApart checks that functions share parts where one has operations in between that the other has not.
func TestGroupApart(t *testing.T) {
	n := plantest.Network("mse", []int{64, 64, 64, 10}, "relu", "tanh", "identity")
	n.InputGradient = true
	s := mustMake(t, n)
	shared := 0
	for _, part := range s.named(plan.InputGradBatch) {
		if slices.Contains(s.named(plan.GradBatch), part) {
			shared++
		}
	}
	if shared < 4 {
		t.Errorf("InputGradBatch shares %d parts with GradBatch:\n%s", shared, s)
	}
}

// TestStems lists the names by users.
func TestStems(t *testing.T) {
	for users, want := range map[string]string{
		"Forward Loss plan.Grad plan.Step ": "forward", "Loss ": "loss", "Backward plan.Grad plan.Step ": "delta",
		"Backward plan.Grad ": "backward", "Step ": "descend",
	} {
		if got := stemOf(users); got != want {
			t.Errorf("the parts of %sare called %s, want %s", users, got, want)
		}
	}
}
