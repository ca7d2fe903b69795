package verify

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestOutputs: outputs and their bounds are those of a trace, for every activation; and those of a network whose
// parameters differ by no more than is said stay within the bounds that follow, which are not many times as wide as
// need be.
func TestOutputs(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for _, f := range verifytest.EveryActivation() {
			n := verifytest.Build("mse", precision, []int{3, 6, 6}, "tanh", "identity")
			n.Layers[1].Activation = f
			n = n.WithDefaults()
			params := make([]float64, n.Params())
			for i := range params {
				params[i] = float64(float32(rng.NormFloat64()))
			}
			network, err := NewNetwork(n, params)
			if err != nil {
				t.Fatal(err)
			}
			x := []float64{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
			output, bound, err := network.Outputs(x, Runtime{Format: string(precision)})
			if err != nil {
				t.Fatal(err)
			}
			trace := network.Algorithm4(x, make([]float64, n.Width(2)))
			bounds, err := network.Bounds(trace, precision)
			if err != nil {
				t.Fatal(err)
			}
			for i := range output {
				if output[i] != trace.Output.AtVec(i) || bound[i] != bounds.Output.AtVec(i) {
					t.Errorf("%v: output %v ± %v, and of a trace %v ± %v", f, output[i], bound[i],
						trace.Output.AtVec(i),
						bounds.Output.AtVec(i))
				}
			}

			const part = 1e-3
			r := Runtime{Format: "float64"}
			at := 0
			for l := range n.Layers {
				size := n.Layers[l].Dense * n.Width(l)
				r.W = append(r.W, shares(params[at:at+size], part))
				at += size
				r.B = append(r.B, shares(params[at:at+n.Layers[l].Dense], part))
				at += n.Layers[l].Dense
			}
			_, wide, err := network.Outputs(x, r)
			if err != nil {
				t.Fatal(err)
			}
			largest := make([]float64, len(output))
			for range 200 {
				moved := make([]float64, len(params))
				for i, v := range params {
					moved[i] = v * (1 + part*math.Copysign(1, rng.Float64()-0.5))
				}
				other, err := NewNetwork(n, moved)
				if err != nil {
					t.Fatal(err)
				}
				got, _, err := other.Outputs(x, Runtime{Format: "float64"})
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					d := math.Abs(got[i] - output[i])
					largest[i] = max(largest[i], d)
					if d > wide[i] {
						t.Fatalf("%v: output %d moves by %v, and the bound is %v", f, i, d, wide[i])
					}
				}
			}
			for i := range largest {
				if wide[i] > 1e3*largest[i]+1e-9 {
					t.Errorf("%v: output %d moves by %v at most, and the bound is %v", f, i, largest[i], wide[i])
				}
			}
		}
	}
	network, err := NewNetwork(verifytest.Build("mse", spec.Float32, []int{1, 1}, "tanh"), []float64{1, 0})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := network.Outputs([]float64{1}, Runtime{Format: "float8"}); err == nil {
		t.Error("float8 has an arithmetic")
	}
	_, half, err := network.Outputs([]float64{1}, Runtime{Format: "float16"})
	if err != nil || half[0] < 0x1p-12 || half[0] > 0x1p-7 {
		t.Errorf("a tanh in float16 is off by %v, %v", half, err)
	}
	_, loose, err := network.Outputs([]float64{1}, Runtime{Format: "float64", Functions: 1e-3})
	if err != nil || loose[0] < 1e-3 || loose[0] > 2e-3 {
		t.Errorf("a tanh that is off by 1e-3 is off by %v, %v", loose, err)
	}
	if UnitRoundoff("bfloat16") != 0x1p-8 || UnitRoundoff("text") != 0 {
		t.Error("unit roundoffs")
	}
}

func shares(values []float64, part float64) []float64 {
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = part * math.Abs(v) * (1 + 1e-12)
	}
	return list
}
