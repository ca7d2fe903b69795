package training

import (
	"reflect"
	"testing"
)

func TestSamples(t *testing.T) {
	table := Table{Rows: [][]float64{{0, 4}, {9, 9}, {2, 8}}, Labels: []int{2, 0, 1}}
	index := []int{2, 0}
	got := table.Samples(index, FitScaler(table.Rows, index, 0), 3)
	want := []Sample{
		{X: []float32{1, 1}, Y: []float32{0, 1, 0}, Class: 1},
		{X: []float32{-1, -1}, Y: []float32{0, 0, 1}, Class: 2},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// A sample's slices must not reach into its neighbour's.
	if c := cap(got[0].X); c != 2 {
		t.Errorf("capacity of X is %d, want 2", c)
	}
	if c := cap(got[0].Y); c != 3 {
		t.Errorf("capacity of Y is %d, want 3", c)
	}
}
