// Package compare tells whether a network that was read from another tool's file computes what it computed there. It
// runs inputs through the reference of package verify. The outputs may differ from the original's by what rounding
// explains, and by no more.
package compare

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
	"github.com/backpropgen/backpropgen/verify"
)

// Functions is by how much the elementary functions of other programs may be off beside their rounding, of their values
// or of 1, whichever is more. The largest that was found are those of onnxruntime, whose tanh, sigmoid and erf are
// rational functions; a test measures them.
const Functions = 0x1p-21

// Sample is rows of inputs and the outputs that the original gave for them.
type Sample struct{ X, Y [][]float64 }

// maxRows bounds the rows that are compared: more show nothing new.
const maxRows = 1 << 12

// SampleOf finds inputs and outputs among the tensors of a file: those named x and y, input and output, or inputs and
// outputs; else the two that there are, in the order of the file. A row is what one sample has, over however many
// axes; without an axis for rows, there is one.
func SampleOf(f *tensors.File, inputs, outputs int) (*Sample, error) {
	x, y, err := pair(f)
	if err != nil {
		return nil, err
	}
	s := &Sample{}
	if s.X, err = rows(x, inputs, "inputs"); err != nil {
		return nil, err
	}
	if s.Y, err = rows(y, outputs, "outputs"); err != nil {
		return nil, err
	}
	if len(s.X) != len(s.Y) {
		return nil, fmt.Errorf("%q has %s and %q has %d", x.Name, plural.Of(len(s.X), "row"), y.Name, len(s.Y))
	}
	s.X, s.Y = s.X[:min(len(s.X), maxRows)], s.Y[:min(len(s.Y), maxRows)]
	return s, nil
}

func pair(f *tensors.File) (x, y tensors.Tensor, err error) {
	for _, names := range [][2]string{{"x", "y"}, {"input", "output"}, {"inputs", "outputs"}} {
		x, hasX := f.Tensor(names[0])
		y, hasY := f.Tensor(names[1])
		if hasX && hasY {
			return x, y, nil
		}
	}
	if len(f.Tensors) == 2 {
		return f.Tensors[0], f.Tensors[1], nil
	}
	return x, y, errors.New(`a sample has two tensors, "x" with inputs and "y" with outputs, a row for each sample`)
}

// rows cuts a tensor into rows of the given width.
func rows(t tensors.Tensor, width int, what string) ([][]float64, error) {
	values, err := t.Float64s()
	if err != nil {
		return nil, err
	}
	per := 1
	for _, d := range t.Shape[min(1, len(t.Shape)):] {
		per *= d
	}
	if len(values) == 0 || per != width && len(values) != width {
		return nil, fmt.Errorf("%q of shape %v has no rows of %d %s", t.Name, t.Shape, width, what)
	}
	return slices.Collect(slices.Chunk(values, width)), nil
}

// Result says how far a network is from the original.
type Result struct {
	Rows int
	// Difference is the largest between an output of the network, computed in float64, and the original's; Allowed is
	// what rounding may make of that output.
	Difference, Allowed float64
	// Share is the largest difference as a share of what rounding may make: up to 1 all is well.
	Share float64
	// Row and Output are where Share was found, and Want and Got the numbers there.
	Row, Output int
	Want, Got   float64
}

// Fits says whether rounding explains all differences.
func (r Result) Fits() bool { return r.Share <= 1 }

// String is the comparison in a line.
func (r Result) String() string {
	text := fmt.Sprintf("%s, largest difference %.2g, %.2g times what rounding explains", plural.Of(r.Rows, "row"),
		r.Difference, r.Share)
	if r.Fits() {
		return text
	}
	return text + fmt.Sprintf("; row %d, output %d is %.6g, and in the sample %.6g", r.Row, r.Output, r.Got, r.Want)
}

// Run compares a model with a sample of an original that computes in the given format: float32, float64, float16 or
// bfloat16.
func Run(m *model.Model, format string, s *Sample) (Result, error) {
	network, err := verify.NewNetwork(m.Network("Net"), m.Params())
	if err != nil {
		return Result{}, err
	}
	runtime := RuntimeOf(m, format)
	r := Result{Rows: len(s.X)}
	for i, x := range s.X {
		output, bound, err := network.Outputs(x, runtime)
		if err != nil {
			return Result{}, err
		}
		for j, got := range output {
			want := s.Y[i][j]
			difference := math.Abs(got - want)
			share := difference / bound[j]
			switch {
			case got == want || math.IsNaN(got) && math.IsNaN(want) || math.IsInf(bound[j], 1):
				difference, share = 0, 0
			case math.IsNaN(difference):
				difference, share = math.Inf(1), math.Inf(1)
			}
			if difference > r.Difference {
				r.Difference, r.Allowed = difference, bound[j]
			}
			if share >= r.Share {
				r.Share, r.Row, r.Output, r.Want, r.Got = share, i, j, want, got
			}
		}
	}
	return r, nil
}

// RuntimeOf is the arithmetic of an original that computes in a format, whose parameters may have been folded into
// those of the model.
func RuntimeOf(m *model.Model, format string) verify.Runtime {
	r := verify.Runtime{Format: format, Functions: Functions, W: make([][]float64, len(m.Layers)),
		B: make([][]float64, len(m.Layers))}
	if format == string(spec.Float64) {
		r.Functions = math.Ldexp(Functions, -29) // what float64 has more than float32
	}
	unit := verify.UnitRoundoff(format)
	for i, l := range m.Layers {
		if l.Loss == nil {
			continue
		}
		part := float64(l.Loss.Roundings) * unit / (1 - float64(l.Loss.Roundings)*unit)
		r.W[i], r.B[i] = scaled(l.Loss.W, part), scaled(l.Loss.B, part)
	}
	return r
}

func scaled(values []float64, k float64) []float64 {
	if values == nil {
		return nil
	}
	list := make([]float64, len(values))
	for i, v := range values {
		list[i] = k * v
	}
	return list
}

// Hint says what to look at where a comparison fails.
func Hint(m *model.Model) string {
	var square []string
	for i, l := range m.Layers {
		if l.Out == m.In(i) && l.Out > 1 {
			square = append(square, fmt.Sprintf("W%d", i+1))
		}
	}
	if len(square) > 0 {
		return fmt.Sprintf("of %s nothing shows whether it is transposed", strings.Join(square, ", "))
	}
	return "the activations may be others, or inputs are scaled outside of the file"
}
