package schedule

import (
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestPieces checks which piece of an operation is the first.
func TestPieces(t *testing.T) {
	op := &plan.Outer{}
	if !(Piece{Op: op, Outer: []Segment{{0, 8, 2}}}).First() || (Piece{Op: op, Outer: []Segment{{16, 8, 1}}}).First() {
		t.Error("the first piece begins at 0, and no other")
	}
	if s := (Segment{Lo: 4, Size: 8, Trips: 3}); s.Hi() != 28 || !s.Looped() {
		t.Errorf("%+v ends at %d", s, s.Hi())
	}
}

// TestNewRefuses checks that a mode of unrolling that there isn't is an error.
func TestNewRefuses(t *testing.T) {
	n := plantest.Iris()
	n.Unroll = "twice"
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	plantest.MustFail(t, func() error { _, err := New(p); return err }, `unroll: "twice" is not a mode`)
}

// TestChangesNothing: a schedule leaves the plan as it was, which the interpreter of plans then runs for both.
func TestChangesNothing(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		before := p.String()
		if _, err := New(p); err != nil {
			t.Fatal(err)
		}
		if after := p.String(); after != before {
			t.Errorf("the plan was\n%s\nand is\n%s", before, after)
		}
	})
}
