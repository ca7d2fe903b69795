package gen_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/bound"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestExplainBounds reads the table of rounding errors again: every figure is the bound, rounded up by less than a
// hundredth.
func TestExplainBounds(t *testing.T) {
	n := gated(spec.CacheAuto, "")
	n.Targets = []spec.Target{} // bounds are those of the plan, and assembly takes time
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	half, two := gen.Interval{Lo: -0.5, Hi: 0.25}, gen.Interval{Lo: 0, Hi: 2}
	for _, c := range []struct {
		given gen.Ranges
		want  bound.Ranges
		head  string
	}{
		{
			gen.Ranges{},
			bound.Ranges{
				Inputs: bound.Interval{Lo: -1, Hi: 1}, Weights: bound.Interval{Lo: -1,
					Hi: 1}, Biases: bound.Interval{Lo: -1, Hi: 1}, Targets: bound.Interval{Hi: 1},
			},
			"for any x in [-1, 1], W in [-1, 1], b in [-1, 1] and y in [0, 1] that sum to 1\n",
		},
		{
			gen.Ranges{Inputs: &two, Weights: &half},
			bound.Ranges{Inputs: two, Weights: half, Biases: half, Targets: bound.Interval{Hi: 1}},
			"for any x in [0, 2], W in [-0.5, 0.25], b in [-0.5, 0.25] and y in [0, 1] that sum to 1\n",
		},
	} {
		text, err := gen.Explain(n, gen.Options{Ranges: c.given})
		if err != nil || !strings.Contains(text, c.head) {
			t.Fatalf("%v; no %q in\n%s", err, c.head, text)
		}
		limits, err := bound.Of(p, c.want)
		if err != nil {
			t.Fatal(err)
		}
		_, table, _ := strings.Cut(text, c.head)
		for _, l := range limits {
			var name string
			var largest, e float64
			var sum string
			line := table[strings.Index(table, "  "+l.Name):]
			if _, err := fmt.Sscan(line, &name, &largest, &e, &sum); err != nil {
				t.Fatalf("the row of %s does not read: %v, in\n%s", l.Name, err, line)
			}
			above := func(shown, exact float64) bool { return shown >= exact*(1-1e-9) && shown <= exact*1.01 }
			var summed float64
			fmt.Sscan(sum, &summed)
			if !above(largest, l.Largest) || !above(e, l.Error) || l.Summed && !above(summed, l.Sum) || !l.Summed &&
				sum != "-" {
				t.Errorf("%s: the row says %v, %v and %s, the bounds are %+v", l.Name, largest, e, sum, l)
			}
		}
	}
	// A range that is none, and one in which everything overflows.
	wrong, large := gen.Interval{Lo: 1, Hi: math.Inf(1)}, gen.Interval{Lo: -1e30, Hi: 1e30}
	if _, err := gen.Explain(n, gen.Options{Ranges: gen.Ranges{Weights: &wrong}}); err == nil ||
		!strings.Contains(err.Error(), "weights") {
		t.Errorf("infinite weights: %v", err)
	}
	text, err := gen.Explain(n, gen.Options{Ranges: gen.Ranges{Weights: &large, Inputs: &large}})
	if err != nil || !strings.Contains(text, "no bound") || !strings.Contains(text, "may overflow") {
		t.Errorf("%v; enormous weights have bounds:\n%s", err, text)
	}
}
