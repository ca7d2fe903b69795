package verify

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
)

// TestLevels checks that a network of rounding: strict gives the same bits at every level that the machine has, and
// fails the test with what is wrong. atLevels calls a test once with every level, "portable" first, as the emitted
// function of that name does; network is the spec as text.
func TestLevels[P, G, W, B, X, Y any, F Float](
	t testing.TB, network string, k Kernel[P, G, W, B, X, Y, F], atLevels func(test func(level string)),
) {
	t.Helper()
	n := emitted(t, network)
	CheckLevels(n, k, atLevels).tell(t)
}

// CheckLevels runs every function at every level on numbers of all kinds, NaN and infinities among them, on single
// samples and on batches of several sizes, and compares all that they deliver with what the first level delivers, bit
// by bit; any NaN is NaN.
func CheckLevels[P, G, W, B, X, Y any, F Float](
	n spec.Network, k Kernel[P, G, W, B, X, Y, F], atLevels func(test func(level string)),
) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	if _, err := newMachine(n, k); err != nil {
		report.Broken("Kernel", "types", "", "%v", err)
		return reportOf(report)
	}
	judge.JudgeLevels(&judge.Levels[F]{
		Network: n, Report: report, AtLevels: atLevels,
		Single: func() *judge.Machine[F] {
			m, _ := newMachine(n, k) // as before
			return m
		},
		Batch:    func(largest int) *judge.BatchMachine[F] { return newKernelBatches(k, largest) },
		Gradient: func() judge.GradientFunctions[F] { return gradientFunctionsOn(k, new(G)) },
	})
	return reportOf(report)
}
