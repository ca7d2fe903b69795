package assemblytest

import (
	"fmt"
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

// Expected is what functions must leave: numbers of the reference, and how far off they may be by its analysis of
// rounding errors.
type Expected struct {
	output, loss, gradient, next []bounded
}

// bounded is a number and how far off it may be.
type bounded struct{ want, off float64 }

// allows says whether a number is near enough.
func (b bounded) allows(got float64) bool {
	return math.IsInf(b.off, 1) || math.Abs(got-b.want) <= b.off
}

// boundedNumbers are numbers with their bounds.
func boundedNumbers(want, off []float64) (list []bounded) {
	for i := range want {
		list = append(list, bounded{want[i], off[i]})
	}
	return list
}

// Expect computes what must come out for a sample.
func Expect(t *testing.T, n spec.Network, params, x, y []float64, rate float64) Expected {
	t.Helper()
	network, err := verify.NewNetwork(n, params)
	if err != nil {
		t.Fatal(err)
	}
	trace := network.Algorithm4(x, y)
	off, err := network.Bounds(trace, n.Precision)
	if err != nil {
		t.Fatal(err)
	}
	next, nextOff, err := network.Step(trace, off, n.Precision, rate)
	if err != nil {
		t.Fatal(err)
	}
	e := Expected{
		loss: []bounded{{trace.Loss, off.Loss}}, gradient: boundedNumbers(trace.Flat(), off.Flat()),
		next: boundedNumbers(next, nextOff),
	}
	for i := range n.Width(n.Depth()) {
		e.output = append(e.output, bounded{trace.Output.AtVec(i), off.Output.AtVec(i)})
	}
	finite := 0
	for _, b := range e.gradient {
		if !math.IsInf(b.off, 1) {
			finite++
		}
	}
	if 2*finite < len(e.gradient) {
		t.Fatalf("%s: the reference bounds %d of %d numbers of a gradient", n.Name, finite, len(e.gradient))
	}
	return e
}

// Summed is what must come out for samples together: sums in any order.
func Summed(n spec.Network, samples []Expected) (total Expected) {
	unit := 0x1p-24
	if n.Precision == spec.Float64 {
		unit = 0x1p-53
	}
	roundings := 2 * float64(len(samples)+2) * unit
	add := func(to *[]bounded, list []bounded) {
		if *to == nil {
			*to = make([]bounded, len(list))
		}
		for i, b := range list {
			(*to)[i].want += b.want
			(*to)[i].off += b.off + roundings*(math.Abs(b.want)+b.off)
		}
	}
	for _, s := range samples {
		add(&total.loss, s.loss)
		add(&total.gradient, s.gradient)
	}
	return total
}

// compare compares numbers that lie beside one another.
func compare(t *testing.T, name, what string, got func(i int) float64, want []bounded) {
	t.Helper()
	for i, b := range want {
		if v := got(i); !b.allows(v) {
			t.Errorf("%s: number %d of %s is %v, want %v to within %v", name, i, what, v, b.want, b.off)
			return
		}
	}
}

// CompareLeft compares what a function of one sample has left in memory, and what it returns.
func CompareLeft(
	t *testing.T, name, function string, p *plan.Program, f *assembly.File, arrays map[string]Numbers, got float64,
	want Expected,
) {
	t.Helper()
	name += ", " + function
	if function != plan.Forward {
		compare(t, name, "the loss", func(int) float64 { return got }, want.loss)
	}
	switch function {
	case plan.Forward:
		out := p.Buffer(fmt.Sprintf("a%d", p.Network.Depth()))
		first, ws := f.Kernel.Layout.At(out)/p.ElementBytes(), arrays[f.Kernel.Layout.In(out)]
		compare(t, name, "the output", func(i int) float64 { return ws.At(first + i) }, want.output)
	case plan.Backward, plan.Grad:
		compare(t, name, "the gradient", arrays["grad"].At, want.gradient)
	case plan.Step:
		compare(t, name, "the parameters", arrays["p"].At, want.next)
	}
}
