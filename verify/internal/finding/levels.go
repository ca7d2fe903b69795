package finding

import "github.com/backpropgen/backpropgen/verify/internal/memory"

// Delivered is numbers that a call delivers.
type Delivered[F memory.Float] struct {
	Call, What, Where string
	Numbers           []F
}

// SameAtLevels compares what is delivered at every level with what the first delivers, bit by bit. where is said after
// that of the numbers.
func SameAtLevels[F memory.Float](
	report *Report, atLevels func(test func(level string)), where string, results func() []Delivered[F],
) {
	first := ""
	var want []Delivered[F]
	atLevels(func(level string) {
		got := results()
		if want == nil {
			first, want = level, got
			return
		}
		for i, g := range got {
			if at := memory.FirstDifference(g.Numbers, want[i].Numbers); at >= 0 {
				report.Broken(g.Call, g.What, g.Where+where, "number %d is %v at level %s, %v at level %s; "+
					"rounding: strict promises the same bits", at, g.Numbers[at], level, want[i].Numbers[at], first)
			}
		}
	})
}
