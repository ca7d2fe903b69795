package train

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Confusion counts predictions by class: Counts[true][predicted].
type Confusion struct {
	Classes []string // their names
	Counts  [][]int
	// None counts, by true class, the samples whose output names no class because there is a NaN in it.
	None []int
}

// NewConfusion returns a matrix without counts.
func NewConfusion(classes []string) *Confusion {
	c := &Confusion{Classes: classes, Counts: make([][]int, len(classes)), None: make([]int, len(classes))}
	for i := range c.Counts {
		c.Counts[i] = make([]int, len(classes))
	}
	return c
}

// Confuse counts the outputs of a network by the classes of their targets. Y is an array of float32 or float64. The
// class of an array of one number is 1 where the number is greater than 0.5, and else 0; that of a longer one is the
// index of its largest number, the first of several. An output with a NaN is of no class, see None; a target with one
// is an error. Without names the classes are called 0, 1, 2, …
func Confuse[Y any](outputs, targets []Y, names ...string) (*Confusion, error) {
	p, err := pair(outputs, targets)
	if err != nil {
		return nil, err
	}
	n := max(p.width, 2)
	if len(names) == 0 {
		for i := range n {
			names = append(names, strconv.Itoa(i))
		}
	}
	if len(names) != n {
		return nil, fmt.Errorf("train: %s of classes; the network has %d", plural.Of(len(names), "name"), n)
	}
	c := NewConfusion(names)
	for k := range p.targets {
		t, o := p.targets[k].class(), p.outputs[k].class()
		switch {
		case t < 0:
			return nil, fmt.Errorf("train: the target of sample %d has a NaN, and so no class", k)
		case o < 0:
			c.None[t]++
		default:
			c.Counts[t][o]++
		}
	}
	return c, nil
}

// class is the class that an output or a target names, -1 if there is a NaN in it.
func (r row) class() int {
	if r.len() == 1 {
		switch v := r.at(0); {
		case v > 0.5:
			return 1
		case v <= 0.5:
			return 0
		}
		return -1
	}
	best := 0
	for i := range r.len() {
		switch v := r.at(i); {
		case v != v:
			return -1
		case v > r.at(best):
			best = i
		}
	}
	return best
}

// Add adds the counts of d, a matrix of as many classes.
func (c *Confusion) Add(d *Confusion) {
	for i, row := range d.Counts {
		for j, n := range row {
			c.Counts[i][j] += n
		}
		c.None[i] += d.None[i]
	}
}

// samples is how many samples of a class there are.
func (c *Confusion) samples(class int) int {
	all := c.None[class]
	for _, n := range c.Counts[class] {
		all += n
	}
	return all
}

// Accuracy is the part of all samples whose class was predicted, from 0 to 1; 0 for a matrix without counts.
func (c *Confusion) Accuracy() float64 {
	right, all := 0, 0
	for i := range c.Counts {
		right += c.Counts[i][i]
		all += c.samples(i)
	}
	if all == 0 {
		return 0
	}
	return float64(right) / float64(all)
}

// Recall is the part of a class's samples that were recognised, from 0 to 1; ok is false when there were none.
func (c *Confusion) Recall(class int) (recall float64, ok bool) {
	all := c.samples(class)
	if all == 0 {
		return 0, false
	}
	return float64(c.Counts[class][class]) / float64(all), true
}

// Precision is the part of the samples predicted to be of a class that are, from 0 to 1; ok is false when none were.
func (c *Confusion) Precision(class int) (precision float64, ok bool) {
	all := 0
	for _, row := range c.Counts {
		all += row[class]
	}
	if all == 0 {
		return 0, false
	}
	return float64(c.Counts[class][class]) / float64(all), true
}

// String is the matrix as an aligned table: a row for each true class with its recall, a column for each predicted one,
// and one for none where there are such. Zeros off the diagonal are printed as dots, so that mistakes stand out.
func (c *Confusion) String() string {
	none := false
	for _, n := range c.None {
		none = none || n > 0
	}
	cells := [][]string{append([]string{"true\\predicted"}, c.Classes...)}
	if none {
		cells[0] = append(cells[0], "none")
	}
	cells[0] = append(cells[0], "recall")
	count := func(n int, right bool) string {
		if n == 0 && !right {
			return "·"
		}
		return strconv.Itoa(n)
	}
	for i, name := range c.Classes {
		row := []string{name}
		for j, n := range c.Counts[i] {
			row = append(row, count(n, i == j))
		}
		if none {
			row = append(row, count(c.None[i], false))
		}
		recall := "-"
		if r, ok := c.Recall(i); ok {
			recall = fmt.Sprintf("%.1f %%", 100*r)
		}
		cells = append(cells, append(row, recall))
	}
	return align(cells)
}

// align aligns cells: the first column to the left, the others to the right. Every row has the same number of cells.
func align(cells [][]string) string {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for j, s := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(s))
		}
	}
	var b strings.Builder
	for _, row := range cells {
		for j, s := range row {
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(s))
			if j == 0 {
				b.WriteString(s + pad)
			} else {
				b.WriteString("  " + pad + s)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
