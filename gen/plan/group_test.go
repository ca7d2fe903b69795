package plan

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestGroupLimits checks over random networks, and two wide ones, that no Go function has more statements than compile
// quickly, unless it is one segment that cannot be cut.
func TestGroupLimits(t *testing.T) {
	limits := func(t *testing.T, n spec.Network) {
		t.Helper()
		p := mustCompile(t, n)
		for _, f := range p.Funcs {
			if len(f.Parts) == 0 {
				t.Errorf("%s has no parts", f.Name)
			}
			for _, part := range f.Parts {
				total, segments := 0, 0
				for _, piece := range part.Pieces {
					total += emitted(piece.Op, piece.Outer)
					if segments += len(piece.Outer); summing(piece.Op) {
						segments -= len(piece.Outer) - 1
					}
				}
				limit := partLimit
				if part.Name == "" && !f.Batch {
					limit = inlineLimit
					if len(f.Parts) != 1 {
						t.Errorf("%s has its body and %d parts besides", f.Name, len(f.Parts)-1)
					}
				}
				if total > limit && segments > 1 {
					t.Errorf("%s, part %q has %d statements in %d segments, limit %d",
						f.Name, part.Name, total, segments, limit)
				}
			}
		}
	}
	eachNetwork(t, func(t *testing.T, _ *rand.Rand, n spec.Network) { limits(t, n) })
	for _, unroll := range []spec.Unroll{spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop} {
		n := build("cross-entropy", []int{200, 150, 130, 40}, "relu", "softmax", "softmax")
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
		n := build("mse", []int{34, 47}, "identity")
		n.Unroll, n.Rounding, n.Precision = unroll, spec.RoundingStrict, spec.Float64
		n.Layers[0].Activation = spec.Function{Expr: strings.Join(factors, "*")}
		p := mustCompile(t, n)
		for _, name := range []string{Backward, Grad, Step, GradBatch} {
			pieces := 0
			for _, part := range p.Func(name).Parts {
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
	eachNetwork(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := drawnPlan(t, n)
		byName, users := map[string]*Part{}, map[*Part]map[string]bool{}
		for _, f := range p.Funcs {
			for _, part := range f.Parts {
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
				{"forward", []string{}, []string{Backward}},
				{"loss", []string{}, []string{Forward}},
				{"backward", []string{}, []string{Forward, LossOnly, Step}},
				{"delta", []string{}, []string{Forward, LossOnly}},
				{"descend", []string{Step}, []string{Forward, LossOnly, Backward, Grad}},
				{"lossPart", []string{}, []string{ForwardBatch}},
				{"deltaPart", []string{}, []string{ForwardBatch, LossBatch}},
				{"gradPart", []string{GradBatch, StepBatch}, []string{ForwardBatch, LossBatch, InputGradBatch}},
				{"inputGradPart", []string{InputGradBatch}, []string{ForwardBatch, LossBatch, GradBatch, StepBatch}},
				{"gradBlock", []string{GradBatch, StepBatch}, []string{ForwardBatch, LossBatch, InputGradBatch}},
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
	n := build("mse", []int{64, 64, 10}, "relu", "identity")
	p := mustCompile(t, n)
	forward := p.Func(Forward).Parts
	for _, name := range []string{LossOnly, Grad, Step} {
		f := p.Func(name)
		if len(f.Parts) < len(forward) {
			t.Fatalf("%s has %d parts, Forward %d:\n%s", name, len(f.Parts), len(forward), p)
		}
		for i, part := range forward {
			if f.Parts[i] != part {
				t.Errorf("%s does not use part %s of Forward", name, part.Name)
			}
		}
	}
}

// TestGroupApart checks that functions share parts where one has operations in between that the other has not.
func TestGroupApart(t *testing.T) {
	n := build("mse", []int{64, 64, 64, 10}, "relu", "tanh", "identity")
	n.InputGradient = true
	p := mustCompile(t, n)
	shared := 0
	for _, part := range p.Func(InputGradBatch).Parts {
		if slices.Contains(p.Func(GradBatch).Parts, part) {
			shared++
		}
	}
	if shared < 4 {
		t.Errorf("InputGradBatch shares %d parts with GradBatch:\n%s", shared, p)
	}
}

// TestStems lists the names by users.
func TestStems(t *testing.T) {
	for users, want := range map[string]string{
		"Forward Loss Grad Step ": "forward", "Loss ": "loss", "Backward Grad Step ": "delta",
		"Backward Grad ": "backward", "Step ": "descend",
	} {
		if got := stemOf(users); got != want {
			t.Errorf("the parts of %sare called %s, want %s", users, got, want)
		}
	}
}
