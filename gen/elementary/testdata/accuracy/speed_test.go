package accuracy

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

var measure = flag.Bool("measure", false, "measure how long functions take, and those of package math")

// arguments are such as networks have, or of another scale, and positive where a function wants them so.
func arguments(name string, scale float64) []float64 {
	r := rand.New(rand.NewPCG(1, 1))
	xs := make([]float64, 1024)
	for i := range xs {
		if xs[i] = scale * r.NormFloat64(); name == "log" || name == "log1p" || name == "sqrt" || name == "pow" {
			xs[i] = math.Abs(xs[i])
		}
	}
	return xs
}

// fastest are the times of a call of two functions: the least of many short turns, which they take alternately, so that
// whatever else the machine does troubles them alike or not at all.
func fastest[F float32 | float64](f, g func(F) F, xs []F) (of, og time.Duration) {
	turn := func(f func(F) F) time.Duration {
		begin := time.Now()
		for range 4 {
			for _, x := range xs {
				sink = float64(f(x))
			}
		}
		return time.Since(begin)
	}
	of, og = math.MaxInt64, math.MaxInt64
	for range 500 {
		of, og = min(of, turn(f)), min(og, turn(g))
	}
	return of, og
}

var sink float64

// TestSpeed reports, with -measure, what calls of the emitted functions and of those of package math take on arguments
// as networks have them, and for sine and cosine on large ones too. It asserts nothing.
func TestSpeed(t *testing.T) {
	if !*measure {
		t.Skip("not measured without -measure")
	}
	report := func(typ, name string, calls int, emitted, plain time.Duration) {
		t.Logf("%s %-10s emitted %5.1f ns, math %5.1f ns: %4.2f times as fast", typ, name,
			float64(emitted)/float64(calls), float64(plain)/float64(calls), float64(plain)/float64(emitted))
	}
	for _, c := range singles {
		for suffix, scale := range scales(c.name) {
			var xs []float32
			for _, x := range arguments(c.name, scale) {
				xs = append(xs, float32(x))
			}
			emitted, plain := fastest(c.f, func(x float32) float32 { return float32(c.want(float64(x))) }, xs)
			report("float32", c.name+suffix, 4*len(xs), emitted, plain)
		}
	}
	for _, c := range doubles {
		for suffix, scale := range scales(c.name) {
			xs := arguments(c.name, scale)
			emitted, plain := fastest(c.f, c.plain, xs)
			report("float64", c.name+suffix, 4*len(xs), emitted, plain)
		}
	}
}

// scales are the sizes of arguments to measure with.
func scales(name string) map[string]float64 {
	if name == "sin" || name == "cos" {
		return map[string]float64{"": 3, " large": 1e12}
	}
	return map[string]float64{"": 3}
}
