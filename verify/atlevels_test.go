package verify

import (
	"slices"
	"testing"
)

// TestEach goes through the levels of machines: none is left out, none is run that the machine lacks, and its own is
// set again.
func TestEach(t *testing.T) {
	for _, c := range []struct {
		names   []string
		machine int
		want    []string
		set     []int
	}{
		{nil, 0, []string{"portable"}, nil},
		{[]string{"AVX2", "AVX512"}, 0, []string{"portable"}, []int{0, 0}},
		{[]string{"AVX2", "AVX512"}, 1, []string{"portable", "AVX2"}, []int{0, 1, 1}},
		{[]string{"AVX2", "AVX512"}, 2, []string{"portable", "AVX2", "AVX512"}, []int{0, 1, 2, 2}},
		{[]string{"AVX2", "here", "there"}, 2, []string{"portable", "AVX2", "here", "there"}, []int{0, 1, 2, 4, 2}},
		{[]string{"AVX2", "here", "there"}, 4, []string{"portable", "AVX2", "here", "there"}, []int{0, 1, 2, 4, 4}},
	} {
		var set []int
		l := Levels{Names: c.names}
		if c.names != nil {
			l.Set = func(level int) { set = append(set, level) }
		}
		var got []string
		l.Each(c.machine, func(level string) { got = append(got, level) })
		if !slices.Equal(got, c.want) || !slices.Equal(set, c.set) {
			t.Errorf("%v at %d: %v by %v, want %v by %v", c.names, c.machine, got, set, c.want, c.set)
		}
	}
}
