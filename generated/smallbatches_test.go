package generated_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/pixels"
	"github.com/backpropgen/backpropgen/generated/pole"
	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/generated/swingup"
	"github.com/backpropgen/backpropgen/generated/xor"
)

var smallRounds = flag.Int("small", 0, "how often TestSmallBatches measures each size; 0: it does not")

// TestSmallBatches prints what batches of few samples cost beside as many calls of the functions of one sample. It
// asserts nothing, because times differ. Each time is the least of many, taken in turn with what it is compared with.
func TestSmallBatches(t *testing.T) {
	if *smallRounds == 0 {
		t.Skip("it prints times only: -small 300 has it measure each size 300 times")
	}
	smallBatches(t, "xor", new(xor.Xor), 32)
	smallBatches(t, "iris", new(iris.Iris), 32)
	smallBatches(t, "control", new(control.Control), 16)
	smallBatches(t, "digits", new(digits.Digits), 16)
	smallBatches(t, "pixels", new(pixels.Pixels), 16)
	smallBatches(t, "pole", new(pole.Pole), 32)
	smallBatches(t, "spirals", new(spirals.Spirals), 16)
	smallBatches(t, "swingup", new(swingup.Swingup), 16)
}

// smallBatches measures a network whose tiles have so many samples.
func smallBatches[N kernels[P, G, W, B, X, Y], P, G, W, B, X, Y any](t *testing.T, name string, p N, tile int) {
	const most = 33
	r := rand.New(rand.NewPCG(1, 2))
	p.Init(r.NormFloat64)
	ws, batch, g := new(W), new(B), new(G)
	xs, ys, out := make([]X, most), make([]Y, most), make([]Y, most)
	for i := range xs {
		for j, x := 0, numbers(&xs[i]); j < len(x); j++ {
			x[j] = float32(r.NormFloat64())
		}
		y := numbers(&ys[i])
		y[r.IntN(len(y))] = 1
	}
	const rate = 0x1p-20
	for _, f := range []struct {
		name  string
		one   func(i int)
		batch func(n int)
	}{
		{"Forward", func(i int) { p.Forward(ws, &xs[i]) }, func(n int) { p.ForwardBatch(batch, xs[:n], out[:n]) }},
		{"Grad", func(i int) { p.Grad(ws, &xs[i], &ys[i], g) }, func(n int) { p.GradBatch(batch, xs[:n], ys[:n], g) }},
		{"Step", func(i int) { p.Step(ws, &xs[i], &ys[i], rate) },
			func(n int) { p.StepBatch(batch, xs[:n], ys[:n], rate) }},
	} {
		var batches, singles [most + 1]float64 // by the number of samples
		for range *smallRounds {
			for n := 1; n <= most; n++ {
				keepLeast(&batches[n], func() { f.batch(n) })
				keepLeast(&singles[n], func() {
					for i := range n {
						f.one(i)
					}
				})
			}
		}
		line, worst := "", 0.0
		for n := 1; n <= most; n++ {
			bound := batches[n/tile*tile] + min(singles[n%tile], batches[tile])
			worst = max(worst, batches[n]/bound)
			line += fmt.Sprintf(" %.2f", batches[n]/bound)
		}
		t.Logf("%s %s: one %.1f ns, a tile of %d %.0f ns, batch ÷ bound at most %.2f; of 1 to %d samples:%s", name,
			f.name,
			singles[most]/most, tile, batches[tile], worst, most, line)
	}
}

// keepLeast keeps in least how many nanoseconds a call takes, of about 2 µs of them, if that is less.
func keepLeast(least *float64, call func()) {
	for n := 1; ; n *= 2 {
		start := time.Now()
		for range n {
			call()
		}
		if took := time.Since(start); took > 2*time.Microsecond {
			if each := float64(took.Nanoseconds()) / float64(n); *least == 0 || each < *least {
				*least = each
			}
			return
		}
	}
}
