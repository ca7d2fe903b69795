package verify

import (
	"flag"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// TestRightKernels: the judge accepts kernels that are right, through the call that emitted tests make.
func TestRightKernels(t *testing.T) {
	t.Run("2-3-2 float32", func(t *testing.T) {
		Test(t, string(twoThreeTwo(spec.Float32).JSON()), kernel232[float32](none))
	})
	t.Run("2-3-2 float64", func(t *testing.T) {
		Test(t, string(twoThreeTwo(spec.Float64).JSON()), kernel232[float64](none))
	})
	t.Run("3-4-2 float32", func(t *testing.T) {
		Test(t, string(threeFourTwo(spec.Float32).JSON()), kernel342[float32](none))
	})
	t.Run("3-4-2 float64", func(t *testing.T) {
		Test(t, string(threeFourTwo(spec.Float64).JSON()), kernel342[float64](none))
	})
}

// TestEverythingIsJudged: no number of an ordinary network escapes for want of a bound.
func TestEverythingIsJudged(t *testing.T) {
	r := Check(threeFourTwo(spec.Float32), kernel342[float32](none), Options{Short: testing.Short()})
	if r.Unbounded > 0 || r.Err() != nil {
		t.Errorf("%d numbers without a bound, error %v", r.Unbounded, r.Err())
	}
}

// mutant is a mistake that the judge must find: a call and a quantity that a message must name, and
// what else it must say.
type mutant struct {
	flaw     flaw
	call     string
	quantity string
	says     string
	// innocent are calls that must not be blamed.
	innocent string
}

// mutants232 are mistakes in kernel232.
var mutants232 = []mutant{
	{"wrong sign", "Grad", "∂L/∂W2[", "off by", "Forward Loss Init"},
	{"transposed index", "Backward", "∂L/∂W1[", "of layer 1", "Forward Loss Step Init"},
	{"missing bias", "Forward", "ŷ[", "ULP (", "Init"},
	{"one weight off by 1e-3", "Forward", "ŷ[", "bound", "Init"},
	{"derivative at a instead of z", "Grad", "∂L/∂b1[", "of layer 1", "Forward Loss Init"},
	{"update before read", "Step", "W1[", "of layer 1", "Forward Loss Backward Grad Init"},
	{"accumulates", "Grad", "∂L/∂W1[", "got NaN", "Forward Loss Step Init"},
	{"bias gradient not written", "Backward", "∂L/∂b1[", "got NaN", "Forward Loss Step Init"},
	{"stale workspace", "Loss", "loss", "got NaN", "Forward Backward Grad Step Init"},
	{"result depends on what was left", "Loss", "loss", "second call", "Forward Backward Grad Step Init"},
	{"loss misses a term", "Loss", "loss", "must not hide", "Forward Init"},
	{"sum for mean", "Step", "loss", "want", "Forward Init"},
	{"gradient of the sum for the mean", "Grad", "∂L/∂b2[", "of layer 2", "Forward Loss Init"},
	{"NaN sticks", "Forward", "ŷ[", "after others with NaN", "Init"},
	{"infinity sticks", "Forward", "ŷ[", "after others with NaN", "Init"},
	{"writes x", "Forward", "x[1]", "written", "Init"},
	{"writes y", "Backward", "y[0]", "written", "Forward Loss Init"},
	{"gradient writes p", "Grad", "b2[1]", "written", "Forward Loss Step Init"},
	{"allocates", "Forward", "allocations", "1 per call", "Init"},
	{"result outside the workspace", "Forward", "ŷ", "does not point into the workspace", "Init Loss"},
	{"nil result", "Forward", "ŷ", "nil", "Init Loss"},
	{"workspaces share", "Backward", "loss", "calls on another workspace", "Forward Loss Step Init"},
	{
		"Forward leaves the result to all workspaces", "Backward", "loss", "calls on another workspace",
		"Forward Loss Grad Step Init",
	},
	{"loss after the step", "Step", "loss", "want", "Forward Loss Backward Grad Init"},
	{"input gradient swapped", "Step", "∂L/∂x[", "want", "Forward Loss Init"},
	{"He for Glorot", "Init", "W1[", "of layer 1: got 1,", "Forward Loss Backward Grad Step"},
	{
		"one number for all weights", "Init", "weights", "norm was called 1 times for 12 weights",
		"Forward Loss Backward Grad Step",
	},
	{"draws become positive", "Init", "weights/scale", "want -", "Forward Loss Backward Grad Step"},
	{"draws are cut off", "Init", "weights/scale", "off by", "Forward Loss Backward Grad Step"},
	{"biases left as they were", "Init", "b2[", "want 0", "Forward Loss Backward Grad Step"},
}

// mutants342 are mistakes in kernel342.
var mutants342 = []mutant{
	{"relu hides NaN", "Forward", "ŷ[", "want NaN", "Init"},
	{"relu slope 1 at 0", "Grad", "∂L/∂W1[", "want 0", "Forward Loss Init"},
	{"softmax without maximum", "Forward", "ŷ[", "logits of ±100", "Init"},
	{"loss from probabilities", "Loss", "loss", "logits of ±100", "Forward Init"},
	{"D is of the activations", "Grad", "D1[", "of layer 1", "Forward Loss Step Init"},
	{"Z is overwritten", "Grad", "Z2[", "of layer 2", "Forward Step Init"},
	{"backward ignores the workspace", "Backward", "∂L/∂W2[", "want", "Forward Loss Grad Step Init"},
	{"step uphill", "Step", "W2[", "of layer 2", "Forward Loss Backward Grad Init"},
}

// overflows are the mistakes that only float32 shows: exp(200) is finite in float64.
var overflows = []flaw{"softmax without maximum", "loss from probabilities"}

func TestMutants(t *testing.T) {
	o := Options{Trials: 3 * len(trial.Kinds)} // what -short runs
	for i, m := range mutants232 {
		t.Run(string(m.flaw), func(t *testing.T) {
			single, double := precisionsOf(i)
			if single {
				m.judged(t, Check(twoThreeTwo(spec.Float32), kernel232[float32](m.flaw), o))
			}
			if double {
				m.judged(t, Check(twoThreeTwo(spec.Float64), kernel232[float64](m.flaw), o))
			}
		})
	}
	for i, m := range mutants342 {
		t.Run(string(m.flaw), func(t *testing.T) {
			single, double := precisionsOf(i)
			overflow := slices.Contains(overflows, m.flaw)
			if single || overflow {
				m.judged(t, Check(threeFourTwo(spec.Float32), kernel342[float32](m.flaw), o))
			}
			if double && !overflow {
				m.judged(t, Check(threeFourTwo(spec.Float64), kernel342[float64](m.flaw), o))
			}
		})
	}
}

var bothPrecisions = flag.Bool("mutants", false, "judge every mistake in both precisions, not in one by turns")

// precisionsOf says in which precisions mistake i of a list is judged: in one by turns, with -short one mistake in
// twelve.
func precisionsOf(i int) (single, double bool) {
	switch {
	case *bothPrecisions:
		return true, true
	case testing.Short() && i%12 > 0:
		return false, false
	}
	turn := i
	if testing.Short() {
		turn = i / 12
	}
	return turn%2 == 0, turn%2 == 1
}

// judged checks that a report finds the mistake, names it, and blames nobody else.
func (m mutant) judged(t *testing.T, report *Report) {
	t.Helper()
	if report.Err() == nil {
		t.Fatal("accepted")
	}
	named := false
	for _, f := range report.Failures {
		named = named || f.Call == m.call && strings.HasPrefix(f.Quantity, m.quantity) &&
			strings.Contains(f.Message, m.says)
		if slices.Contains(strings.Fields(m.innocent), f.Call) {
			t.Errorf("blames %s: %s", f.Call, f.Message)
		}
	}
	if !named {
		t.Errorf("no message on %s of %s that says %q:\n%v", m.quantity, m.call, m.says, report.Err())
	}
}
