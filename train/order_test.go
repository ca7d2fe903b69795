package train

import (
	"slices"
	"testing"
)

// Orders are equally likely: over many epochs and seeds every element comes to every place about as often. The
// statistic is chi-squared with 49 degrees of freedom, whose mean is 49 and deviation 10.
func TestShuffleIsUniform(t *testing.T) {
	const n, draws = 8, 20000
	for name, order := range map[string]func(i int) (seed, draw uint64){
		"epochs of a seed":  func(i int) (uint64, uint64) { return 1, uint64(i) },
		"seeds of an epoch": func(i int) (uint64, uint64) { return uint64(i), 0 },
	} {
		var counts [n][n]int
		for i := range draws {
			seed, draw := order(i)
			list := []int{0, 1, 2, 3, 4, 5, 6, 7}
			newOrders(seed).shuffle(list, draw)
			for place, v := range list {
				counts[place][v]++
			}
		}
		const want = float64(draws) / n
		chi := 0.0
		for _, row := range counts {
			for _, c := range row {
				chi += (float64(c) - want) * (float64(c) - want) / want
			}
		}
		if chi > 110 {
			t.Errorf("%s: chi-squared %g, want about 49", name, chi)
		}
	}
}

// A draw does not depend on those before it.
func TestShuffleDependsOnSeedAndDraw(t *testing.T) {
	list := func() []int { return []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} }
	a, b, c := list(), list(), list()
	o := newOrders(7)
	o.shuffle(a, 0)
	copy(a, list())
	o.shuffle(a, 3)
	newOrders(7).shuffle(b, 3)
	newOrders(8).shuffle(c, 3)
	if !slices.Equal(a, b) || slices.Equal(b, c) {
		t.Errorf("seed 7: %v after another draw, %v without; seed 8: %v", a, b, c)
	}
	// The bits are part of the promise: a training of today can be repeated tomorrow.
	if want := []int{11, 15, 8, 7, 13, 0, 14, 5, 2, 9, 6, 4, 10, 3, 12, 1}; !slices.Equal(a, want) {
		t.Errorf("draw 3 of seed 7 is %v, want %v", a, want)
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct {
		n        int
		fraction float64
		want     int
	}{{10, 0, 0}, {10, 0.2, 2}, {10, 0.01, 1}, {10, 0.99, 9}, {2, 0.5, 1}, {7, 0.5, 4}, {1, 0, 0}} {
		for _, inOrder := range []bool{false, true} {
			part, held := newOrders(3).split(c.n, c.fraction, inOrder)
			if len(held) != c.want || !slices.IsSorted(part) || !slices.IsSorted(held) {
				t.Errorf("%d samples, fraction %g: %v held out, %v left; want %d", c.n, c.fraction, held, part, c.want)
			}
			all := slices.Sorted(slices.Values(slices.Concat(part, held)))
			for i, v := range all {
				if i != v || len(all) != c.n {
					t.Errorf("%d samples, fraction %g: %v and %v do not make the whole", c.n, c.fraction, part, held)
					break
				}
			}
			if inOrder && c.want > 0 && held[0] != c.n-c.want {
				t.Errorf("%d samples in order: %v held out, want the end", c.n, held)
			}
		}
	}
}
