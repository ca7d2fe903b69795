package verify

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
)

// block is one named array of numbers inside a flat slice, for messages.
type block struct {
	// name is "W2", "b2", "ŷ", …; layer is 0 if it belongs to none.
	name  string
	layer int
	// n numbers, of which cols make a row; cols is 0 for vectors, and for single numbers n is 0.
	n, cols int
}

// element names number i of the block: "∂L/∂W2[3][5]".
func (b block) element(i int) string {
	switch {
	case b.n == 0:
		return b.name
	case b.cols == 0:
		return fmt.Sprintf("%s[%d]", b.name, i)
	}
	return fmt.Sprintf("%s[%d][%d]", b.name, i/b.cols, i%b.cols)
}

// blocks are W1, b1, W2, b2, … in the layout of the parameters, each name after a prefix.
func blocks(n spec.Network, prefix string) []block {
	var list []block
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		list = append(list, block{fmt.Sprintf("%sW%d", prefix, l), l, rows * cols, cols})
		if !n.Layers[l-1].NoBias {
			list = append(list, block{fmt.Sprintf("%sb%d", prefix, l), l, rows, 0})
		}
	}
	return list
}

// elementOf names number at of blocks one after another.
func elementOf(list []block, at int) string {
	for _, b := range list {
		if at < b.n {
			return b.element(at)
		}
		at -= b.n
	}
	return ""
}

// ruler compares a kernel's numbers with the reference's and writes down what it finds.
type ruler struct {
	report *findings
	format arithmetic
	// where says which trial the numbers come from.
	where string
}

// compare checks the numbers of one block: every got within bound of want, NaN where want is NaN.
func compare[F Float](r ruler, call string, b block, got []F, want, bound []float64) {
	group := r.report.group(call, b.name)
	group.numeric = true
	for i, g := range got {
		fraction := excess(float64(g), want[i], bound[i])
		group.fraction = max(group.fraction, fraction)
		if !math.IsNaN(want[i]) && !(bound[i] <= math.MaxFloat64) {
			r.report.Unbounded++
		}
		if fraction > 1 {
			group.add(fraction, func() failure {
				return failure{call, b.element(i), r.describe(call, b, i, float64(g), want[i], bound[i]), fraction}
			})
		}
	}
}

// compareAll checks all blocks of a flat slice.
func compareAll[F Float](r ruler, call string, list []block, got []F, want, bound []float64) {
	for _, b := range list {
		compare(r, call, b, got[:b.n], want[:b.n], bound[:b.n])
		got, want, bound = got[b.n:], want[b.n:], bound[b.n:]
	}
}

// describe is the line on one wrong element.
func (r ruler) describe(call string, b block, i int, got, want, bound float64) string {
	digits := 9
	if r.format.u < arithmetic32.u {
		digits = 17
	}
	s := fmt.Sprintf("%s: %s", call, b.element(i))
	if b.layer > 0 {
		s += fmt.Sprintf(" of layer %d", b.layer)
	}
	s += fmt.Sprintf(": got %.*g, want %.*g ± %.2g", digits, got, digits, want, bound)
	// In units in the last place of the larger, so that a 0 on one side gives no absurd number.
	if ulp := r.format.ulp(max(math.Abs(want), math.Abs(got))); !math.IsNaN(ulp) {
		s += fmt.Sprintf(", off by %.3g ULP (%s), bound %.3g ULP", math.Abs(got-want)/ulp, r.format.name, bound/ulp)
	}
	return s + "; " + r.where
}
