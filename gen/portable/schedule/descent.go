package schedule

import "github.com/backpropgen/backpropgen/gen/plan"

// An update of fewer parameters is a plain loop: unrolled, it is not measurably faster.
const leastUnrolled = 32

// updateBlock is how many parameters a trip of an update's loop takes, where nothing but multiplications and
// additions is done with each: half as much again is done per second as with one a trip. A division or a square root
// takes longer than the loop around it, so that those are done one a trip.
const updateBlock = 4

// Descent is the loop of case i of an optimizer's update over all parameters.
func Descent(d plan.Descent, i int) []Segment {
	size := updateBlock
	if ops := d.Sweep(i).Ops(); d.Len < leastUnrolled || ops.Divs > 0 || ops.Calls > 0 {
		size = 1
	}
	return loop(d.Len, size)
}
