package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// WithLayer has a test see networks with softmax that compute another activation of a whole layer, which is written
// here and nowhere else: a = z·u with u the mean of a layer's z, which it keeps. Jacᵀv = u·v + zᵀv/n.
func WithLayer(test func()) {
	mean := &Meaning{"u", "mean of z%[1]d"}
	softmax := vectorActivations[expr.Softmax]
	defer func() { vectorActivations[expr.Softmax] = softmax }()
	share := func(b layerBuffers, x expr.Expr) expr.Expr { return expr.Mul(expr.Number(1/float64(b.window)), x) }
	vectorActivations[expr.Softmax] = vectorActivation{
		kept: []*Meaning{mean}, needsZ: true, needsKept: true,
		value: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("%s·mean(%s)", b.z.Name, b.z.Name), []Stage{
				{Fold: FoldSum, Var: total, Expr: expr.Z},
				{Fold: FoldLet, Var: mean.Var, Expr: share(b, total), Keep: b.kept[0]},
				{Sets: []Set{{b.a, expr.Mul(expr.Z, mean.Var)}}},
			}
		},
		pullback: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("%s·%s + %sᵀ·%s/%d", b.kept[0].Name, b.v.Name, b.z.Name, b.v.Name, b.window), []Stage{
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.Z, AccBackward)},
				{Fold: FoldLet, Var: along, Expr: share(b, dot)},
				{Sets: []Set{{b.d, expr.Add(expr.Mul(mean.Var, AccBackward), along)}}},
			}
		},
	}
	test()
}
