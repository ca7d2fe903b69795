package verify

import (
	"testing"

	"github.com/backpropgen/backpropgen/spec"
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
	report := &findings{Network: n.Name}
	if _, err := newMachine(n, k); err != nil {
		report.broken("Kernel", "types", "", "%v", err)
		return reportOf(report)
	}
	judgeLevels(&judgedLevels[F]{
		network: n, report: report, atLevels: atLevels,
		single: func() *machine[F] {
			m, _ := newMachine(n, k) // as before
			return m
		},
		batch:    func(largest int) *batchMachine[F] { return newBatchMachine(kernelBatches(k), largest) },
		gradient: func() gradientFunctions[F] { return gradientFunctionsOf(k) },
	})
	return reportOf(report)
}
