package finding

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Block is one named array of numbers inside a flat slice, for messages.
type Block struct {
	// Name is "W2", "b2", "ŷ", …; Layer is 0 if it belongs to none.
	Name  string
	Layer int
	// N numbers, of which Cols make a row; Cols is 0 for vectors, and for single numbers N is 0.
	N, Cols int
}

// Element names number i of the block: "∂L/∂W2[3][5]".
func (b Block) Element(i int) string {
	switch {
	case b.N == 0:
		return b.Name
	case b.Cols == 0:
		return fmt.Sprintf("%s[%d]", b.Name, i)
	}
	return fmt.Sprintf("%s[%d][%d]", b.Name, i/b.Cols, i%b.Cols)
}

// Blocks are W1, b1, W2, b2, … in the layout of the parameters, each name after a prefix.
func Blocks(n spec.Network, prefix string) []Block {
	var list []Block
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		list = append(list, Block{fmt.Sprintf("%sW%d", prefix, l), l, rows * cols, cols})
		if !n.Layers[l-1].NoBias {
			list = append(list, Block{fmt.Sprintf("%sb%d", prefix, l), l, rows, 0})
		}
	}
	return list
}

// ElementOf names number at of blocks one after another.
func ElementOf(list []Block, at int) string {
	for _, b := range list {
		if at < b.N {
			return b.Element(at)
		}
		at -= b.N
	}
	return ""
}

// Ruler compares a kernel's numbers with the reference's and writes down what it finds.
type Ruler struct {
	Report *Report
	Format rounding.Format
	// Where says which trial the numbers come from.
	Where string
}

// Compare checks the numbers of one block: every got within bound of want, NaN where want is NaN.
func Compare[F memory.Float](r Ruler, call string, b Block, got []F, want, bound []float64) {
	group := r.Report.group(call, b.Name)
	group.numeric = true
	for i, g := range got {
		fraction := rounding.Excess(float64(g), want[i], bound[i])
		group.fraction = max(group.fraction, fraction)
		if !math.IsNaN(want[i]) && !(bound[i] <= math.MaxFloat64) {
			r.Report.Unbounded++
		}
		if fraction > 1 {
			group.add(fraction, func() Failure {
				return Failure{call, b.Element(i), r.describe(call, b, i, float64(g), want[i], bound[i]), fraction}
			})
		}
	}
}

// CompareAll checks all blocks of a flat slice.
func CompareAll[F memory.Float](r Ruler, call string, list []Block, got []F, want, bound []float64) {
	for _, b := range list {
		Compare(r, call, b, got[:b.N], want[:b.N], bound[:b.N])
		got, want, bound = got[b.N:], want[b.N:], bound[b.N:]
	}
}

// describe is the line on one wrong element.
func (r Ruler) describe(call string, b Block, i int, got, want, bound float64) string {
	digits := 9
	if r.Format.U < rounding.Float32.U {
		digits = 17
	}
	s := fmt.Sprintf("%s: %s", call, b.Element(i))
	if b.Layer > 0 {
		s += fmt.Sprintf(" of layer %d", b.Layer)
	}
	s += fmt.Sprintf(": got %.*g, want %.*g ± %.2g", digits, got, digits, want, bound)
	// In units in the last place of the larger, so that a 0 on one side gives no absurd number.
	if ulp := r.Format.ULP(max(math.Abs(want), math.Abs(got))); !math.IsNaN(ulp) {
		s += fmt.Sprintf(", off by %.3g ULP (%s), bound %.3g ULP", math.Abs(got-want)/ulp, r.Format.Name, bound/ulp)
	}
	return s + "; " + r.Where
}
