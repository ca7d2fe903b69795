package training

import (
	"slices"
	"testing"
)

// unequal labels 23 samples of class 0, 10 of class 1 and 5 of class 2, mixed.
func unequal() []int {
	var labels []int
	for i := range 23 {
		labels = append(labels, 0)
		if i < 10 {
			labels = append(labels, 1)
		}
		if i < 5 {
			labels = append(labels, 2)
		}
	}
	return labels
}

func TestSplitIsStratified(t *testing.T) {
	labels := unequal()
	for seed := range uint64(12) {
		train, test := Split(labels, 3, 5, seed)
		all := slices.Sorted(slices.Values(slices.Concat(train, test)))
		for i, v := range all {
			if i != v {
				t.Fatalf("seed %d: the parts hold %v, want every sample once", seed, all)
			}
		}
		if len(all) != len(labels) {
			t.Fatalf("seed %d: %d samples in the parts, want %d", seed, len(all), len(labels))
		}
		counts := [3]int{}
		for _, i := range test {
			counts[labels[i]]++
		}
		if counts[0] < 4 || counts[0] > 5 || counts[1] != 2 || counts[2] != 1 {
			t.Errorf("seed %d: %v samples of each class in the test part, want [4 or 5, 2, 1]", seed, counts)
		}
	}
}

func TestSplitBlocksTestEverySampleOnce(t *testing.T) {
	labels := unequal()
	for _, first := range []uint64{1, 6, 101} {
		tested := make([]int, len(labels))
		for seed := first; seed < first+5; seed++ {
			_, test := Split(labels, 3, 5, seed)
			for _, i := range test {
				tested[i]++
			}
		}
		for i, n := range tested {
			if n != 1 {
				t.Errorf("seeds %d to %d test sample %d %d times, want once", first, first+4, i, n)
			}
		}
	}
}

func TestSplitDependsOnSeedOnly(t *testing.T) {
	labels := unequal()
	train, test := Split(labels, 3, 5, 3)
	again, againTest := Split(labels, 3, 5, 3)
	if !slices.Equal(train, again) || !slices.Equal(test, againTest) {
		t.Error("the same seed gives two splits")
	}
	// Seed 8 holds out the same fold of another shuffle.
	if _, other := Split(labels, 3, 5, 8); slices.Equal(test, other) {
		t.Error("seeds 3 and 8 give the same test part")
	}
}
