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
					total += s.emitted(piece.Op, piece.Outer)
					if segments += len(piece.Outer); summing(piece.Op) {
						segments -= len(piece.Outer) - 1
					}
				}
				limit := partLimit
				if part.Name == "" && !f.Batch {
					limit = inlineLimit
					if len(s.Function(f).Parts) != 1 {
						t.Errorf("%s has its body and %d parts besides", f.Name, len(s.Function(f).Parts)-1)
					}
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
					if summing(piece.Op) {
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
		true:  regexp.MustCompile(`^((forward|loss|delta|grad|inputGrad)Part[0-9]*|(forward|loss|grad|inputGrad)Block)$`),
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
				{"gradPart", []string{plan.GradBatch, plan.StepBatch}, []string{plan.ForwardBatch, plan.LossBatch, plan.InputGradBatch}},
				{"inputGradPart", []string{plan.InputGradBatch}, []string{plan.ForwardBatch, plan.LossBatch, plan.GradBatch, plan.StepBatch}},
				{"gradBlock", []string{plan.GradBatch, plan.StepBatch}, []string{plan.ForwardBatch, plan.LossBatch, plan.InputGradBatch}},
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

// TestGroupShares checks that functions too large for one body share the parts of what they have in common.
func TestGroupShares(t *testing.T) {
	n := plantest.Network("mse", []int{64, 64, 10}, "relu", "identity")
	s := mustMake(t, n)
	forward := s.named(plan.Forward)
	for _, name := range []string{plan.LossOnly, plan.Grad, plan.Step} {
		parts := s.named(name)
		if len(parts) < len(forward) {
			t.Fatalf("%s has %d parts, Forward %d:\n%s", name, len(parts), len(forward), s)
		}
		for i, part := range forward {
			if parts[i] != part {
				t.Errorf("%s does not use part %s of Forward", name, part.Name)
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
