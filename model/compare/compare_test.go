package compare_test

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// double is y = 2x + 1.
func double() *model.Model {
	return &model.Model{Precision: spec.Float32, Input: 1,
		Layers: []model.Layer{{W: []float64{2}, B: []float64{1}, Out: 1}}}
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		name string
		y    float64
		fits bool
	}{
		{"the same", 7, true},
		{"one rounding", 7 * (1 + 0x1p-24), true},
		{"a tenth of a thousandth", 7.0007, false},
		{"not a number", math.NaN(), false},
		{"infinite", math.Inf(1), false},
	} {
		r, err := compare.Run(double(), "float32", &compare.Sample{X: [][]float64{{1}, {3}},
			Y: [][]float64{{3}, {c.y}}})
		if err != nil || r.Fits() != c.fits || r.Rows != 2 {
			t.Errorf("%s: %+v, %v", c.name, r, err)
		}
		if text := r.String(); !c.fits && !strings.Contains(text, "row 1, output 0 is 7, and in the sample") {
			t.Errorf("%s: %s", c.name, text)
		}
	}
	// In float16 the original may be further off.
	m := double()
	m.Layers[0].W[0] = float64(float32(2.1))
	r, err := compare.Run(m, "float16", &compare.Sample{X: [][]float64{{3}}, Y: [][]float64{{7.303}}})
	if err != nil || !r.Fits() {
		t.Errorf("%+v, %v", r, err)
	}
	// So it may where parameters were folded of ones a thousand times as large.
	m = double()
	m.Layers[0].Loss = &model.Loss{W: []float64{2000}, B: []float64{1000}, Roundings: 3}
	r, err = compare.Run(m, "float32", &compare.Sample{X: [][]float64{{3}}, Y: [][]float64{{7.0007}}})
	if err != nil || !r.Fits() {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSampleOf(t *testing.T) {
	x, y := tensors.New("x", []int{2, 1}, []float32{1, 2}), tensors.New("y", []int{2, 1}, []float32{3, 5})
	more := tensors.New("z", []int{1}, []float32{3})
	renamed := func(t tensors.Tensor, name string) tensors.Tensor { t.Name = name; return t }
	for _, c := range []struct {
		name string
		list []tensors.Tensor
		want string // part of the error; empty: none
	}{
		{"by name", []tensors.Tensor{y, more, x}, ""},
		{"by other names", []tensors.Tensor{renamed(y, "outputs"), more, renamed(x, "inputs")}, ""},
		{"two in their order", []tensors.Tensor{renamed(x, "arr_0"), renamed(y, "arr_1")}, ""},
		{"three", []tensors.Tensor{renamed(x, "a"), renamed(y, "b"), more}, "a sample has two tensors"},
		{"one", []tensors.Tensor{x}, "a sample has two tensors"},
		{"another width", []tensors.Tensor{tensors.New("x", []int{2, 2}, []float32{1, 2, 3, 4}), y},
			"has no rows of 1 inputs"},
		{"other rows", []tensors.Tensor{x, tensors.New("y", []int{3, 1}, []float32{1, 2, 3})},
			`"x" has 2 rows and "y" has 3`},
		{"nothing", []tensors.Tensor{tensors.New("x", []int{0, 1}, []float32{}), y}, "has no rows of 1 inputs"},
	} {
		s, err := compare.SampleOf(&tensors.File{Tensors: c.list}, 1, 1)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
			continue
		}
		if err != nil || len(s.X) != 2 || s.X[1][0] != 2 || s.Y[1][0] != 5 {
			t.Errorf("%s: %+v, %v", c.name, s, err)
		}
	}
}
