package store

import (
	"fmt"
	"testing"
)

// TestTensors lists the views of the model network, writes through them, and appends to one, which touches no other.
func TestTensors(t *testing.T) {
	var p Xnet
	list := p.Tensors()
	if got := fmt.Sprint(list); got != "[{W1 [3 2] [0 0 0 0 0 0]} {b1 [3] [0 0 0]} {W2 [2 3] [0 0 0 0 0 0]}]" {
		t.Errorf("the tensors are %s", got)
	}
	next := float32(0)
	for _, v := range list {
		for i := range v.Data {
			next++
			v.Data[i] = next
		}
	}
	want := Xnet{[3][2]float32{{1, 2}, {3, 4}, {5, 6}}, [3]float32{7, 8, 9}, [2][3]float32{{10, 11, 12}, {13, 14, 15}}}
	if p != want {
		t.Errorf("written through its views the network is %v, not %v", p, want)
	}
	_ = append(list[0].Data, 99)
	_ = append(list[1].Shape, 99)
	if p != want {
		t.Errorf("appending to a view has changed the network to %v", p)
	}
}
