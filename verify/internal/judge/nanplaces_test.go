package judge

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestNaNPlaces: every parameter of a small network has its turn, and of a large one every row, every column and every
// bias.
func TestNaNPlaces(t *testing.T) {
	n := verifytest.Build("mse", spec.Float32, []int{2, 3, 2}, "tanh", "tanh")
	if got := (&singleJudge[float32]{network: n}).nanPlaces(false); len(got) != n.Params() {
		t.Errorf("%d places of %d parameters", len(got), n.Params())
	}
	n = verifytest.Build("mse", spec.Float32, []int{40, 30, 50}, "tanh", "tanh")
	rows, cols, biases := map[int]bool{}, map[int]bool{}, 0
	for _, u := range (&singleJudge[float32]{network: n}).nanPlaces(false) {
		switch {
		case u.at < 1200:
			rows[u.at/40], cols[u.at%40] = true, true
			if u.unit != u.at/40 || u.layer != 1 {
				t.Errorf("parameter %d is said to be one of unit %d of layer %d", u.at, u.unit, u.layer)
			}
		case u.at < 1230:
			biases++
		}
	}
	if len(rows) != 30 || len(cols) != 40 || biases != 30 {
		t.Errorf("%d rows, %d columns and %d biases of the first layer, want 30, 40 and 30", len(rows), len(cols),
			biases)
	}
	if got := (&singleJudge[float32]{network: n}).nanPlaces(true); len(got) < 80 {
		t.Errorf("%d units, want 80", len(got))
	}
}

// TestNaNUnits: a loss that leaves a sample out where one of its units is NaN is found, though no other sample hides
// anything.
func TestNaNUnits(t *testing.T) {
	n := verifytest.Build("mse", spec.Float64, []int{3, 4, 2}, "softplus", "tanh")
	in, out := n.Width(0), n.Width(n.Depth())
	for _, hides := range []bool{false, true} {
		report := &finding.Report{}
		j := newBatchJudge[float64](n, rounding.Float64, report, Cuts{Block: 3, Tile: 4, Chunk: 4})
		ins := func() memory.Samples[float64] {
			return memory.SamplesOf[float64](memory.NewArray[[3]float64](j.room()), memory.MarginBefore)
		}
		outs := func() memory.Samples[float64] {
			return memory.SamplesOf[float64](memory.NewArray[[2]float64](j.room()), memory.MarginBefore)
		}
		m := &BatchMachine[float64]{Params: make([]float64, n.Params()), Xs: ins(), Ys: outs(), Out: outs(), Gxs: ins(),
			Weights: memory.SamplesOf[float64](memory.NewArray[float64](j.room()), memory.MarginBefore)}
		sum := func(leaveOut bool) func(memory.Lengths) float64 {
			return func(count memory.Lengths) (sum float64) {
				network, err := reference.New(n, m.Params)
				if err != nil {
					t.Fatal(err)
				}
				xs, ys := m.Xs.First(count.Xs), m.Ys.First(count.Ys)
				for i := range count.Xs {
					if loss := network.Algorithm4(xs[i*in:(i+1)*in], ys[i*out:(i+1)*out]).Loss; !leaveOut ||
						!math.IsNaN(loss) {
						sum += loss
					}
				}
				return sum
			}
		}
		m.Loss, m.Gradient = sum(hides), sum(false)
		m.Step = func(count memory.Lengths, _ float64) float64 { return sum(false)(count) }
		j.machine = m
		j.nanUnits()
		err := report.Finish().Err()
		if hides != (err != nil) || hides && !strings.Contains(err.Error(), "LossBatch: loss: 0") &&
			!strings.Contains(err.Error(), "NaN must not hide; z1[") {
			t.Errorf("hides %t: got %v", hides, err)
		}
	}
}
