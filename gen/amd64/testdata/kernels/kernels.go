// Package kernels runs small pieces of vector code. TestKernels of package amd64 lays them beside these files and
// runs the tests here.
package kernels

// kernel is a piece of code over numbers of one size; n and lanes are what it was made for.
type kernel[T float32 | float64] struct {
	name     string
	n, lanes int
	f        func(x, y *[1024]T)
}

var (
	sums32, ordered32, spills32 []kernel[float32]
	sums64, ordered64, spills64 []kernel[float64]
)
