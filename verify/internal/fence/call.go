package fence

import (
	"runtime/debug"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// Call is a call with arguments between fences.
type Call[F memory.Float] struct {
	Name, Where string
	// Run makes the call and returns every number that it delivers, and those that it may not change.
	Run func() []Delivery[F]
}

// Delivery is numbers that a call delivers.
type Delivery[F memory.Float] struct {
	name    string
	numbers []F
}

// Deliver copies numbers.
func Deliver[F memory.Float](name string, numbers ...F) Delivery[F] {
	return Delivery[F]{name, slices.Clone(numbers)}
}

// Everywhere makes calls with their arguments at every place, and checks that they touch nothing beside them and
// deliver the same everywhere.
func Everywhere[F memory.Float](report *finding.Report, all *Set, calls func(at Placement) []Call[F]) {
	if all.Err != nil {
		report.Note("no argument was put beside memory that must not be touched: %v", all.Err)
		return
	}
	var want [][]Delivery[F]
	for _, at := range []Placement{Ordinary, BeginsPage, EndsPage, EndsOneBefore} {
		for i, c := range calls(at) {
			got, ok := run(report, c, all.list)
			if s := roundsOtherwise(); s != "" {
				report.Broken(c.Name, "the processor", c.Where, "%s after the call", s)
			}
			if at == Ordinary {
				want = append(want, got)
				continue
			}
			if !ok || want[i] == nil {
				continue
			}
			for d, v := range got {
				if at := memory.FirstDifference(v.numbers, want[i][d].numbers); at >= 0 {
					report.Broken(c.Name, v.name, c.Where,
						"number %d is %v, in ordinary memory %v; results may not depend on where arguments lie",
						at, v.numbers[at], want[i][d].numbers[at])
				}
			}
		}
	}
}

// run makes a call and reports what it touches beside its arguments; ok is false where it did not come to its
// end.
func run[F memory.Float](report *finding.Report, c Call[F], fences []*fence) (got []Delivery[F], ok bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		said := recover()
		if said == nil {
			return
		}
		fault, is := said.(interface{ Addr() uintptr })
		if got, ok = nil, false; !is {
			report.Broken(c.Name, "panic", c.Where, "%v", said)
			return
		}
		for _, f := range fences {
			if n, where, found := f.beside(fault.Addr()); found {
				report.Broken(c.Name, f.name, c.Where, "memory %s %s is read or written", plural.Of(n, "byte"), where)
				return
			}
		}
		report.Broken(c.Name, "memory", c.Where, "%v, which lies beside no argument", said)
	}()
	got = c.Run()
	for _, f := range fences {
		for _, s := range f.sides() {
			if !onlyCanaries(s.bytes) {
				report.Broken(c.Name, f.name, c.Where, "memory %s it was written", s.name)
				f.lies(f.from, f.to)
			}
		}
	}
	return got, true
}
