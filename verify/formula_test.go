package verify

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// rewritten are functions of the catalogue as people write them as formulas; wide are those that lose more digits
// than the catalogue's, because they say so: 1 + exp(z) rounds where exp(z) is small.
var rewritten = []struct {
	f    spec.Function
	expr string
	wide bool
}{
	{spec.Function{Name: "identity"}, "z", false},
	{spec.Function{Name: "sigmoid"}, "1/(1 + exp(-z))", false},
	{spec.Function{Name: "sigmoid"}, "sigmoid(z)", false},
	{spec.Function{Name: "relu"}, "max(z, 0)", false},
	{spec.Function{Name: "leaky-relu"}, "max(z, 0.01*z)", false},
	{spec.Function{Name: "tanh"}, "tanh(z)", false},
	{spec.Function{Name: "tanh"}, "(exp(z) - exp(-z))/(exp(z) + exp(-z))", true},
	{spec.Function{Name: "arctan"}, "atan(z)", false},
	{spec.Function{Name: "softplus"}, "log(1 + exp(z))", true},
	{spec.Function{Name: "softplus"}, "max(z, 0) + log1p(exp(-abs(z)))", true},
	{spec.Function{Name: "elu"}, "max(z, 0) + min(expm1(z), 0)", false},
	{spec.Function{Name: "gelu"}, "z*(1 + erf(z/sqrt(2)))/2", true},
	{spec.Function{Name: "silu"}, "z/(1 + exp(-z))", false},
	{spec.Function{Name: "silu"}, "z*sigmoid(z)", false},
	{spec.Function{Name: "softsign"}, "z/(1 + abs(z))", false},
	{spec.Function{Name: "hard-sigmoid"}, "min(max(z/6 + 0.5, 0), 1)", false},
	{spec.Function{Name: "hard-tanh"}, "min(max(z, -1), 1)", false},
}

// TestFormulasAreTheCatalogue: a formula for a function of the catalogue has its values and derivatives, and bounds
// that say as much, within a factor of 100 at nine points of ten.
func TestFormulasAreTheCatalogue(t *testing.T) {
	for _, format := range []arithmetic{arithmetic32, arithmetic64} {
		r := newRounding(format)
		for _, c := range rewritten {
			row, err := activationOf(c.f)
			if err != nil {
				t.Fatal(err)
			}
			sigma, err := activationOf(spec.Function{Expr: c.expr})
			if err != nil {
				t.Fatal(err)
			}
			var slack slacks
			rng := rand.New(rand.NewPCG(1, 2))
			for range 2000 {
				z := estimate{[]float64{5 * rng.NormFloat64()}, []float64{0}}
				if rng.IntN(2) == 0 {
					z.bound[0] = format.u * (math.Abs(z.value[0]) + 1) * math.Exp2(8*rng.Float64())
				}
				v := estimate{[]float64{rng.NormFloat64()}, []float64{0}}
				want, got := row.value(vector(z.value)), sigma.value(vector(z.value))
				wantBound, bound := row.valueBound(r, z, elements(want)), sigma.valueBound(r, z, elements(got))
				slack.compare(t, c.f.Name+" as "+c.expr, z.value[0], elements(want)[0], elements(got)[0], wantBound[0], bound[0])

				a := estimate{elements(want), wantBound}
				wantBound, bound = row.pullbackBound(r, z, a, v), sigma.pullbackBound(r, z, a, v)
				slack.compare(t, "slope of "+c.f.Name+" as "+c.expr, z.value[0], row.jacobian(vector(z.value)).At(0, 0)*v.value[0],
					sigma.jacobian(vector(z.value)).At(0, 0)*v.value[0], wantBound[0], bound[0])
			}
			slack.judge(t, format.name+": "+c.f.Name+" as "+c.expr, c.wide)
		}
	}
}

// slacks counts how often the bound of a formula is more than 100 times that of the catalogue.
type slacks struct{ wide, all int }

func (s *slacks) compare(t *testing.T, what string, at, want, got, wantBound, bound float64) {
	t.Helper()
	if !(math.Abs(want-got) <= wantBound+bound) {
		t.Fatalf("%s at %v: %v ± %v, the catalogue has %v ± %v", what, at, got, bound, want, wantBound)
	}
	s.all++
	// Not where the catalogue's function is exact.
	if bound > 100*wantBound && bound > 1e-30 {
		s.wide++
	}
}

func (s *slacks) judge(t *testing.T, what string, wide bool) {
	t.Helper()
	if share := float64(s.wide) / float64(s.all); share > 0.1 && !wide || share > 0.5 {
		t.Errorf("%s: %.0f%% of the bounds are more than 100 times those of the catalogue", what, 100*share)
	}
}

