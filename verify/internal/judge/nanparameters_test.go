package judge

import "testing"

// Small layers have a NaN in every place. Of wide ones the judge takes so few that its time grows as the network does,
// and not as its square; every lane of a vector and what does not fill one are among them.
func TestSparse(t *testing.T) {
	if all := sparse(784, 101770); len(all) != 784 {
		t.Errorf("%d of 784 places in a network of 101,770 parameters", len(all))
	}
	for _, n := range []int{2048, 16384, 65536} {
		list, lanes := sparse(n, 40*n), map[int]bool{}
		for _, i := range list {
			lanes[i%16] = true
		}
		if len(list) > lastPlaces+1+placesLimit/(40*n) || len(lanes) != 16 || list[len(list)-1] != n-1 {
			t.Errorf("%d of %d places, in %d lanes", len(list), n, len(lanes))
		}
	}
	if list := sparse(1, 1<<40); len(list) != 1 {
		t.Errorf("%d of 1 place", len(list))
	}
}
