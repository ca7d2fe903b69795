package measure

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/measure/harness"
	"github.com/backpropgen/backpropgen/spec"
)

func TestMain(m *testing.M) { gentest.Main(m) }

// TestRun: every function of a network, and the update of every optimizer, is measured in portable Go and in every code
// that this processor can run. Of those, but for updates, the time is predicted, and one runs. Where the context is
// done nothing is measured; and nothing is left behind.
func TestRun(t *testing.T) {
	gentest.Compiles(t)
	t.Setenv("TMPDIR", t.TempDir())
	n := shape("Net", spec.Float32, []string{"relu", "softmax"}, "cross-entropy", 9, 5, 3)
	n.Optimizers = []spec.Optimizer{spec.SGD, spec.RMSprop, spec.Adam}
	n.Derivatives = []spec.Derivative{spec.DeriveJacobian, spec.DeriveTangent, spec.DeriveParameterJacobian,
		spec.DeriveHessianVector}
	n.SampleWeights, n.InputGradient = true, true
	var stages []string
	r, err := Run(context.Background(), n, Options{Time: 5 * time.Millisecond, Progress: func(what string, _, _ int) {
		if !slices.Contains(stages, what) {
			stages = append(stages, what)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(stages) < 3 {
		t.Errorf("it tells of %q only", stages)
	}
	trials, err := gen.Trials(n, gen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Functions {
		want, chosen := 0, 0
		for _, trial := range trials {
			for _, code := range trial.Codes {
				if code.Title() == f.Name && runnable(code.Needs) {
					want++
				}
			}
		}
		for _, v := range f.Variants {
			if v.Least <= 0 || v.Spread < 0 {
				t.Errorf("%s, %s: %v ns, %v %%", f.Name, v.Name, v.Least, v.Spread)
			}
			update := strings.HasSuffix(f.Name, ".Update") // their loops are not predicted
			if predicted := v.Cycles > 0; !update && predicted != (v.Name != gen.PortableCode) {
				t.Errorf("%s, %s: predicted are %v cycles", f.Name, v.Name, v.Cycles)
			}
			if v.Runs {
				chosen++
			}
		}
		if len(f.Variants) != want || chosen != 1 {
			t.Errorf("%s: %d variants of which %d run, want %d and 1", f.Name, len(f.Variants), chosen, want)
		}
	}
	for _, name := range []string{"Forward", "Loss", "Backward", "Grad", "Step", "ForwardBatch", "LossBatch",
		"GradBatch", "StepBatch", "InputGradBatch", "LossBatchWeighted", "GradBatchWeighted", "StepBatchWeighted",
		"Tangent", "Jacobian", "HessianVector", "ParameterJacobian", "SGD.Update", "RMSprop.Update", "Adam.Update"} {
		if !strings.Contains(r.String(), "\n  "+name+" ") {
			t.Errorf("the report has no row of %s:\n%s", name, r)
		}
	}

	ctx, cancel := context.WithCancel(context.Background())
	_, err = Run(ctx, n, Options{Time: time.Hour, Progress: func(what string, _, _ int) {
		if what == "measuring" {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Run that is cancelled says %v", err)
	}
	if left, err := os.ReadDir(os.TempDir()); err != nil || slices.ContainsFunc(left, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), "backpropgen")
	}) {
		t.Errorf("%v is left behind, %v", left, err)
	}
}

// TestRunWithoutGo: without a Go command it says so.
func TestRunWithoutGo(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("GOROOT", "")
	n := shape("Net", spec.Float32, []string{"relu"}, "mse", 2, 1)
	if _, err := Run(context.Background(), n, Options{}); !errors.Is(err, errNoGo) {
		t.Errorf("it says %v", err)
	}
}

// report is one of a made-up function whose variants take so long; the one at a place runs.
func report(runs int, least ...float64) *Report {
	f := Function{Name: "Forward"}
	for i, ns := range least {
		f.Variants = append(f.Variants, Variant{Name: string(rune('A' + i)), Least: ns, Runs: i == runs})
	}
	return &Report{Functions: []Function{f}, Machine: harness.Machine{Maker: "Auth", Cycles: 3}, Known: true}
}

// TestVerdict: a choice is wrong if another variant was faster by more than the tolerance.
func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		runs  int
		least []float64
		lost  float64
		want  string
	}{
		{0, []float64{10, 11}, 0, "in all 1 functions"},
		{1, []float64{10, 10.4}, 4, "in all 1 functions"},
		{1, []float64{10, 11}, 10, "in 0 of 1 functions\n  Forward: B runs and takes 10.0 % longer than A\n"},
		{2, []float64{12, 10, 15}, 50, "  Forward: C runs and takes 50.0 % longer than B\n"},
	} {
		r := report(c.runs, c.least...)
		if lost := r.Functions[0].Lost(); lost < c.lost-1e-9 || lost > c.lost+1e-9 {
			t.Errorf("%v, %d: %v %% are lost, want %v", c.least, c.runs, lost, c.lost)
		}
		if text := r.verdict(); !strings.Contains(text, c.want) {
			t.Errorf("%v, %d: %q, want %q", c.least, c.runs, text, c.want)
		}
	}
}