// TestFormulaCosts is the same for costs, of one output, so that means are sums.
func TestFormulaCosts(t *testing.T) {
	for _, c := range []struct {
		f    spec.Function
		expr string
	}{
		{spec.Function{Name: "squared-error"}, "(a - y)^2"},
		{spec.Function{Name: "squared-error"}, "(a - y)*(a - y)"},
		{spec.Function{Name: "half-squared-error"}, "(y - a)^2/2"},
		{spec.Function{Name: "mae"}, "abs(a - y)"},
		{spec.Function{Name: "huber"}, "min(abs(a - y), 1)*(abs(a - y) - min(abs(a - y), 1)/2)"},
		{spec.Function{Name: "cross-entropy"}, "-y*log(a)"},
		{spec.Function{Name: "binary-cross-entropy"}, "-(y*log(a) + (1 - y)*log(1 - a))"},
	} {
		for _, format := range []arithmetic{arithmetic32, arithmetic64} {
			r := newRounding(format)
			row, err := costOf(c.f)
			if err != nil {
				t.Fatal(err)
			}
			cost, err := costOf(spec.Function{Expr: c.expr})
			if err != nil {
				t.Fatal(err)
			}
			var slack slacks
			rng := rand.New(rand.NewPCG(3, 4))
			for range 2000 {
				a, y := estimate{[]float64{rng.Float64()}, []float64{0}}, vector([]float64{rng.Float64()})
				if rng.IntN(2) == 0 {
					a.bound[0] = format.u * a.value[0] * math.Exp2(8*rng.Float64())
				}
				at := vector(a.value)
				what := c.f.Name + " as " + c.expr
				slack.compare(t, what, a.value[0], row.value(at, y), cost.value(at, y), row.valueBound(r, a, y), cost.valueBound(r, a, y))
				slack.compare(t, "slope of "+what, a.value[0], row.gradient(at, y).AtVec(0), cost.gradient(at, y).AtVec(0),
					row.gradientBound(r, a, y)[0], cost.gradientBound(r, a, y)[0])
			}
			slack.judge(t, format.name+": "+c.f.Name+" as "+c.expr, false)
		}
	}
}

// TestFormulaSums: a cost adds up its terms over the outputs, without dividing by their number.
func TestFormulaSums(t *testing.T) {
	c, err := costOf(spec.Function{Expr: "2*(a - y)"})
	if err != nil {
		t.Fatal(err)
	}
	a, y := vector([]float64{1, 2, 4}), vector([]float64{0.5, 0, -1})
	if got := c.value(a, y); got != 15 {
		t.Errorf("2·Σ(a - y) = %v, want 15", got)
	}
	for i, g := range elements(c.gradient(a, y)) {
		if g != 2 {
			t.Errorf("its derivative by output %d is %v, want 2", i, g)
		}
	}
}

// TestFormulaPullbacks: where a derivative may be infinite there is no bound, not even for 0 times it; and nowhere in a
// layer if the reference multiplies its matrix by an infinity.
func TestFormulaPullbacks(t *testing.T) {
	sigma, err := activationOf(spec.Function{Expr: "exp(z)"})
	if err != nil {
		t.Fatal(err)
	}
	r := newRounding(arithmetic32)
	z := estimate{[]float64{100, 0}, []float64{0, 0}}
	bound := sigma.pullbackBound(r, z, estimate{}, estimate{[]float64{0, 1}, []float64{0, 0}})
	if !math.IsInf(bound[0], 1) || !(bound[1] < 1e-6) {
		t.Errorf("0·exp'(100) and 1·exp'(0) have the bounds %v, want no bound and a small one", bound)
	}
	bound = sigma.pullbackBound(r, z, estimate{}, estimate{[]float64{math.Inf(1), 1}, []float64{0, 0}})
	if !math.IsInf(bound[0], 1) || !math.IsInf(bound[1], 1) {
		t.Errorf("beside an infinity there are the bounds %v, want none", bound)
	}
	rectified, err := activationOf(spec.Function{Expr: "max(z, 0)"})
	if err != nil {
		t.Fatal(err)
	}
	z = estimate{[]float64{0, 1}, []float64{0, 0}}
	bound = rectified.pullbackBound(r, z, estimate{}, estimate{[]float64{3, 4}, []float64{0, 0.5}})
	if bound[0] != 0 || !(bound[1] >= 0.5 && bound[1] < 0.51) {
		t.Errorf("of relu at 0 and at 1 the bounds are %v, want 0 and 0.5", bound)
	}
}

// TestFormulasInNetworks: a network with formulas computes what the same network computes with the functions of the
// catalogue.
func TestFormulasInNetworks(t *testing.T) {
	named := build("squared-error", spec.Float32, []int{3, 5, 4, 2}, "silu", "relu", "tanh")
	written := named
	written.Layers = append([]spec.Layer{}, named.Layers...)
	written.Layers[0].Activation = spec.Function{Expr: "z/(1 + exp(-z))"}
	written.Layers[1].Activation = spec.Function{Expr: "max(0, z)"}
	written.Cost = spec.Function{Expr: "(a - y)^2"}
	for i := range 3 * len(kinds) {
		s := draw(t, named, i)
		_, trace, bounds := run(t, named, s)
		_, other, otherBounds := run(t, written, s)
		quantities := []struct {
			name                   string
			want, got, bound, more []float64
		}{
			{"output", elements(trace.Output), elements(other.Output), elements(bounds.Output), elements(otherBounds.Output)},
			{"gradient", trace.Flat(), other.Flat(), bounds.Flat(), otherBounds.Flat()},
			{"loss", []float64{trace.Loss}, []float64{other.Loss}, []float64{bounds.Loss}, []float64{otherBounds.Loss}},
		}
		for _, q := range quantities {
			for j := range q.want {
				if !(math.Abs(q.want[j]-q.got[j]) <= q.bound[j]+q.more[j]) {
					t.Errorf("%s: %s[%d] is %v ± %v, with formulas %v ± %v", s.kind, q.name, j, q.want[j], q.bound[j], q.got[j], q.more[j])
				}
			}
		}
	}
}
