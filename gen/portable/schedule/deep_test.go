package schedule

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestOrderOfDeep: networks of so many layers that the bodies of loops are small keep the order of sums, whatever the
// extents; Check says so.
func TestOrderOfDeep(t *testing.T) {
	depths := []int{1, 14, 60, 200}
	if testing.Short() {
		depths = depths[:2]
	}
	for _, layers := range depths {
		for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			for _, width := range []int{5, 33, 64} {
				n := spec.Network{
					Name: "Deep", Input: width, Precision: precision, Rounding: spec.RoundingStrict,
					Cost: spec.Function{Name: "mse"},
					Layers: slices.Repeat([]spec.Layer{{Dense: width, Activation: spec.Function{Name: "softmax"}}},
						layers),
				}
				s := mustMake(t, n.WithDefaults())
				for _, op := range s.Program.Func(plan.Grad).Ops {
					if o, affine := op.(*plan.Affine); affine && (!o.Ordered() || s.Loops(op).Together == 0) {
						t.Errorf("%d layers of %d: %s has no order", layers, width, op)
					}
				}
			}
		}
	}
}
