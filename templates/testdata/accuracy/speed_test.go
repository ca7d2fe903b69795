package accuracy

import (
	"math"
	"math/rand/v2"
	"testing"
)

var sink float32

// BenchmarkFloat32 runs every emitted function beside the same in float64, on arguments as networks have them, and sine and
// cosine on large ones too.
func BenchmarkFloat32(b *testing.B) {
	for _, c := range singles {
		for _, in := range []struct {
			name  string
			scale float64
		}{{"", 3}, {"Large", 1e12}} {
			if in.name != "" && c.name != "sin" && c.name != "cos" {
				continue
			}
			r := rand.New(rand.NewPCG(1, 1))
			xs := make([]float32, 1024)
			for i := range xs {
				if xs[i] = float32(in.scale * r.NormFloat64()); c.name == "log" || c.name == "log1p" || c.name == "sqrt" {
					xs[i] = float32(math.Abs(float64(xs[i])))
				}
			}
			b.Run(c.name+in.name+"/emitted", func(b *testing.B) {
				for i := range b.N {
					sink = c.f(xs[i%len(xs)])
				}
			})
			b.Run(c.name+in.name+"/math", func(b *testing.B) {
				for i := range b.N {
					sink = float32(c.want(float64(xs[i%len(xs)])))
				}
			})
		}
	}
}
