package schedule

import (
	"sync"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// mustMake returns the schedule of a network's plan.
func mustMake(t testing.TB, n spec.Network) *Schedule {
	t.Helper()
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatalf("%v\n%s", err, n.JSON())
	}
	s, err := New(p)
	if err != nil {
		t.Fatalf("%v\n%s", err, n.JSON())
	}
	return s
}

// drawnSchedule returns the schedule of a random network, which is the same one for all tests: they look at it and
// change nothing.
func drawnSchedule(t testing.TB, n spec.Network) *Schedule {
	t.Helper()
	drawn.Lock()
	defer drawn.Unlock()
	key := string(n.JSON())
	if drawn.of[key] == nil {
		drawn.of[key] = mustMake(t, n)
	}
	return drawn.of[key]
}

var drawn = struct {
	sync.Mutex
	of map[string]*Schedule
}{of: map[string]*Schedule{}}

// bare is a schedule of operations that no program has, to set their loops.
func bare() *Schedule {
	return &Schedule{loops: map[plan.Op]*Loops{}, weights: map[*plan.Map]int{}}
}

// parts are those of a function, by its name.
func (s *Schedule) named(function string) []*Part { return s.Function(s.Program.Func(function)).Parts }
