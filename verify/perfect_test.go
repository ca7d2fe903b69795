package verify

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
)

// TestPerfectPredictions: a slope of a cost that is not 0 where the target is the output bit for bit is found, in
// functions of one sample and of batches, and nothing else is; where a loss of 0 proves nothing, nothing is judged.
func TestPerfectPredictions(t *testing.T) {
	wrong := &twist[float32]{slope: func(a, y, g []float32) {
		for i := range g {
			if a[i] == y[i] {
				g[i] = -1
			}
		}
	}}
	for _, c := range []struct {
		cost  string
		twist *twist[float32]
		want  []string
	}{
		{"mae", nil, nil},
		{
			"mae", wrong, []string{"Backward: ∂L/∂W1[", "Grad: ∂L/∂W1[", "Step: W1[", "GradBatch: ∂L/∂W1[",
				"StepBatch: W1[", "InputGradBatch: ∂L/∂x"},
		},
		{"huber", nil, nil},
	} {
		n := pooledNet(spec.Float32, spec.CacheAuto)
		n.Cost = spec.Function{Name: c.cost}
		n = n.WithDefaults()
		k := pooledKernel(n, naive[float32]{sum: pairwise[float32], fromPost: true, twist: c.twist})
		report := &finding.Report{}
		judged, err := judgedOf(n, k, report)
		if err != nil {
			t.Fatal(err)
		}
		judged.Cuts = judge.Cuts{Block: 3, Tile: 4, Chunk: 4}
		judge.PerfectPredictions(judged)
		var got []string
		for _, f := range report.Finish().Failures {
			got = append(got, f.Message)
		}
		all := strings.Join(got, "\n")
		if (len(c.want) == 0) != (len(got) == 0) {
			t.Errorf("%s: got %q, want %q", c.cost, got, c.want)
		}
		for _, w := range c.want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: no %q in\n%s", c.cost, w, all)
			}
		}
	}
}
