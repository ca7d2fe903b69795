package gen

import "github.com/backpropgen/backpropgen/spec"

// For tests outside the package, which share the random networks.
var (
	Careful     = careful
	ExampleRate = exampleRate
)

// ARM64 is the backend of assembly for AArch64, of every network.
func ARM64() Backend {
	b := arm64Backend
	b.Supports = func(spec.Network) bool { return true }
	return b
}
