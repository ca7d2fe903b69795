package generated_test

import (
	"testing"

	"github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/pixels"
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
}
