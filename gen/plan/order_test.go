package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// written is the order of a sum as text: which terms are added to which.
func written(o Order, n, together int) string {
	partial := map[int]string{}
	o.Tree(n, together, func(lanes []int, at int) {
		for i, lane := range lanes {
			sum := fmt.Sprint(lane)
			for j := lane + o.Lanes; j < n; j += o.Lanes {
				sum = fmt.Sprintf("(%s+%d)", sum, j)
			}
			partial[at+i] = sum
		}
	}, func(into, from int) {
		partial[into] = fmt.Sprintf("(%s+%s)", partial[into], partial[from])
		delete(partial, from)
	})
	if len(partial) != 1 {
		return fmt.Sprintf("%d partial sums are left", len(partial))
	}
	return partial[0]
}

// TestTree lists orders, which are a promise: results of networks in use depend on them.
func TestTree(t *testing.T) {
	for _, c := range []struct {
		lanes, n int
		want     string
	}{
		{4, 1, "0"},
		{4, 2, "(0+1)"},
		{4, 3, "((0+2)+1)"},
		{4, 4, "((0+2)+(1+3))"},
		{4, 7, "(((0+4)+(2+6))+((1+5)+3))"},
		{4, 10, "((((0+4)+8)+(2+6))+(((1+5)+9)+(3+7)))"},
		{8, 6, "(((0+4)+2)+((1+5)+3))"},
		{16, 5, "(((0+4)+2)+(1+3))"},
		{16, 18, "(((((0+16)+8)+(4+12))+((2+10)+(6+14)))+((((1+17)+9)+(5+13))+((3+11)+(7+15))))"},
	} {
		for together := 1; together <= c.lanes; together *= 2 {
			if got := written(Order{Lanes: c.lanes}, c.n, together); got != c.want {
				t.Errorf("%d terms in %d lanes, %d together: %s, want %s", c.n, c.lanes, together, got, c.want)
			}
		}
	}
}

// byHalves is the definition: lanes first, then the upper half of them added to the lower, and again.
func byHalves(terms []float32, lanes int) float32 {
	sums := make([]float32, min(lanes, len(terms)))
	copy(sums, terms)
	for j := lanes; j < len(terms); j++ {
		sums[j%lanes] += terms[j]
	}
	for half := lanes / 2; half >= 1; half /= 2 {
		for i := half; i < len(sums); i++ {
			sums[i-half] += sums[i]
		}
		sums = sums[:min(half, len(sums))]
	}
	return sums[0]
}

// TestOrderedSums compares sums of the interpreter with the definition, bit for bit, at terms of which some cancel.
func TestOrderedSums(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	differs := 0
	for n := 1; n < 70; n++ {
		terms := make([]float32, n)
		for i := range terms {
			terms[i] = float32(r.NormFloat64())
		}
		for _, lanes := range []int{1, 4, 8, 16} {
			got, want := addUp(Order{Lanes: lanes}, 0, n, func(j int) float32 {
				return terms[j]
			}), byHalves(terms, lanes)
			if got != want {
				t.Errorf("%d terms in %d lanes: %v, want %v", n, lanes, got, want)
			}
			if addUp(Order{}, 0, n, func(j int) float32 { return terms[j] }) != want {
				differs++
			}
		}
	}
	if differs < 50 {
		t.Errorf("only %d sums differ from those of another order: the test sees nothing", differs)
	}
}

// TestOrder checks which operations have an order, whatever else the network says, and that fast networks have none.
func TestOrder(t *testing.T) {
	n := plantest.Network("mse", []int{40, 50, 36, 3}, "softmax", "tanh", "identity")
	n.InputGradient = true
	for _, n.Precision = range []spec.Precision{spec.Float32, spec.Float64} {
		along := map[spec.Precision]int{spec.Float32: 16, spec.Float64: 8}[n.Precision]
		for _, n.Rounding = range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
			ordered := 0
			for _, op := range mustCompile(t, n).Ops() {
				got, want := 0, 0
				switch o := op.(type) {
				case *Affine:
					got, want = o.Lanes, along
				case *BackAffine:
					got, want = o.Lanes, 4
				case *Map:
					if got = o.Lanes; o.Sum != nil {
						want = along
					}
				case *Vector:
					got = o.Lanes
					for _, s := range o.Stages {
						if s.Fold == FoldSum {
							want = along
						}
					}
				}
				if n.Rounding == spec.RoundingFast {
					want = 0
				}
				if got != want {
					t.Errorf("%s, %s: %T %s has an order of %d lanes, want %d", n.Precision, n.Rounding, op, op, got,
						want)
				}
				if got > 0 {
					ordered++
				}
			}
			if (ordered > 0) != (n.Rounding == spec.RoundingStrict) {
				t.Errorf("%s, %s: %d operations have an order", n.Precision, n.Rounding, ordered)
			}
		}
	}
}

// TestStrictRuns runs a network whose sums cancel in the wrong order only: 2^24 + 1 - 2^24 in float32, along rows,
// across them and over the outputs.
func TestStrictRuns(t *testing.T) {
	n := plantest.Network("squared-error", []int{3, 1}, "identity")
	n.Rounding = spec.RoundingStrict
	m := NewMemory[float32](mustCompile(t, n))
	copy(m.Data("W1"), []float32{1 << 24, 1, -1 << 24})
	copy(m.Data("x"), []float32{1, 1, 1})
	if err := m.Run(Forward); err != nil {
		t.Fatal(err)
	}
	// (p0 + p2) + p1
	if got := m.Data("a1")[0]; got != 1 {
		t.Errorf("2^24 + 1 - 2^24 is %v in the strict order, want 1", got)
	}
	n.Rounding = spec.RoundingFast
	m = NewMemory[float32](mustCompile(t, n))
	copy(m.Data("W1"), []float32{1 << 24, 1, -1 << 24})
	copy(m.Data("x"), []float32{1, 1, 1})
	if err := m.Run(Forward); err != nil {
		t.Fatal(err)
	}
	if got := m.Data("a1")[0]; got != 0 {
		t.Errorf("2^24 + 1 - 2^24 is %v one after another, want 0", got)
	}
}
