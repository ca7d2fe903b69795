package verify

import (
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// The generated kernels beside the baselines, so that one run gives the ratios.

var irisGenerated = Kernel[iris.Iris, iris.IrisGrad, iris.IrisWorkspace, struct{}, [4]float32, [3]float32, float32]{
	Init: (*iris.Iris).Init, Grad: (*iris.Iris).Grad, Step: (*iris.Iris).Step,
}

var controlGenerated = Kernel[control.Control, control.ControlGrad, control.ControlWorkspace, struct{}, [16]float32,
	[4]float32, float32]{
	Init: (*control.Control).Init, Grad: (*control.Control).Grad, Step: (*control.Control).Step,
}

var digitsGenerated = Kernel[digits.Digits, digits.DigitsGrad, digits.DigitsWorkspace, struct{}, [64]float32,
	[10]float32, float32]{
	Init: (*digits.Digits).Init, Grad: (*digits.Digits).Grad, Step: (*digits.Digits).Step,
}

func BenchmarkGenerated(b *testing.B) {
	b.Run("iris", func(b *testing.B) { benchmarkKernel(b, irisNet, irisGenerated) })
	b.Run("control", func(b *testing.B) { benchmarkKernel(b, controlNet, controlGenerated) })
	b.Run("digits", func(b *testing.B) { benchmarkKernel(b, digitsNet, digitsGenerated) })
}

// BenchmarkEquations measures the gradient as the equations stand, on gonum/mat with full Jacobian matrices: Algorithm
// 1 of the reference.
func BenchmarkEquations(b *testing.B) {
	for _, c := range []struct {
		name string
		net  spec.Network
	}{{"iris", irisNet}, {"control", controlNet}, {"digits", digitsNet}} {
		b.Run(c.name+"/Grad", func(b *testing.B) {
			s, err := trial.New(c.net, 0)
			if err != nil {
				b.Fatal(err)
			}
			net, err := reference.New(c.net, s.Params)
			if err != nil {
				b.Fatal(err)
			}
			x, y := benchmarkSample(c.net, rand.New(rand.NewPCG(1, 2)))
			b.ReportAllocs()
			for b.Loop() {
				net.Algorithm1(x, y)
			}
		})
	}
}
