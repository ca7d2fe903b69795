package verify

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
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

// shortened is how many of so many random numbers are tried: with -short an eighth.
func shortened(all int) int {
	if testing.Short() {
		return all / 8
	}
	return all
}

// TestFormulasAreTheCatalogue: a formula for a function of the catalogue has its values and derivatives, and bounds
// that say as much, within a factor of 100 at nine points of ten.
func TestFormulasAreTheCatalogue(t *testing.T) {
	for _, format := range []rounding.Format{rounding.Float32, rounding.Float64} {
		r := rounding.PairOf(format)
		for _, c := range rewritten {
			row, err := function.ActivationOf(c.f)
			if err != nil {
				t.Fatal(err)
			}
			sigma, err := function.ActivationOf(spec.Function{Expr: c.expr})
			if err != nil {
				t.Fatal(err)
			}
			var slack slacks
			rng := rand.New(rand.NewPCG(1, 2))
			for range shortened(2000) {
				z := rounding.Estimate{Value: []float64{5 * rng.NormFloat64()}, Bound: []float64{0}}
				if rng.IntN(2) == 0 {
					z.Bound[0] = format.U * (math.Abs(z.Value[0]) + 1) * math.Exp2(8*rng.Float64())
				}
				v := rounding.Estimate{Value: []float64{rng.NormFloat64()}, Bound: []float64{0}}
				want, got := row.Value(linear.Vector(z.Value)), sigma.Value(linear.Vector(z.Value))
				wantBound, bound := row.ValueBound(r, z, linear.Elements(want)),
					sigma.ValueBound(r, z, linear.Elements(got))
				slack.compare(t, c.f.Name+" as "+c.expr, z.Value[0], linear.Elements(want)[0], linear.Elements(got)[0],
					wantBound[0], bound[0])

				a := rounding.Estimate{Value: linear.Elements(want), Bound: wantBound}
				wantBound, bound = row.PullbackBound(r, z, a, v), sigma.PullbackBound(r, z, a, v)
				slack.compare(t, "slope of "+c.f.Name+" as "+c.expr, z.Value[0],
					row.Jacobian(linear.Vector(z.Value)).At(0, 0)*v.Value[0],
					sigma.Jacobian(linear.Vector(z.Value)).At(0, 0)*v.Value[0], wantBound[0], bound[0])
			}
			slack.judge(t, format.Name+": "+c.f.Name+" as "+c.expr, c.wide)
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
		for _, format := range []rounding.Format{rounding.Float32, rounding.Float64} {
			r := rounding.PairOf(format)
			row, err := function.CostOf(c.f)
			if err != nil {
				t.Fatal(err)
			}
			cost, err := function.CostOf(spec.Function{Expr: c.expr})
			if err != nil {
				t.Fatal(err)
			}
			var slack slacks
			rng := rand.New(rand.NewPCG(3, 4))
			for range shortened(2000) {
				a, y := rounding.Estimate{Value: []float64{rng.Float64()}, Bound: []float64{0}},
					linear.Vector([]float64{rng.Float64()})
				if rng.IntN(2) == 0 {
					a.Bound[0] = format.U * a.Value[0] * math.Exp2(8*rng.Float64())
				}
				at := linear.Vector(a.Value)
				what := c.f.Name + " as " + c.expr
				slack.compare(t, what, a.Value[0], row.Value(at, y), cost.Value(at, y), row.ValueBound(r, a, y),
					cost.ValueBound(r, a, y))
				slack.compare(t, "slope of "+what, a.Value[0], row.Gradient(at, y).AtVec(0),
					cost.Gradient(at, y).AtVec(0),
					row.GradientBound(r, a, y)[0], cost.GradientBound(r, a, y)[0])
			}
			slack.judge(t, format.Name+": "+c.f.Name+" as "+c.expr, false)
		}
	}
}

// TestFormulaSums: a cost adds up its terms over the outputs, without dividing by their number.
func TestFormulaSums(t *testing.T) {
	c, err := function.CostOf(spec.Function{Expr: "2*(a - y)"})
	if err != nil {
		t.Fatal(err)
	}
	a, y := linear.Vector([]float64{1, 2, 4}), linear.Vector([]float64{0.5, 0, -1})
	if got := c.Value(a, y); got != 15 {
		t.Errorf("2·Σ(a - y) = %v, want 15", got)
	}
	for i, g := range linear.Elements(c.Gradient(a, y)) {
		if g != 2 {
			t.Errorf("its derivative by output %d is %v, want 2", i, g)
		}
	}
}

// TestFormulaPullbacks: where a derivative or what it is multiplied with may be infinite there is no bound, not even
// for 0 times it. Other units of the layer keep theirs.
func TestFormulaPullbacks(t *testing.T) {
	sigma, err := function.ActivationOf(spec.Function{Expr: "exp(z)"})
	if err != nil {
		t.Fatal(err)
	}
	r := rounding.PairOf(rounding.Float32)
	z := rounding.Estimate{Value: []float64{100, 0}, Bound: []float64{0, 0}}
	bound := sigma.PullbackBound(r, z, rounding.Estimate{}, rounding.Estimate{
		Value: []float64{0, 1}, Bound: []float64{0, 0},
	})
	if !math.IsInf(bound[0], 1) || !(bound[1] < 1e-6) {
		t.Errorf("0·exp'(100) and 1·exp'(0) have the bounds %v, want no bound and a small one", bound)
	}
	bound = sigma.PullbackBound(r, z, rounding.Estimate{}, rounding.Estimate{
		Value: []float64{math.Inf(1), 1}, Bound: []float64{0, 0},
	})
	if !math.IsInf(bound[0], 1) || !(bound[1] < 1e-6) {
		t.Errorf("of an infinity and beside it there are the bounds %v, want no bound and a small one", bound)
	}
	rectified, err := function.ActivationOf(spec.Function{Expr: "max(z, 0)"})
	if err != nil {
		t.Fatal(err)
	}
	z = rounding.Estimate{Value: []float64{0, 1}, Bound: []float64{0, 0}}
	bound = rectified.PullbackBound(r, z, rounding.Estimate{},
		rounding.Estimate{Value: []float64{3, 4}, Bound: []float64{0, 0.5}})
	if bound[0] != 0 || !(bound[1] >= 0.5 && bound[1] < 0.51) {
		t.Errorf("of relu at 0 and at 1 the bounds are %v, want 0 and 0.5", bound)
	}
}

// TestFormulasInNetworks: a network with formulas computes what the same network computes with the functions of the
// catalogue.
func TestFormulasInNetworks(t *testing.T) {
	named := verifytest.Build("squared-error", spec.Float32, []int{3, 5, 4, 2}, "silu", "relu", "tanh")
	written := named
	written.Layers = append([]spec.Layer{}, named.Layers...)
	written.Layers[0].Activation = spec.Function{Expr: "z/(1 + exp(-z))"}
	written.Layers[1].Activation = spec.Function{Expr: "max(0, z)"}
	written.Cost = spec.Function{Expr: "(a - y)^2"}
	for i := range 3 * len(trial.Kinds) {
		s := drawn(t, named, i)
		_, trace, bounds := run(t, named, s)
		_, other, otherBounds := run(t, written, s)
		quantities := []struct {
			name                   string
			want, got, bound, more []float64
		}{
			{
				"output", linear.Elements(trace.Output), linear.Elements(other.Output), linear.Elements(bounds.Output),
				linear.Elements(otherBounds.Output),
			},
			{"gradient", trace.Flat(), other.Flat(), bounds.Flat(), otherBounds.Flat()},
			{"loss", []float64{trace.Loss}, []float64{other.Loss}, []float64{bounds.Loss}, []float64{otherBounds.Loss}},
		}
		for _, q := range quantities {
			for j := range q.want {
				if !(math.Abs(q.want[j]-q.got[j]) <= q.bound[j]+q.more[j]) {
					t.Errorf("%s: %s[%d] is %v ± %v, with formulas %v ± %v", s.Kind, q.name, j, q.want[j], q.bound[j],
						q.got[j], q.more[j])
				}
			}
		}
	}
}
