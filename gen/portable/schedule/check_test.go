package schedule

import (
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestCheckAccepts checks that what New returns passes, and that its plan still does, so that a mutation below is what
// makes Check complain.
func TestCheckAccepts(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		s := drawnSchedule(t, n)
		if err := Check(s); err != nil {
			t.Error(err)
		}
		if err := plan.Check(s.Program); err != nil {
			t.Error(err)
		}
	})
}

// every calls f with the loops of all operations of type O.
func every[O plan.Op](s *Schedule, f func(op O, l *Loops)) {
	for _, op := range s.Program.Ops() {
		if o, ok := op.(O); ok {
			f(o, s.Loops(op))
		}
	}
}

// strange is an operation that this package does not know.
type strange struct{}

func (*strange) Reads() []*plan.Buffer  { return nil }
func (*strange) Writes() []*plan.Buffer { return nil }
func (*strange) String() string         { return "strange" }

// TestCheckFinds plants one mistake after the other in a good schedule, in parts and with loops; every one must be
// named.
func TestCheckFinds(t *testing.T) {
	fast := plantest.Network("cross-entropy", []int{100, 90, 19}, "relu", "softmax")
	fast.Unroll = spec.UnrollLoop
	strict := fast
	strict.Rounding = spec.RoundingStrict
	for _, c := range []struct {
		name  string
		n     spec.Network
		plant func(s *Schedule)
		want  string
	}{
		{"a gap in a loop", fast, func(s *Schedule) {
			every(s, func(_ *plan.Affine, l *Loops) { l.Outer = []Segment{{0, 8, 5}, {48, 8, 1}} })
		}, "segment {Lo:48 Size:8 Trips:1} does not continue at 40"},
		{"an overlap in a loop", fast, func(s *Schedule) {
			every(s, func(_ *plan.Affine, l *Loops) { l.Outer = []Segment{{0, 8, 5}, {39, 8, 1}} })
		}, "segment {Lo:39 Size:8 Trips:1} does not continue at 40"},
		{"a loop that ends early", fast, func(s *Schedule) {
			every(s, func(_ *plan.Affine, l *Loops) { l.Inner = []Segment{{0, 16, 5}} })
		}, "segments end at 80, not 100"},
		{"a loop that ends late", fast, func(s *Schedule) {
			every(s, func(_ *plan.Outer, l *Loops) { l.Inner = []Segment{{0, 16, 7}} })
		}, "segments end at 112, not"},
		{"a loop that never moves", fast, func(s *Schedule) {
			every(s, func(_ *plan.Affine, l *Loops) { l.Outer = []Segment{{0, 0, 5}} })
		}, "segment {Lo:0 Size:0 Trips:5} does not continue at 0"},
		{"terms that nothing goes through", fast, func(s *Schedule) {
			every(s, func(_ *plan.Affine, l *Loops) { l.Inner = nil })
		}, "segments end at 0, not 100"},
		{"a loop of a fused update that ends early", fast, func(s *Schedule) {
			every(s, func(op *plan.BackAffine, _ *Loops) {
				if op.Update != nil {
					s.Loops(op.Update).Outer = []Segment{{0, 18, 1}}
				}
			})
		}, "segments end at 18, not 19"},
		{"biases left out of a sum over samples", fast, func(s *Schedule) {
			every(s, func(op *plan.OuterSum, l *Loops) {
				if l.Biases != nil {
					l.Biases = l.Biases[:1]
				}
			})
		}, "segments end at 84, not 90"},
		{"an operation without loops", fast, func(s *Schedule) {
			delete(s.loops, s.Program.Func(plan.Forward).Ops[0])
		}, "it has no loops"},
		{"an operation that nobody knows", fast, func(s *Schedule) {
			f, op := s.Program.Func(plan.Step), &strange{}
			f.Ops, s.loops[op] = append(f.Ops, op), &Loops{}
		}, "unexpected operation *schedule.strange"},

		{"lanes cut by a loop", strict, func(s *Schedule) {
			every(s, func(_ *plan.Affine, l *Loops) { l.Inner = []Segment{{0, 20, 5}} })
		}, "takes no whole rounds of 16 lanes"},
		{"another number of lanes than the plan's", strict, func(s *Schedule) {
			every(s, func(_ *plan.BackAffine, l *Loops) { l.Lanes = 8 })
		}, "a sum in 4 lanes is formed in 8"},

		{"a function without parts", fast, func(s *Schedule) { delete(s.parts, s.Program.Func(plan.Grad)) },
			"Grad: it has no parts"},
		{"a piece missing", fast, func(s *Schedule) {
			part := s.named(plan.Grad)[0]
			part.Pieces = part.Pieces[1:]
		}, "parts hold segments [] of z1 = W1·x + b1"},
		{"a segment missing", fast, func(s *Schedule) {
			piece := &s.named(plan.Forward)[0].Pieces[0]
			piece.Outer = piece.Outer[1:]
		}, "parts hold segments [{80 10 1}] of z1"},
		{"a call of something else", fast, func(s *Schedule) {
			call := *s.named(plan.Grad)[0].Pieces[0].Call
			call.Name = plan.Backward
			s.named(plan.Grad)[0].Pieces[0].Call = &call
		}, "it calls Backward, which does something else"},
		{"a call of less", fast, func(s *Schedule) {
			call := s.named(plan.Grad)[0].Pieces[0].Call
			call.Ops = call.Ops[1:]
		}, "it calls Forward, which does something else"},
		{"a call outside of a loop over samples", fast, func(s *Schedule) {
			part := s.named(plan.LossBatch)[0]
			part.Pieces = []Piece{{Call: s.named(plan.LossOnly)[0].Pieces[0].Call}}
		}, "stands in a loop over samples: false, want true"},
		{"a piece twice", fast, func(s *Schedule) {
			part := s.named(plan.Forward)[0]
			part.Pieces = append(part.Pieces, part.Pieces[0])
		}, "parts hold"},
		{"a piece of another function", fast, func(s *Schedule) {
			f := s.Function(s.Program.Func(plan.Forward))
			f.Parts = append(f.Parts, s.named(plan.Step)...)
		}, "which the function does not"},
		{"a part missing", fast, func(s *Schedule) {
			f := s.Function(s.Program.Func(plan.Step))
			f.Parts = f.Parts[:len(f.Parts)-1]
		}, "parts hold segments []"},
		{"an operation of the samples outside of a loop over them", fast, func(s *Schedule) {
			s.named(plan.ForwardBatch)[0].Pieces[0].Nest = Unnested
		}, "stands in a loop over samples: false, want true"},
		{"a loop over samples that goes on before it begins", fast, func(s *Schedule) {
			s.named(plan.ForwardBatch)[0].Pieces[0].Nest = Continue
		}, "goes on in a loop over samples that has not begun"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := mustMake(t, c.n)
			c.plant(s)
			plantest.MustFail(t, func() error { return Check(s) }, c.want)
		})
	}
}
