package reference

import (
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Apart says whether no z is so near to a place where the derivative of its activation jumps that rounding may take it
// to the other side. Where such places are not known it says that of none.
func (n *Network) Apart(z []rounding.Estimate) bool {
	for l, layer := range n.layers {
		places, known := function.SlopeJumps(layer.sigma)
		if !known || slices.ContainsFunc(places, func(b float64) bool { return z[l+1].Near(b) }) {
			return false
		}
	}
	return true
}
