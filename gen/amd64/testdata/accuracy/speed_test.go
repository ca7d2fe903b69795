package accuracy

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var measure = flag.Bool("measure", false, "measure how long functions take, and those of portable Go")

// TestSpeed reports, with -measure, what functions take for a number such as networks have, beside those of portable
// Go. It asserts nothing.
func TestSpeed(t *testing.T) {
	if !*measure {
		t.Skip("not measured without -measure")
	}
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			speed(t, "float32", named(list32, name), portable32[name])
			speed(t, "float64", named(list64, name), portable64[name])
		})
	}
}

// speed times the kernels of a function and the portable function in turns, so that whatever else the machine does
// troubles them alike, and takes the least.
func speed[F float32 | float64](t *testing.T, typ string, kernels []kernel[F], portable func(x, y F) F) {
	r := rand.New(rand.NewPCG(1, 1))
	var x, y, z [lanes]F
	for i := range x {
		x[i], y[i] = F(math.Abs(3*r.NormFloat64())), F(r.NormFloat64())
	}
	kernels = append(kernels, kernel[F]{kernels[0].name, "portable", func(x, y, z *[lanes]F) {
		for i := range x {
			z[i] = portable(x[i], y[i])
		}
	}})
	least := make([]time.Duration, len(kernels))
	for turn := range 2000 {
		for i, k := range kernels {
			begin := time.Now()
			k.f(&x, &y, &z)
			if d := time.Since(begin); turn == 0 || d < least[i] {
				least[i] = d
			}
		}
	}
	for i, k := range kernels {
		t.Logf("%s %s %s: %.2f ns, %.1f times as fast as portable", typ, k.name, k.level, float64(least[i])/lanes,
			float64(least[len(least)-1])/float64(least[i]))
	}
}
