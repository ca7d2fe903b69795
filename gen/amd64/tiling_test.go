package amd64

import (
	"reflect"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestChooseTiling: rows of two registers are chosen where they are predicted to be better, which they are for some of
// the committed networks, and the choice is the same every time. Networks with loops have nothing to choose from.
func TestChooseTiling(t *testing.T) {
	wide, narrow, alone := 0, 0, 0
	for _, n := range committed(t) {
		p, a := assembled(t, n)
		other := assembledAgain(t, n)
		chosen := a.Tiling
		if len(Tilings(p)) == 1 {
			alone++
			if chosen.Bytes() != kernel.LineBytes {
				t.Errorf("%s: rows of %d bytes, want %d", n.Name, chosen.Bytes(), kernel.LineBytes)
			}
			continue
		}
		var totals []float64 // in hundredths of what the first tiling takes, on the average of cores with AVX-512
		var first []float64
		for _, tiling := range Tilings(p) {
			predicted, err := a.PredictBatches(tiling)
			if err != nil {
				t.Fatal(err)
			}
			again, err := other.PredictBatches(tiling)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(predicted, again) || len(predicted) != 2 {
				t.Errorf("%s: %v, then %v", n.Name, predicted, again)
			}
			sums := make([]float64, len(cores.All))
			total, wide := 0.0, 0.0
			for k, c := range cores.All {
				sums[k] = predicted[0].Cycles[k] + predicted[1].Cycles[k]
				if first == nil || len(first) <= k {
					first = append(first, sums[k])
				}
				if c.Wide {
					total, wide = total+sums[k]/first[k], wide+1
				}
			}
			totals = append(totals, total/wide)
		}
		if better := totals[1] < 0.98*totals[0]; better != (chosen == Tilings(p)[1]) {
			t.Errorf("%s: predicted %v of the first tiling, chosen %v", n.Name, totals, chosen)
		} else if better {
			wide++
		} else {
			narrow++
		}
	}
	if wide == 0 || alone == 0 {
		t.Errorf("%d networks have wide rows, %d narrow ones, and %d no choice", wide, narrow, alone)
	}
}

// TestPredictBatches: a call of the assembly takes as many tiles as it is given, not one.
func TestPredictBatches(t *testing.T) {
	p, err := plan.Compile(committed(t)[0])
	if err != nil {
		t.Fatal(err)
	}
	lay := kernel.NewTileLayout(p, kernel.Tiling{})
	parts, err := assembly.Batch(assembly.NewFile(commonOf(p)), p, machineOf(isa.AVX512, p.ElementBytes()),
		p.Func(plan.ForwardBatch), lay)
	if err != nil {
		t.Fatal(err)
	}
	var total [2]int
	for i, tiles := range []int{lay.Tiles, 4 * lay.Tiles} {
		total[i] = cores.Zen4.Cycles(cores.Read(assembledOf(parts[0])), 0, cores.Kept{}, map[string]int{"tiles": tiles})
	}
	if r := float64(total[1]) / float64(total[0]); !(r > 3.5 && r < 4.1) {
		t.Errorf("%d tiles take %d cycles, four times as many %d", lay.Tiles, total[0], total[1])
	}
}

// TestWindowOfOne writes a softmax of one number: its largest is a sum that is in a variable of the product before,
// which gives it back itself.
func TestWindowOfOne(t *testing.T) {
	n, err := spec.Decode("test.yaml", []byte(
		"name: N\ninput: 70\nlayers:\n  - {dense: 1, activation: softmax, bias: false}\ncost: mse\n"))
	if err != nil {
		t.Fatal(err)
	}
	p := compiledNetwork(t, n)
	for _, l := range isa.Levels {
		for lines := range 2 {
			lay := kernel.NewTileLayout(p, kernel.Tiling{Row: (1 + lines) * kernel.LineBytes})
			fn, f := p.Func(plan.ForwardBatch), assembly.NewFile(commonOf(p))
			if _, err := assembly.Batch(f, p, machineOf(l, 4), fn, lay); err != nil {
				t.Error(err)
			}
		}
	}
}
