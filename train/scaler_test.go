package train_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/train"
)

// TestStandard: means become 0 and variances 1, to a few roundings, also far from 0; what is constant becomes 0.
func TestStandard(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	xs := make([][4]float64, 500)
	for i := range xs {
		xs[i] = [4]float64{rng.NormFloat64(), 1e6 + rng.NormFloat64(), 7.1, 1e-200 * rng.NormFloat64()}
	}
	s, err := train.Standard(xs)
	if err != nil {
		t.Fatal(err)
	}
	scaled := train.Scaled(s, xs)
	for i := range xs[0] {
		mean, variance := 0.0, 0.0
		for _, x := range scaled {
			mean += x[i] / float64(len(xs))
			variance += x[i] * x[i] / float64(len(xs))
		}
		// A sum of n terms of magnitude 1, each of which carries the rounding of x relative to the spread of the data.
		bound := float64(len(xs)) * 0x1p-52 * max(1, math.Abs(s.Offset[i])/s.Scale[i])
		if want := 1.0; i == 2 {
			if variance != 0 || scaled[0][i] != 0 {
				t.Errorf("a constant component becomes %v", scaled[0][i])
			}
		} else if math.Abs(mean) > bound || math.Abs(variance-want) > 4*bound {
			t.Errorf("component %d: mean %v, variance %v, bound %v", i, mean, variance, bound)
		}
	}
	back := train.Unscaled(s, scaled)
	for k := range xs {
		for i, x := range xs[k] {
			// x - offset, the quotient, the product and the sum each round once.
			if bound := 4 * 0x1p-53 * (math.Abs(x) + math.Abs(s.Offset[i])); math.Abs(back[k][i]-x) > bound {
				t.Fatalf("sample %d, component %d: %v came back as %v", k, i, x, back[k][i])
			}
		}
	}
}

// TestMinMax: the smallest and the largest number reach the ends of the range.
func TestMinMax(t *testing.T) {
	xs := [][3]float32{{1, -4, 5}, {2, 8, 5}, {3, 0, 5}}
	s, err := train.MinMax(xs, -1, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := train.Scaled(s, xs),
		[][3]float32{{-1, -1, -1}, {0, 1, -1}, {1, -1. / 3, -1}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if !reflect.DeepEqual(xs[0], [3]float32{1, -4, 5}) {
		t.Error("the samples were changed")
	}
}

// TestScalerMistakes: what cannot be fitted is refused, with the sample.
func TestScalerMistakes(t *testing.T) {
	nan := float32(math.NaN())
	for name, c := range map[string]struct {
		fit  func() error
		want string
	}{
		"none":     {func() error { _, err := train.Standard([][2]float32{}); return err }, "no samples"},
		"no array": {func() error { _, err := train.Standard([]float32{1}); return err }, "a sample is a float32"},
		"integers": {func() error { _, err := train.Standard([][1]int{{1}}); return err }, "a sample is a [1]int"},
		"NaN": {func() error {
			_, err := train.Standard([][2]float32{{1, 2}, {3, nan}})
			return err
		}, "component 1 of sample 1 is NaN"},
		"range": {func() error {
			_, err := train.MinMax([][1]float32{{1}}, 1, 1)
			return err
		}, "lo must be less than hi"},
		"NaN range": {func() error {
			_, err := train.MinMax([][1]float32{{1}}, 0, math.NaN())
			return err
		}, "lo must be less than hi"},
		"too far": {func() error { _, err := train.MinMax([][1]float64{{-1.7e308}, {1.7e308}}, 0, 1); return err },
			"too far from one another"},
	} {
		if err := c.fit(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	said := func(f func()) (text string) {
		defer func() { text, _ = recover().(string) }()
		f()
		return ""
	}
	for name, s := range map[string]train.Scaler{
		"offsets": {Offset: []float64{1}, Scale: []float64{1}},
		"scale":   {Offset: []float64{1, 2}, Scale: []float64{1, 0}},
	} {
		if text := said(func() { train.Scaled(s, [][2]float32{{1, 2}}) }); !strings.Contains(text, "train.Scaled: ") {
			t.Errorf("%s: the panic says %q", name, text)
		}
	}
}

// TestScalerJSON: a scaler is saved as JSON, bit for bit.
func TestScalerJSON(t *testing.T) {
	s, err := train.Standard([][2]float32{{0.1, 3}, {0.7, -5e-9}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back train.Scaler
	if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(s, back) {
		t.Errorf("%s became %v: %v", data, back, err)
	}
}
