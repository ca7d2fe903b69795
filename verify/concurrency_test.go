package verify

import (
	"strings"
	"testing"
	"time"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
)

// between is what a wrong kernel keeps outside of its workspace.
var between [2]float32

// interrupted gives the processor away, as the system may do at any time, for long enough that another goroutine gets
// it on a busy machine too.
func interrupted() { time.Sleep(10 * time.Microsecond) }

// meet judges a kernel that two goroutines use.
func meet[P, G, W, B, X, Y any, F Float](
	t *testing.T, n spec.Network, report *finding.Report, k Kernel[P, G, W, B, X, Y, F],
) {
	t.Helper()
	judged, err := judgedOf(n, k, report)
	if err != nil {
		t.Fatal(err)
	}
	judge.CheckConcurrency(judged, judge.Cuts{Block: 4, Tile: 8})
}

// TestAtOnce: a kernel that keeps an input outside of its workspace for a moment is found, one that does not is right.
func TestAtOnce(t *testing.T) {
	n := twoThreeTwo(spec.Float32)
	right := batched(kernel232[float32](none), 4, none)
	wrong := right
	wrong.Loss = func(p *params232[float32], ws *work232[float32], x, y *[2]float32) float32 {
		between = *x
		interrupted()
		mine := between
		return right.Loss(p, ws, &mine, y)
	}
	wrong.StepBatch = func(p *params232[float32], b *naiveBatch[work232[float32], grad232[float32]], xs,
		ys [][2]float32, rate float32) float32 {
		between = xs[0]
		interrupted()
		return right.StepBatch(p, b, append([][2]float32{between}, xs[1:]...), ys, rate)
	}
	wrong.GradBatch = func(p *params232[float32], b *naiveBatch[work232[float32], grad232[float32]], xs,
		ys [][2]float32, g *grad232[float32]) float32 {
		if len(xs)%8 < 7 {
			return right.GradBatch(p, b, xs, ys, g)
		}
		between = xs[0] // where a rest is too large to be taken one by one
		interrupted()
		return right.GradBatch(p, b, append([][2]float32{between}, xs[1:]...), ys, g)
	}
	for _, c := range []struct {
		k Kernel[params232[float32], grad232[float32], work232[float32],
			naiveBatch[work232[float32], grad232[float32]], [2]float32, [2]float32, float32]
		want []string
	}{{right, nil}, {wrong, []string{"Loss: two goroutines at once", "GradBatch: two goroutines at once",
		"StepBatch: two goroutines at once"}}} {
		report := &finding.Report{}
		meet(t, n, report, c.k)
		report.Finish()
		if len(report.Failures) != len(c.want) {
			t.Errorf("got %v, want %q", report.Failures, c.want)
			continue
		}
		for i, f := range report.Failures {
			if !strings.HasPrefix(f.Message, c.want[i]) {
				t.Errorf("got %q, want %q", f.Message, c.want[i])
			}
		}
	}
}

// TestAtOncePanics: a panic of a kernel comes out where it can be recovered.
func TestAtOncePanics(t *testing.T) {
	k := batched(kernel232[float32](none), 4, none)
	k.Grad = func(*params232[float32], *work232[float32], *[2]float32, *[2]float32, *grad232[float32]) float32 {
		panic("no")
	}
	if said := finding.PanicOf(func() { meet(t, twoThreeTwo(spec.Float32), &finding.Report{}, k) }); said != "no" {
		t.Errorf("got %v", said)
	}
}
