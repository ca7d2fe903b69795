package kernel

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Where buffers lie is all that tells the code of operations apart that are alike.

// where says where a function of one sample finds a buffer.
func (f *function) where(b *plan.Buffer) (room string, at []int) {
	return f.lay.In(b), []int{f.lay.At(b)}
}

// where says where a function of a batch finds it: its rows, and what else of it lies apart.
func (t *tile) where(b *plan.Buffer) (room string, at []int) {
	row, rows := t.lay.rows[b]
	copied, copies := t.lay.copies[b]
	room, at = t.f.where(b)
	return fmt.Sprint(room, rows, t.lay.kept[b], copies), append(at, row, copied)
}
