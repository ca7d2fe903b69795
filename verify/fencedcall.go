package verify

import (
	"runtime/debug"
	"slices"
)

// fencedCall is a call with arguments between fences.
type fencedCall[F Float] struct {
	name, where string
	// run makes the call and returns every number that it delivers, and those that it may not change.
	run func() []delivery[F]
}

// delivery is numbers that a call delivers.
type delivery[F Float] struct {
	name    string
	numbers []F
}

// deliver copies numbers.
func deliver[F Float](name string, numbers ...F) delivery[F] {
	return delivery[F]{name, slices.Clone(numbers)}
}

// everywhere makes calls with their arguments at every place, and checks that they touch nothing beside them and deliver
// the same everywhere.
func everywhere[F Float](report *findings, all *fences, calls func(at placement) []fencedCall[F]) {
	if all.err != nil {
		report.note("no argument was put beside memory that must not be touched: %v", all.err)
		return
	}
	var want [][]delivery[F]
	for _, at := range []placement{ordinary, firstOnes, lastOnes, oddly} {
		for i, c := range calls(at) {
			got, ok := fencedRun(report, c, all.list)
			if s := roundsOtherwise(); s != "" {
				report.broken(c.name, "the processor", c.where, "%s after the call", s)
			}
			if at == ordinary {
				want = append(want, got)
				continue
			}
			if !ok || want[i] == nil {
				continue
			}
			for d, v := range got {
				if at := sameBits(v.numbers, want[i][d].numbers); at >= 0 {
					report.broken(c.name, v.name, c.where,
						"number %d is %v, in ordinary memory %v; results may not depend on where arguments lie",
						at, v.numbers[at], want[i][d].numbers[at])
				}
			}
		}
	}
}

// fencedRun makes a call and reports what it touches beside its arguments; ok is false where it did not come to its
// end.
func fencedRun[F Float](report *findings, c fencedCall[F], fences []*fence) (got []delivery[F], ok bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		said := recover()
		if said == nil {
			return
		}
		fault, is := said.(interface{ Addr() uintptr })
		if got, ok = nil, false; !is {
			report.broken(c.name, "panic", c.where, "%v", said)
			return
		}
		for _, f := range fences {
			if n, where, found := f.beside(fault.Addr()); found {
				report.broken(c.name, f.name, c.where, "memory %d bytes %s is read or written", n, where)
				return
			}
		}
		report.broken(c.name, "memory", c.where, "%v, which lies beside no argument", said)
	}()
	got = c.run()
	for _, f := range fences {
		for _, s := range f.sides() {
			if !onlyCanaries(s.bytes) {
				report.broken(c.name, f.name, c.where, "memory %s it was written", s.name)
				f.lies(f.from, f.to)
			}
		}
	}
	return got, true
}
