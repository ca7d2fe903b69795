package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/train"
)

// affine is a layer in float64 with a bound on the errors of what it computes in float32.
type affine struct {
	w    [][]float64
	b    []float64
	tanh bool
}

// of is the layer's output and a bound on the distance of float32's from it, in any order of the sums, for an input
// that is off by some bound itself. |tanh'| is at most 1, and tanh is right to 1 ULP.
func (l affine) of(a, off []float64) (z, bound []float64) {
	for j, row := range l.w {
		sum, size, e := l.b[j], math.Abs(l.b[j]), 0.0
		for i, w := range row {
			sum += w * a[i]
			size += math.Abs(w) * (math.Abs(a[i]) + off[i])
			e += math.Abs(w) * off[i]
		}
		e += float64(len(row)+2) * 0x1p-23 * size
		if l.tanh {
			sum = math.Tanh(sum)
			e += 0x1p-23
		}
		z, bound = append(z, sum), append(bound, e)
	}
	return z, bound
}

// layersOf are the layers of control.
func layersOf(net *control.Control) []affine {
	var layers []affine
	for _, t := range net.Tensors() {
		values := make([]float64, len(t.Data))
		for i, v := range t.Data {
			values[i] = float64(v)
		}
		if len(t.Shape) == 1 {
			layers[len(layers)-1].b = values
			continue
		}
		var rows [][]float64
		for r := range t.Shape[0] {
			rows = append(rows, values[r*t.Shape[1]:][:t.Shape[1]])
		}
		layers = append(layers, affine{w: rows, tanh: len(layers) < 2})
	}
	return layers
}

// through computes outputs and bounds from inputs that are off by so much.
func through(layers []affine, x, off []float64) (y, bound []float64) {
	y, bound = x, off
	for _, l := range layers {
		y, bound = l.of(y, bound)
	}
	return y, bound
}

// TestFold: a network that scalers were folded into computes of inputs as they come what it computed of scaled ones,
// unscaled, to within the bound on both roundings.
func TestFold(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	xs, ys := make([][16]float32, 200), make([][4]float32, 200)
	for k := range xs {
		for i := range xs[k] {
			xs[k][i] = float32(100*float64(i) + (1+float64(i))*rng.NormFloat64())
		}
		for i := range ys[k] {
			ys[k][i] = float32(1e3*rng.NormFloat64() - 5e3)
		}
	}
	inputs, err := train.Standard(xs)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := train.MinMax(ys, -1, 1)
	if err != nil {
		t.Fatal(err)
	}
	var net control.Control
	net.Init(rng.NormFloat64)
	scaled := layersOf(&net)
	if err := train.FoldInputs(&net, inputs); err != nil {
		t.Fatal(err)
	}
	if err := train.FoldOutputs(&net, outputs); err != nil {
		t.Fatal(err)
	}
	folded := layersOf(&net)
	var ws control.ControlWorkspace
	for k := range xs {
		x, none := make([]float64, 16), make([]float64, 16)
		z := make([]float64, 16)
		for i, v := range xs[k] {
			x[i], z[i] = float64(v), (float64(v)-inputs.Offset[i])/inputs.Scale[i]
		}
		want, _ := through(scaled, z, none)
		// Folding rounds each parameter once, which is as if every term were off by one rounding more: (n+2) of float32
		// has room for both, counted twice.
		_, bound := through(folded, x, none)
		for i, got := range net.Forward(&ws, &xs[k]) {
			if want := want[i]*outputs.Scale[i] + outputs.Offset[i]; math.Abs(float64(got)-want) > 2*bound[i] {
				t.Fatalf("sample %d, output %d: %v, want %v to %v", k, i, got, want, 2*bound[i])
			}
		}
	}
}

// TestFoldMistakes: what cannot be folded is refused, and nothing is changed.
func TestFoldMistakes(t *testing.T) {
	ones := func(n int, scale float64) train.Scaler {
		s := train.Scaler{Offset: make([]float64, n), Scale: make([]float64, n)}
		for i := range n {
			s.Offset[i], s.Scale[i] = 1, scale
		}
		return s
	}
	var net control.Control
	net.Init(rand.New(rand.NewPCG(3, 4)).NormFloat64)
	var flower iris.Iris
	flower.Init(rand.New(rand.NewPCG(3, 4)).NormFloat64)
	for name, c := range map[string]struct {
		fold func() error
		want string
	}{
		"softmax": {func() error { return train.FoldOutputs(&flower, ones(3, 2)) }, "not the identity"},
		"inputs": {func() error {
			return train.FoldInputs(&net, ones(3, 2))
		}, "3 offsets and 3 scales; a sample has 16"},
		"outputs": {func() error {
			return train.FoldOutputs(&net, ones(16, 2))
		}, "16 offsets and 16 scales; a sample has 4"},
		"a scale of 0":    {func() error { return train.FoldInputs(&net, ones(16, 0)) }, "scale not 0"},
		"a scale too far": {func() error { return train.FoldInputs(&net, ones(16, 1e-300)) }, "too far from 1"},
		"nil":             {func() error { return train.FoldInputs((*control.Control)(nil), ones(16, 1)) }, "nil"},
		"nil of outputs":  {func() error { return train.FoldOutputs((*control.Control)(nil), ones(4, 1)) }, "nil"},
	} {
		before, flowerBefore := net, flower
		if err := c.fold(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if net != before || flower != flowerBefore {
			t.Errorf("%s: parameters were changed", name)
		}
	}
}

// A network that learns on scaled samples, and takes numbers as they come once it is deployed.
func ExampleFoldInputs() {
	// Lengths in millimetres and weights in kilograms: of very different sizes.
	xs, ys := [][2]float32{}, [][2]float32{}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		length, weight := 1000+100*rng.Float32(), 0.01*rng.Float32()
		y := [2]float32{1, 0}
		if (length-1000)/100 > weight/0.01 {
			y = [2]float32{0, 1}
		}
		xs, ys = append(xs, [2]float32{length, weight}), append(ys, y)
	}
	scaler, err := train.Standard(xs)
	if err != nil {
		fmt.Println(err)
		return
	}
	var net spirals.Spirals
	net.Init(rng.NormFloat64)
	_, err = train.New(&net).Fit(context.Background(), train.Scaled(scaler, xs), ys, train.Options{
		Epochs: 60, Batch: 16, Rate: train.Constant(0.3), Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := train.FoldInputs(&net, scaler); err != nil {
		fmt.Println(err)
		return
	}
	var ws spirals.SpiralsWorkspace
	right := 0
	for i := range xs {
		if out := net.Forward(&ws, &xs[i]); (out[1] > out[0]) == (ys[i][1] == 1) {
			right++
		}
	}
	fmt.Println("more than 95 of 100 right:", right > 380)
	// Output: more than 95 of 100 right: true
}
