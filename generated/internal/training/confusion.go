package training

import "fmt"

// Confusion counts predictions: Counts[true][predicted].
type Confusion struct {
	Classes []string
	Counts  [][]int
}

// NewConfusion returns an empty matrix.
func NewConfusion(classes []string) *Confusion {
	c := &Confusion{Classes: classes, Counts: make([][]int, len(classes))}
	for i := range c.Counts {
		c.Counts[i] = make([]int, len(classes))
	}
	return c
}

// Add adds the counts of d, a matrix of the same classes.
func (c *Confusion) Add(d *Confusion) {
	for i, row := range d.Counts {
		for j, n := range row {
			c.Counts[i][j] += n
		}
	}
}

// Accuracy is the part of all predictions that are right, in 0…1; 0 for an empty matrix.
func (c *Confusion) Accuracy() float64 {
	right, all := 0, 0
	for i, row := range c.Counts {
		right += row[i]
		for _, n := range row {
			all += n
		}
	}
	if all == 0 {
		return 0
	}
	return float64(right) / float64(all)
}

// Recall is the part of a class's samples that were recognised, in 0…1; ok is false when there
// were none.
func (c *Confusion) Recall(class int) (recall float64, ok bool) {
	all := 0
	for _, n := range c.Counts[class] {
		all += n
	}
	if all == 0 {
		return 0, false
	}
	return float64(c.Counts[class][class]) / float64(all), true
}

// String is the matrix as an aligned table: a row per true class with its recall, a column per
// predicted class. Zeros off the diagonal are printed as dots, so that mistakes stand out.
func (c *Confusion) String() string {
	cells := [][]string{{"true\\predicted"}}
	cells[0] = append(cells[0], c.Classes...)
	cells[0] = append(cells[0], "recall")
	for i, name := range c.Classes {
		row := []string{name}
		for j, n := range c.Counts[i] {
			if n == 0 && i != j {
				row = append(row, "·")
			} else {
				row = append(row, fmt.Sprint(n))
			}
		}
		if r, ok := c.Recall(i); ok {
			row = append(row, Percent(r))
		} else {
			row = append(row, "-")
		}
		cells = append(cells, row)
	}
	return Align(cells)
}
