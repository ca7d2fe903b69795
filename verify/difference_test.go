package verify

import (
	"math"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/diff/fd"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// TestFiniteDifferences holds the gradients of the reference, in every parameter and every input, against
// central differences of its loss. The tolerance is the error estimate of the differences:
//
//	truncation  D(h/2) differs from the derivative by a third of |D(h) - D(h/2)|, up to higher powers of h
//	            (Richardson); the whole of it is granted
//	rounding    each of the two losses is off by at most its computed bound
//
// Coordinates where an activation has a kink within the stencil have no derivative to compare; they are
// skipped and counted.
func TestFiniteDifferences(t *testing.T) {
	compared, skipped, tight := 0, 0, 0
	for _, n := range verifytest.EveryPair(t, spec.Float64) {
		t.Run(verifytest.Title(n), func(t *testing.T) {
			for i := range 2 { // "random" and "one-hot target"
				if i == 1 && testing.Short() {
					break
				}
				s := drawn(t, n, i)
				_, trace, bounds := run(t, n, s)
				analytic := append(trace.Flat(), linear.Elements(trace.X)...)
				roundoff := append(bounds.Flat(), linear.Elements(bounds.X)...)
				largest := floats.Norm(analytic, math.Inf(1))
				for c := range analytic {
					d, tolerance, ok := difference(t, n, s, trace, c)
					if !ok {
						skipped++
						continue
					}
					compared++
					tolerance += roundoff[c]
					if math.Abs(d-analytic[c]) > tolerance {
						t.Errorf("trial %d, coordinate %d: gradient %v, differences %v ± %v", i, c, analytic[c], d,
							tolerance)
					}
					if tolerance < 1e-5*largest {
						tight++
					}
				}
			}
		})
	}
	t.Logf("%d coordinates compared, %d skipped at kinks; tolerance below 1e-5 of the largest in %d", compared, skipped,
		tight)
	if skipped*10 > compared || tight*10 < compared*9 {
		t.Errorf("the comparison says little: %d compared, %d skipped, %d with a tight tolerance", compared, skipped,
			tight)
	}
}

// difference returns the central difference of the loss about a sample, whose trace is given, along coordinate c of
// (parameters, x), and its error estimate. ok is false if a unit crosses a kink within the stencil.
func difference(
	t *testing.T, n spec.Network, s trial.Sample, centre *reference.Trace, c int,
) (d, tolerance float64, ok bool) {
	t.Helper()
	const h = 0x1p-11 // near the cube root of float64's u, times what the logits' scale is
	type result struct {
		trace  *reference.Trace
		bounds *reference.Gradient
	}
	known := map[float64]result{} // both differences and the look at kinks want the same
	at := func(offset float64) result {
		if r, ok := known[offset]; ok {
			return r
		}
		moved := s
		if c < len(s.Params) {
			moved.Params = slices.Clone(s.Params)
			moved.Params[c] += offset
		} else {
			moved.X = slices.Clone(s.X)
			moved.X[c-len(s.Params)] += offset
		}
		_, trace, bounds := run(t, n, moved)
		known[offset] = result{trace, bounds}
		return known[offset]
	}
	roundoff := 0.0
	for _, offset := range []float64{-h, -h / 2, h / 2, h} {
		there := at(offset)
		roundoff = max(roundoff, there.bounds.Loss)
		if !sameSides(n, centre, there.trace) {
			return 0, 0, false
		}
	}
	// Differentiating in the offset keeps gonum's own x ± h exact at 0.
	loss := func(offset float64) float64 { return at(offset).trace.Loss }
	wide := fd.Derivative(loss, 0, &fd.Settings{Formula: fd.Central, Step: h})
	narrow := fd.Derivative(loss, 0, &fd.Settings{Formula: fd.Central, Step: h / 2})
	// p + h is rounded when p is not a multiple of h's last place: an error of the step, relatively
	// u|p|/h, which goes into the difference in proportion.
	p := append(slices.Clone(s.Params), s.X...)[c]
	step := rounding.Float64.U * math.Abs(p) / (h / 2) * math.Abs(narrow)
	return narrow, math.Abs(wide-narrow) + 2*roundoff/h*2 + step, true
}

// turns are the points where an activation has no derivative, or no second one, which the error estimate needs.
var turns = map[string][]float64{
	"relu": {0}, "leaky-relu": {0}, "elu": {0}, "selu": {0}, "softsign": {0}, "hard-sigmoid": {-3, 3},
	"hard-tanh": {-1, 1},
}

// sameSides says whether every unit is on the same side of its activation's kinks, and not at one, in both traces,
// every window has its maximum at the same unit, and every output is on the same side of the kinks of the cost.
func sameSides(n spec.Network, a, b *reference.Trace) bool {
	apart := func(u, v *mat.VecDense, kink func(i int) float64) bool {
		for i := range u.Len() {
			if k := kink(i); (u.AtVec(i)-k)*(v.AtVec(i)-k) <= 0 {
				return false
			}
		}
		return true
	}
	for l := 1; l <= n.Depth(); l++ {
		f := n.Layers[l-1].Activation
		for _, turn := range turns[f.Name] {
			if !apart(a.Z[l], b.Z[l], func(int) float64 { return turn }) {
				return false
			}
		}
		if f.Name == "max-pool" {
			w := n.Layers[l-1].Window()
			for g := range n.Width(l) {
				if floats.MaxIdx(linear.Elements(a.Z[l])[g*w:g*w+w]) != floats.MaxIdx(linear.Elements(b.Z[l])[g*w:g*w+
					w]) {
					return false
				}
			}
		}
		if f.Name == "radial-sigmoid" && n.Layers[l-1].Dense == 1 &&
			!apart(a.Z[l], b.Z[l], func(int) float64 { return 0 }) {
			return false // through the origin, where it jumps
		}
	}
	var offsets []float64
	switch n.Cost.Name {
	case "mae":
		offsets = []float64{0}
	case "huber":
		delta := n.Cost.Param(spec.CostRole, "delta")
		offsets = []float64{-delta, delta}
	}
	for _, o := range offsets {
		if !apart(a.Output, b.Output, func(i int) float64 { return a.Target.AtVec(i) + o }) {
			return false
		}
	}
	return true
}
