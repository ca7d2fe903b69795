package verify

// delivered is numbers that a call delivers.
type delivered[F Float] struct {
	call, what, where string
	numbers           []F
}

// sameAtLevels compares what is delivered at every level with what the first delivers, bit by bit. where is said after
// that of the numbers.
func sameAtLevels[F Float](
	report *findings, atLevels func(test func(level string)), where string, results func() []delivered[F],
) {
	first := ""
	var want []delivered[F]
	atLevels(func(level string) {
		got := results()
		if want == nil {
			first, want = level, got
			return
		}
		for i, g := range got {
			if at := sameBits(g.numbers, want[i].numbers); at >= 0 {
				report.broken(g.call, g.what, g.where+where, "number %d is %v at level %s, %v at level %s; "+
					"rounding: strict promises the same bits", at, g.numbers[at], level, want[i].numbers[at], first)
			}
		}
	})
}
