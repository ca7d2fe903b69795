package assembly

import (
	"reflect"

	"github.com/backpropgen/backpropgen/spec"
)

// Code and operations that are repeated.

// Deep says whether a network has many layers that are like the one before, or one some layers before.
func Deep(n spec.Network) bool {
	const many = 6
	for period := 1; 2*period <= maxPeriod; period++ {
		run := 0
		for l := 1 + period; l <= n.Depth(); l++ {
			now, before := n.Layers[l-1], n.Layers[l-1-period]
			if run++; n.Width(l-1) != n.Width(l-1-period) || !reflect.DeepEqual(now, before) {
				run = 0
			}
			if run == many {
				return true
			}
		}
	}
	return false
}

// Segment is the code of an operation, from its comment to the next one.
type Segment struct {
	Nodes []Line
	// Size is how many nodes it has, or would have if it had been written.
	Size int
	// Shape is the number of the code but for how far from pointers it reads and writes, and Far are these distances.
	Shape int
	Far   []int
	// Open says that it goes back to a loop that began before.
	Open bool
	// Like is the segment whose code it has but for the distances, where it has not been written itself, and comment
	// its first line then.
	Like    *Segment
	Comment string
}

// Period is a stretch of segments that is repeated.
type Period struct {
	Length, Times int
}

// maxPeriod is how many segments may be repeated together: the operations of a layer, twice for scratch vectors that
// take turns.
const maxPeriod = 8

// MinTimes is how often a period must be repeated: of two there is nothing to tell how far the third would be.
const MinTimes = 3

// Begins is the period that the segments begin with whose repetitions have the most nodes. It is none where one begins
// later that has more: the first layer is often unlike the others, but for pairs of layers.
func Begins(segments []Segment) Period {
	p, saved := longest(segments)
	for later := 1; later <= p.Length && later < len(segments); later++ {
		if _, n := longest(segments[later:]); n > saved {
			return Period{}
		}
	}
	return p
}

// longest finds the period that the segments begin with whose repetitions have the most nodes.
func longest(segments []Segment) (p Period, saved int) {
	size := 0
	for length := 1; length <= min(maxPeriod, len(segments)); length++ {
		size += segments[length-1].Size
		times := Repeats(segments, length)
		if n := size * (times - 1); times >= MinTimes && n > saved {
			p, saved = Period{length, times}, n
		}
	}
	return p, saved
}

// Texts numbers texts, equal ones alike.
type Texts map[string]int

// Of is the number of a text.
func (t Texts) Of(text string) int {
	if _, known := t[text]; !known {
		t[text] = len(t)
	}
	return t[text]
}

// Repeats is how often the first so many segments come one after the other, each time as far from the last as the
// second from the first.
func Repeats(segments []Segment, length int) int {
	if len(segments) < length {
		return 0
	}
	times := 1
	for ; (times+1)*length <= len(segments); times++ {
		for i := range length {
			last, s := &segments[(times-1)*length+i], &segments[times*length+i]
			if s.Shape != last.Shape || s.Open {
				return times
			}
			for k, far := range s.Far {
				if far-last.Far[k] != segments[length+i].Far[k]-segments[i].Far[k] {
					return times
				}
			}
		}
	}
	return times
}
