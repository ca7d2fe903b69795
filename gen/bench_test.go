package gen_test

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// BenchmarkGenerate generates each of the benchmark networks.
func BenchmarkGenerate(b *testing.B) {
	for _, name := range []string{"xor", "iris", "control", "digits", "pixels"} {
		n, err := spec.DecodeFile("../generated/" + name + "/" + name + ".yaml")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := gen.Generate(n, gen.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
