package amd64

import (
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
)

// TestKinds: every core with AVX-512 is of one kind, whose level is a bit of its own; cores of one kind run the same
// codes and those of others do not; and at every level functions go on to the code that its cores run.
func TestKinds(t *testing.T) {
	several := 0
	for _, n := range committed(t) {
		_, a := assembled(t, n)
		kinds, choices := a.Kinds(), append(a.Choices(), a.sweepChoices()...)
		seen, unknown := map[int]int{}, 0
		for i, k := range kinds {
			if want := 1 << i; k.Level != want {
				t.Errorf("%s: kind %d has the level %d, want %d", n.Name, i, k.Level, want)
			}
			if k.Unknown {
				unknown++
			}
			for _, c := range k.Cores {
				seen[c]++
				if cores.All[c].Wide != (i > 0) {
					t.Errorf("%s: %s is of kind %d", n.Name, cores.All[c].Name, i)
				}
				for _, choice := range choices {
					if runs := choice.Runs[c]; i > 0 && levelsOf(choice, kinds, runs)&k.Level == 0 {
						t.Errorf("%s: %s does not go on to %s on %s", n.Name, choice.Function, choice.Emitted[runs],
							cores.All[c].Name)
					}
				}
			}
		}
		if len(seen) != len(cores.All) || unknown != 1 {
			t.Errorf("%s: kinds %+v", n.Name, kinds)
		}
		for _, choice := range choices {
			all := 0
			for i := range choice.Emitted {
				levels := levelsOf(choice, kinds, i)
				if all&levels != 0 || i > 0 && levels == 0 {
					t.Errorf("%s: code %d of %s is that of the levels %b, others of %b", n.Name, i, choice.Function,
						levels, all)
				}
				all |= levels
			}
		}
		if len(kinds) > 2 {
			several++
		}
	}
	if several == 0 {
		t.Error("no network tells cores with AVX-512 apart")
	}
}
