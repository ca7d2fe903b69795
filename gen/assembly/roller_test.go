package assembly

import "testing"

// ofParts is a target whose lines are what they are made of.
type ofParts struct{ Rollable }

func (ofParts) Parts(n Line) Parts { return n.(Parts) }

// TestReadFirst: what an operation reads before it has written it is kept from one before, and no loop over layers
// takes its register.
func TestReadFirst(t *testing.T) {
	r := &roller{target: ofParts{}}
	read := r.readFirst([]Segment{
		{Nodes: []Line{Parts{Has: []Register{named("turn")}, Written: []Register{named("turn")}}}},
		{Nodes: []Line{
			Parts{Has: []Register{named("turn"), named("own")}, Written: []Register{named("own")}},
			Parts{Has: []Register{named("other")}, Written: []Register{named("other")}, Reach: Reach{Base: named("own")}, Reaches: true},
			Parts{Has: []Register{named("given")}, Written: []Register{named("given")}, Reach: Reach{Base: named("given")}, Reaches: true},
		}},
	})
	for name, want := range map[named]bool{named("turn"): true, named("own"): false, named("other"): false, named("given"): true} {
		if read[name] != want {
			t.Errorf("%s is kept: %t, want %t", name, read[name], want)
		}
	}
}

// named is a register by its name.
type named string

func (n named) Asm() string { return string(n) }
