package macro

import (
	"os"
	"testing"
)

func BenchmarkShorten(b *testing.B) {
	for _, n := range []string{"iris", "control", "digits"} {
		text, err := os.ReadFile("../../generated/" + n + "/" + n + "_amd64_gen.s")
		if err != nil {
			b.Fatal(err)
		}
		if text, err = Expand(text); err != nil {
			b.Fatal(err)
		}
		b.Run(n, func(b *testing.B) {
			for range b.N {
				Shorten(text)
			}
		})
	}
}
