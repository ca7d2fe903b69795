package expr

import (
	"math"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// The table has the costs that a spec can name, and no others.
func TestCostsAreTheCatalogue(t *testing.T) {
	var rows, entries []string
	for _, row := range Costs() {
		rows = append(rows, row.Name)
		if row.Doc == "" {
			t.Errorf("%s: no documentation", row.Name)
		}
		if vars := Vars(row.Term); slices.Contains(vars, Z) || len(vars) > 2 {
			t.Errorf("%s: %v is not in a and y alone", row.Name, row.Term)
		}
	}
	for _, entry := range spec.Costs() {
		entries = append(entries, entry.Name)
	}
	slices.Sort(rows)
	slices.Sort(entries)
	if !slices.Equal(rows, entries) {
		t.Errorf("the table has %q, a spec can name %q", rows, entries)
	}
	if row, err := CostOf(spec.Function{Name: "tanh"}); err == nil {
		t.Errorf("tanh is the cost %s", row.Name)
	}
}

func TestCostFormulas(t *testing.T) {
	for _, c := range []struct {
		name, term, grad string
		mean             bool
	}{
		{"mse", "(a - y)^2", "2*(a - y)", true},
		{"squared-error", "(a - y)^2", "2*(a - y)", false},
		{"cross-entropy", "-y*log(max(a, 2^-126))", "where(a - 2^-126, -y/max(a, 2^-126), 0)", false},
		{"binary-cross-entropy",
			"-(y*log(max(a, 2^-126)) + (1 - y)*log(max(1 - a, 2^-126)))",
			"-(where(a - 2^-126, y/max(a, 2^-126), 0) + where(1 - a - 2^-126, (y - 1)/max(1 - a, 2^-126), 0))", false},
	} {
		row, err := CostOf(spec.Function{Name: c.name})
		if err != nil {
			t.Error(err)
			continue
		}
		if term, grad := row.Term.String(), row.Grad.String(); term != c.term || grad != c.grad || row.Mean != c.mean {
			t.Errorf("%s: %s, gradient %s, mean %t; want %s, %s, %t", c.name, term, grad, row.Mean, c.term, c.grad,
				c.mean)
		}
	}
}

func TestCostGradientsAgainstDifferences(t *testing.T) {
	for _, row := range Costs() {
		t.Run(row.Name, func(t *testing.T) {
			for a := -0.5; a <= 1.5; a += 0x1p-5 {
				if math.Abs(a) < 0x1p-4 || math.Abs(a-1) < 0x1p-4 {
					continue // the ends of a probability, where logarithms are cut off
				}
				for _, y := range []float64{0, 0.25, 0.625, 1} {
					if nearKinkOf(t, row.Kinks, a, y) {
						continue
					}
					if !checkDerivative(t, row.Term, row.Grad, A, Env[float64]{A: a, Y: y}) {
						t.Errorf("slope at a = %v, y = %v not known", a, y)
					}
				}
			}
		})
	}
}

// nearKinkOf reports whether the largest steps of slope reach a kink from a, or y, where mae and log-cosh cancel.
func nearKinkOf(t *testing.T, kinks []Kink, a, y float64) bool {
	return slices.ContainsFunc(kinks, func(k Kink) bool {
		return math.Abs(a-mustEval(t, k.At, Env[float64]{Y: y})) < 0x1p-4
	})
}

func TestCostKinks(t *testing.T) {
	for _, row := range Costs() {
		for _, kink := range row.Kinks {
			for _, y := range []float64{0.25, 0.625} {
				at := mustEval(t, kink.At, Env[float64]{Y: y})
				env := Env[float64]{A: at, Y: y}
				want := mustEval(t, kink.Deriv, env)
				if got := mustEval(t, row.Grad, env); got != want {
					t.Errorf("%s: gradient at a = %v, y = %v is %v, should be %v", row.Name, at, y, got, want)
				}
				left, right := sideSlopes(t, row.Term, A, env, at*0x1p-20)
				if math.Abs(left-right) < 0x1p-10 {
					t.Errorf("%s: no kink at %v: slopes %v and %v", row.Name, at, left, right)
				}
			}
		}
	}
}

// At the ends of a probability, and beyond, costs and gradients stay finite; a NaN shows.
func TestCostsAtTheEnds(t *testing.T) {
	for _, row := range Costs() {
		for _, a := range []float32{0, 1, -1, 2, 0x1p-149, 1 - 0x1p-24} {
			for _, y := range []float32{0, 1} {
				for _, e := range []Expr{row.Term, row.Grad} {
					v := mustEval(t, e, Env[float32]{A: a, Y: y})
					if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
						t.Errorf("%s: %v is %v at a = %v, y = %v", row.Name, e, v, a, y)
					}
				}
			}
		}
		if v := mustEval(t, row.Term, Env[float32]{A: float32(math.NaN()), Y: 1}); v == v {
			t.Errorf("%s of NaN is %v", row.Name, v)
		}
	}
}
