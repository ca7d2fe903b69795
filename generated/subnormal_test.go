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

// sizes measures a network on numbers of usual size, then with inputs, and with parameters, that are all subnormal.
func sizes[N kernels[P, G, W, B, X, Y], P, G, W, B, X, Y any](b *testing.B, p N) {
	const tiny = 0x1p-135 // times numbers of which few are as large as 2^8
	timedAt(b, "usual", p, 1, 1)
	timedAt(b, "inputs", p, 1, tiny)
	timedAt(b, "parameters", p, tiny, 1)
}

// BenchmarkSubnormals measures what subnormal numbers cost, which are kept: processors take longer for some of the
// operations on them.
func BenchmarkSubnormals(b *testing.B) {
	b.Run("xor", func(b *testing.B) { sizes(b, new(xor.Xor)) })
	b.Run("iris", func(b *testing.B) { sizes(b, new(iris.Iris)) })
	b.Run("control", func(b *testing.B) { sizes(b, new(control.Control)) })
	b.Run("digits", func(b *testing.B) { sizes(b, new(digits.Digits)) })
	b.Run("pixels", func(b *testing.B) { sizes(b, new(pixels.Pixels)) })
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
