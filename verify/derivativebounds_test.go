package verify

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestDerivativeBoundsHold runs naive derivatives of both precisions over all activations and costs, all kinds of
// trials, several orders of summation and both ways to multiply matrices: every result must lie within its bound.
func TestDerivativeBoundsHold(t *testing.T) {
	for k, n := range verifytest.EveryPair(t, spec.Float32) {
		if testing.Short() && k%4 != 0 {
			continue // -short has one in four
		}
		t.Run(verifytest.Title(n), func(t *testing.T) { derivativesHold[float32](t, n, len(trial.Kinds)) })
	}
	for k, n := range verifytest.EveryPair(t, spec.Float64) {
		if testing.Short() && k%4 != 2 {
			continue
		}
		t.Run(verifytest.Title(n), func(t *testing.T) { derivativesHold[float64](t, n, len(trial.Kinds)) })
	}
}

// derivativesHold checks naive derivatives against the bounds, and returns the largest error of every quantity as a
// fraction of its bound.
func derivativesHold[F Float](t *testing.T, n spec.Network, trials int) map[string]float64 {
	t.Helper()
	report := &finding.Report{}
	format, err := rounding.FormatOf(n.Precision)
	if err != nil {
		t.Fatal(err)
	}
	for i := range trials + 2 {
		number := i
		if i >= trials {
			number = trial.NearFirst + i // close to kinks
		}
		s, d := drawn(t, n, number), trial.NewDirection(n, number)
		want, err := trial.ExpectDerivatives(n, s, d, trial.Derived{
			Jacobian: true, Tangent: true, ParameterJacobian: true, HessianVector: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for k, name := range []string{"ascending, σ' from a", "descending, from z", "pairwise", "largest first"} {
			got := naives[F]()[name].derive(n, s, d, k%2 == 0, none)
			r := finding.Ruler{Report: report, Format: format, Where: s.Kind + ", " + name}
			for _, c := range []struct {
				name        string
				got         []F
				want, bound []float64
			}{
				{"jacobian", got.jacobian, want.Jacobian, want.JacobianBound},
				{"tangent", got.tangent, want.Tangent, want.TangentBound},
				{"parameters", got.parameters, want.ParameterJacobian, want.ParameterJacobianBound},
				{"hessian", got.hessian, want.HessianVector, want.HessianVectorBound},
			} {
				if len(c.got) != len(c.want) || len(c.want) != len(c.bound) {
					t.Fatalf("%s: %d numbers, want %d with %d bounds", c.name, len(c.got), len(c.want), len(c.bound))
				}
				finding.Compare(r, "naive", finding.Block{Name: c.name, N: len(c.want)}, c.got, c.want, c.bound)
			}
		}
	}
	if err := report.Finish().Err(); err != nil {
		t.Error(err)
	}
	fractions := map[string]float64{"unbounded": float64(report.Unbounded)}
	for _, a := range report.Accuracies {
		fractions[a.Quantity] = a.Fraction
	}
	return fractions
}
