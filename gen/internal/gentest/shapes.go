package gentest

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/spec"
)

// The networks of DrawShapes have at most so many layers, of at most so many units.
const shapeLayers, shapeWidth = 8, 300

// DrawShapes draws networks of sizes that people use, by which choices of code are judged: all widths up to a few
// hundred, those of a few units as often as larger ones, and all activations and costs.
func DrawShapes(seed uint64, count int) (networks []spec.Network) {
	for i := range count {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		width := func() int { return int(math.Exp(r.Float64() * math.Log(shapeWidth+1))) }
		n := spec.Network{Name: fmt.Sprintf("S%dx%d", seed, i), Input: width(),
			Precision: Pick(r, spec.Float32, spec.Float32, spec.Float64)}
		for range 1 + r.IntN(shapeLayers) {
			units := width()
			a := drawParams(r, Pick(r, spec.Activations()...), units)
			n.Layers = append(n.Layers, spec.Layer{Dense: units, Activation: a})
		}
		n.Cost = drawCost(r, n)
		networks = append(networks, n)
	}
	return networks
}
