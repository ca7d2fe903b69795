package verify

import "slices"

// apart says whether no z is so near to a place where the derivative of its activation jumps that rounding may take it
// to the other side. Where such places are not known it says that of none.
func (n *Network) apart(z []estimate) bool {
	for l, layer := range n.layers {
		places, known := slopeJumps(layer.sigma)
		if !known || slices.ContainsFunc(places, func(b float64) bool { return z[l+1].near(b) }) {
			return false
		}
	}
	return true
}
