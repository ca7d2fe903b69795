package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
)

// shortRow is affine for a row of few numbers: their products are added one by one.
func (f *function) shortRow(op *plan.Affine) {
	f.code.Wide(f.m.Width(op.W.Cols), func() {
		b, n := f.code, op.W.Cols
		products := b.Product(b.LoadLoose(f.at(op.In, index{}), n), f.parameters(f.row(op.W, index{}), n))
		z := b.Lane(products, n-1)
		if op.B != nil {
			z = b.Sum(z, b.Spread(f.at(op.B, index{})))
		}
		rest := products     // in the first lane
		if f.code.Updating { // what follows waits for it in every lane
			rest = b.Lane(products, 0)
		}
		if n == 3 {
			rest = b.Sum(rest, b.Lane(products, 1))
		}
		f.each(&op.Each, index{}, 1, plan.AccForward, b.Sum(rest, z))
	})
}
