package verify

import (
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/draw"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/mat"
)

// The baselines that generated kernels are measured against: the same networks written by hand as plain
// loops over the same arrays, and with gonum/mat. They are judged first, so that they are not fast by
// being wrong.

var (
	irisNet    = verifytest.Build("cross-entropy", spec.Float32, []int{4, 8, 3}, "tanh", "softmax")
	controlNet = verifytest.Build("mse", spec.Float32, []int{16, 32, 16, 4}, "tanh", "tanh", "identity")
	digitsNet  = verifytest.Build("cross-entropy", spec.Float32, []int{64, 64, 10}, "relu", "softmax")
)

var irisPlain = whole(Kernel[plainIris, plainIris, plainIrisWork, naiveBatch[plainIrisWork, plainIris], [4]float32,
	[3]float32, float32]{
	Init: (*plainIris).initialise, Forward: (*plainIris).forward, Loss: (*plainIris).loss,
	Backward: (*plainIris).backward, Grad: (*plainIris).grad, Step: (*plainIris).step,
})

var controlPlain = whole(Kernel[plainControl, plainControl, plainControlWork,
	naiveBatch[plainControlWork, plainControl], [16]float32, [4]float32, float32]{
	Init: (*plainControl).initialise, Forward: (*plainControl).forward, Loss: (*plainControl).loss,
	Backward: (*plainControl).backward, Grad: (*plainControl).grad, Step: (*plainControl).step,
})

var digitsPlain = whole(Kernel[plainDigits, plainDigits, plainDigitsWork, naiveBatch[plainDigitsWork, plainDigits],
	[64]float32, [10]float32, float32]{
	Init: (*plainDigits).initialise, Forward: (*plainDigits).forward, Loss: (*plainDigits).loss,
	Backward: (*plainDigits).backward, Grad: (*plainDigits).grad, Step: (*plainDigits).step,
})

func TestPlainBaselines(t *testing.T) {
	t.Run("iris", func(t *testing.T) { Test(t, string(irisNet.JSON()), irisPlain) })
	t.Run("control", func(t *testing.T) { Test(t, string(controlNet.JSON()), controlPlain) })
	if !testing.Short() { // the largest
		t.Run("digits", func(t *testing.T) { Test(t, string(digitsNet.JSON()), digitsPlain) })
	}
}

// TestGonumBaselines compares the gonum version with the reference, within the bounds of a float64 kernel.
func TestGonumBaselines(t *testing.T) {
	for _, n := range []spec.Network{irisNet, controlNet, digitsNet} {
		n.Precision = spec.Float64
		s := drawn(t, n, 0)
		network, trace, bounds := run(t, n, s)
		net, x, y := gonumOf(n, s.Params), linear.Vector(s.X), linear.Vector(s.Y)
		loss, g := net.grad(x, y)
		verifytest.Within(t, verifytest.Title(n)+" loss", []float64{loss}, []float64{trace.Loss},
			[]float64{bounds.Loss})
		verifytest.Within(t, verifytest.Title(n)+" gradient", g.flat(), trace.Flat(), bounds.Flat())

		want, slack, err := network.Step(trace, bounds, n.Precision, s.Rate)
		if err != nil {
			t.Fatal(err)
		}
		net.step(x, y, s.Rate)
		verifytest.Within(t, verifytest.Title(n)+" step", gonumGrad{net.w, net.b}.flat(), want, slack)
	}
}

func gonumOf(n spec.Network, params []float64) *gonumNet {
	widths, activations := []int{n.Input}, []string{}
	for _, l := range n.Layers {
		widths, activations = append(widths, l.Dense), append(activations, l.Activation.Name)
	}
	return newGonumNet(params, widths, activations...)
}

// rotation is how many samples a benchmark goes round, a power of two: enough that no branch on the data
// is learnt by heart.
const rotation = 64

const benchmarkRate = 0x1p-10

// benchmarkKernel measures Grad and Step of a kernel.
func benchmarkKernel[P, G, W, B, X, Y any](b *testing.B, n spec.Network, k Kernel[P, G, W, B, X, Y, float32]) {
	p, g, ws := new(P), new(G), new(W)
	rng := rand.New(rand.NewPCG(1, 2))
	var xs [rotation]X
	var ys [rotation]Y
	for i := range xs {
		x, y := benchmarkSample(n, rng)
		memory.Narrow(memory.View[float32](&xs[i]), x)
		memory.Narrow(memory.View[float32](&ys[i]), y)
	}
	k.Init(p, rng.NormFloat64)
	b.Run("Grad", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			k.Grad(p, ws, &xs[i%rotation], &ys[i%rotation], g)
		}
	})
	b.Run("Step", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			k.Step(p, ws, &xs[i%rotation], &ys[i%rotation], benchmarkRate)
		}
	})
}

func benchmarkGonum(b *testing.B, n spec.Network) {
	rng := rand.New(rand.NewPCG(1, 2))
	var xs, ys [rotation]*mat.VecDense
	for i := range xs {
		x, y := benchmarkSample(n, rng)
		xs[i], ys[i] = linear.Vector(x), linear.Vector(y)
	}
	s, err := trial.New(n, 0)
	if err != nil {
		b.Fatal(err)
	}
	net := gonumOf(n, s.Params)
	b.Run("Grad", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			net.grad(xs[i%rotation], ys[i%rotation])
		}
	})
	b.Run("Step", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			net.step(xs[i%rotation], ys[i%rotation], benchmarkRate)
		}
	})
}

func benchmarkSample(n spec.Network, rng *rand.Rand) (x, y []float64) {
	x, y = make([]float64, n.Width(0)), make([]float64, n.Width(n.Depth()))
	draw.Normal(rng, x)
	if n.Cost.Name == "cross-entropy" {
		trial.OneHot(n, rng, y)
	} else {
		draw.Normal(rng, y)
	}
	return x, y
}

func BenchmarkPlain(b *testing.B) {
	b.Run("iris", func(b *testing.B) { benchmarkKernel(b, irisNet, irisPlain) })
	b.Run("control", func(b *testing.B) { benchmarkKernel(b, controlNet, controlPlain) })
	b.Run("digits", func(b *testing.B) { benchmarkKernel(b, digitsNet, digitsPlain) })
}

func BenchmarkGonum(b *testing.B) {
	b.Run("iris", func(b *testing.B) { benchmarkGonum(b, irisNet) })
	b.Run("control", func(b *testing.B) { benchmarkGonum(b, controlNet) })
	b.Run("digits", func(b *testing.B) { benchmarkGonum(b, digitsNet) })
}
