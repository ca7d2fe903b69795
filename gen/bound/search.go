package bound

import (
	"container/heap"
	"math"
)

// The effort of a search: in how many pieces the ranges are cut before anything is known, how many are split further,
// and how much above what is certain to be reached, in the same arithmetic, a bound may stay.
const (
	firstPieces = 64
	splits      = 1500
	closeEnough = 1.02
)

// piece is a box of the arguments' ranges and what is known of the result there.
type piece struct {
	box    []Interval
	result number
}

// pieces is a heap of them, the worst on top.
type pieces []piece

func (p pieces) Len() int           { return len(p) }
func (p pieces) Less(i, j int) bool { return p[i].result.err > p[j].result.err }
func (p pieces) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pieces) Push(x any)        { *p = append(*p, x.(piece)) }
func (p *pieces) Pop() any {
	old := *p
	last := old[len(old)-1]
	*p = old[:len(old)-1]
	return last
}

// over is what is known of a formula over a box: the range over all pieces, and the error of the worst, which is split
// as long as that makes much of a difference.
func over(box []Interval, at func(box []Interval) (number, error)) (number, error) {
	h := &pieces{}
	for _, b := range grid(box) {
		x, err := at(b)
		if err != nil {
			return number{}, err
		}
		*h = append(*h, piece{b, x})
	}
	heap.Init(h)
	reached := 0.0
	for range splits {
		top := (*h)[0]
		middle := make([]Interval, len(top.box))
		for i, d := range top.box {
			m := d.Lo + (d.Hi-d.Lo)/2
			middle[i] = Interval{m, m}
		}
		x, err := at(middle)
		if err != nil {
			return number{}, err
		}
		if reached = max(reached, x.err); top.result.err <= closeEnough*reached {
			break
		}
		dim := widest(top.box, box)
		if dim < 0 {
			break // a point
		}
		heap.Pop(h)
		for side := range 2 {
			half := append([]Interval{}, top.box...)
			if side == 0 {
				half[dim].Hi = middle[dim].Hi
			} else {
				half[dim].Lo = middle[dim].Lo
			}
			x, err := at(half)
			if err != nil {
				return number{}, err
			}
			heap.Push(h, piece{half, x})
		}
	}
	z := (*h)[0].result
	for _, p := range *h {
		z = union(z, p.result)
	}
	return z, nil
}

// widest is the range that is the largest part of the whole, -1 if none can be split.
func widest(box, whole []Interval) int {
	dim, most := -1, 0.0
	for i, d := range box {
		m := d.Lo + (d.Hi-d.Lo)/2
		if !(d.Lo < m && m < d.Hi) {
			continue
		}
		if part := (d.Hi - d.Lo) / (whole[i].Hi - whole[i].Lo); part > most {
			dim, most = i, part
		}
	}
	return dim
}

// grid cuts a box into about firstPieces, those around 0 the finer, where functions bend.
func grid(box []Interval) [][]Interval {
	each := firstPieces
	if len(box) > 1 {
		each = int(math.Ceil(math.Pow(firstPieces, 1/float64(len(box)))))
	}
	boxes := [][]Interval{nil}
	for _, d := range box {
		var next [][]Interval
		for _, part := range cut(d, each) {
			for _, b := range boxes {
				next = append(next, append(append([]Interval{}, b...), part))
			}
		}
		boxes = next
	}
	return boxes
}

func cut(d Interval, n int) []Interval {
	if d.Lo == d.Hi {
		return []Interval{d}
	}
	// s³ runs through the range with small steps around the middle.
	at := func(i int) float64 {
		s := 2*float64(i)/float64(n) - 1
		return d.Lo + (d.Hi-d.Lo)*(s*s*s+1)/2
	}
	var parts []Interval
	last := d.Lo
	for i := 1; i <= n; i++ {
		next := at(i)
		if i == n {
			next = d.Hi
		}
		if next > last {
			parts = append(parts, Interval{last, next})
			last = next
		}
	}
	return parts
}
