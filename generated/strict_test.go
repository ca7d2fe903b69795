//go:build strict

package generated_test

import (
	"testing"

	"github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/pixels"
	"github.com/backpropgen/backpropgen/generated/strict"
	"github.com/backpropgen/backpropgen/generated/xor"
)

// TestStrictSmallBatches is TestSmallBatches for networks with rounding: strict.
func TestStrictSmallBatches(t *testing.T) {
	if *smallRounds == 0 {
		t.Skip("it prints times only: -small 300 has it measure each size 300 times")
	}
	smallBatches(t, "strict digits", new(strict.Digits), 16)
	smallBatches(t, "strict iris", new(strict.Iris), 16)
}

// timed measures every function of a network on numbers of usual size.
func timed[N kernels[P, G, W, B, X, Y], P, G, W, B, X, Y any](b *testing.B, name string, p N) {
	timedAt(b, name, p, 1, 1)
}

// BenchmarkRounding measures what rounding: strict costs, both kinds in one run: in assembly, or with
// GODEBUG=cpu.avx2=off,cpu.avx512f=off in portable Go.
func BenchmarkRounding(b *testing.B) {
	b.Run("xor", func(b *testing.B) { timed(b, "fast", new(xor.Xor)); timed(b, "strict", new(strict.Xor)) })
	b.Run("iris", func(b *testing.B) { timed(b, "fast", new(iris.Iris)); timed(b, "strict", new(strict.Iris)) })
	b.Run("control", func(b *testing.B) {
		timed(b, "fast", new(control.Control))
		timed(b, "strict",
			new(strict.Control))
	})
	b.Run("digits", func(b *testing.B) { timed(b, "fast", new(digits.Digits)); timed(b, "strict", new(strict.Digits)) })
	b.Run("pixels", func(b *testing.B) { timed(b, "fast", new(pixels.Pixels)); timed(b, "strict", new(strict.Pixels)) })
}

// BenchmarkSubnormalUpdates measures what subnormal numbers cost an optimizer.
func BenchmarkSubnormalUpdates(b *testing.B) {
	b.Run("Adam/usual", func(b *testing.B) { updates(b, 1, 1) })
	b.Run("Adam/subnormal", func(b *testing.B) { updates(b, 0x1p-135, 0x1p-135) })
	b.Run("Adam/squares", func(b *testing.B) { updates(b, 1, 0x1p-68) }) // of gradients
}

// updates measures updates of an optimizer with parameters and gradients that are so large.
func updates(b *testing.B, size, gradient float32) {
	p, g, o := new(strict.Digits), new(strict.DigitsGrad), strict.NewDigitsAdam()
	for i := range p.Flat() {
		p.Flat()[i], g.Flat()[i] = size*(0.01*float32(i%97)+0.5), gradient*(0.01*float32(i%89)-0.04)
	}
	for b.Loop() {
		o.Update(p, g, 1e-4)
	}
}
