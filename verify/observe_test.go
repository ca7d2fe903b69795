package verify

import (
	"math"
	"reflect"
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// TestObserve hunts in a kernel that is right and in some that are not: what is planted is found, in the result where
// it is and there alone.
func TestObserve(t *testing.T) {
	type kernel = Kernel[plainIris, plainIris, plainIrisWork, naiveBatch[plainIrisWork, plainIris], [4]float32,
		[3]float32, float32]
	symmetric := [2]float64{-1, 1}
	h := Hunt{Ranges: Ranges{symmetric, symmetric, symmetric, [2]float64{0, 1}}, Draws: 400, Seed: 3, Samples: 8}
	observe := func(k kernel) map[string]Observed {
		t.Helper()
		list, err := Observe(irisNet, k, h)
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]Observed{}
		for _, o := range list {
			named[o.Name] = o
		}
		return named
	}
	right := observe(irisPlain)
	if len(right) != 6 {
		t.Fatalf("%d results", len(right))
	}
	for name, o := range right {
		// tanh and softmax have no kinks, so that every draw is apart from them.
		if !(o.Error > 0 && o.Error < 1e-5 && o.Apart == o.Error) || name != "ŷ" && !(o.Sum > o.Error && o.Sum < 1e-4) {
			t.Errorf("%v: of a kernel that is right", o)
		}
	}
	if again := observe(irisPlain); !reflect.DeepEqual(again, right) {
		t.Errorf("another hunt finds %v, the first one %v", again, right)
	}

	wrong := irisPlain
	wrong.Grad = func(p *plainIris, ws *plainIrisWork, x *[4]float32, y *[3]float32, g *plainIris) float32 {
		loss := irisPlain.Grad(p, ws, x, y, g)
		memory.View[float32](g)[5] += 0.25 // of ∇W1
		return loss
	}
	if found := observe(wrong); !(found["∂L/∂W1"].Error > 0.2) || found["∂L/∂W2"].Error > 1e-5 ||
		found["∂L/∂b1"].Error > 1e-5 {
		t.Errorf("a gradient of W1 that is off by 0.25: %v", found)
	}
	wrong = irisPlain
	wrong.GradBatch = func(p *plainIris, b *naiveBatch[plainIrisWork, plainIris], xs [][4]float32, ys [][3]float32,
		g *plainIris) float32 {
		return irisPlain.GradBatch(p, b, xs, ys, g) + 0.25
	}
	if found := observe(wrong); !(found["loss"].Sum > 0.2) || found["loss"].Error > 1e-4 || found["∂L/∂W1"].Sum > 1e-3 {
		t.Errorf("a sum of losses that is off by 0.25: %v", found)
	}
	wrong = irisPlain
	wrong.Forward = func(p *plainIris, ws *plainIrisWork, x *[4]float32) *[3]float32 {
		y := irisPlain.Forward(p, ws, x)
		y[2] = float32(math.NaN())
		return y
	}
	if found := observe(wrong); !math.IsInf(found["ŷ"].Error, 1) {
		t.Errorf("an output that is NaN: %v", found)
	}
	wrong = irisPlain
	wrong.Loss = nil
	if _, err := Observe(irisNet, wrong, h); err == nil {
		t.Error("a kernel without Loss is observed")
	}
	if _, err := Observe(controlNet, irisPlain, h); err == nil {
		t.Error("a kernel of another network is observed")
	}
}
