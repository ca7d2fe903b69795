package plan

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// vectorActivation is how an activation that is not pointwise is computed: stages for a = σ(z) and for
// δ = Jacᵀ·v, and what the second needs of the first.
type vectorActivation struct {
	// kept are the scalars of a window that a = σ(z) leaves behind.
	kept []*Meaning
	// pools says that it takes the units of a window together, and not all of the layer.
	pools bool
	// needsZ says whether δ = Jacᵀ·v reads z, needsKept whether it reads the scalars; a is kept for ∇W in
	// any case, and the loss computed from logits may read z and the scalars besides.
	needsZ, needsKept bool
	// value is a = σ(z) as an equation's right side, given the name of z, and its stages; pullback is
	// δ = Jacᵀ·v.
	value, pullback func(b layerBuffers) (text string, stages []Stage)
	// push is ȧ = Jac·ż likewise; it may overwrite ż.
	push func(b layerBuffers) (text string, stages []Stage)
	// pullDot is δ̇ = Jacᵀ·v̇ + R{Jac}ᵀ·v likewise, given ż and ȧ.
	pullDot func(b layerBuffers) (text string, stages []Stage)
}

// layerBuffers are the buffers of one layer.
type layerBuffers struct {
	z, a, v, d *Buffer
	vd, dd     *Buffer // v̇ and δ̇
	zt, at     *Buffer // of a direction that is pushed forward
	kept       []*Buffer
	window     int
}

// Scalars of the stages: those that may be kept, and others.
var (
	top    = LargestLogit.Var
	total  = ExpSum.Var
	radial = Tangential.Var
	tangle = RadialPart.Var
)

const (
	inv    = expr.Var("r")   // its reciprocal
	logs   = expr.Var("t")   // its logarithm
	dot    = expr.Var("dot") // aᵀv
	sum    = expr.Var("sum") // Σv
	along  = expr.Var("kd")  // k·aᵀv
	unit   = expr.Var("c")   // what z is divided by before it is squared
	length = expr.Var("p")   // |z|/c
	norm   = expr.Var("n")   // |z|
	gate   = expr.Var("h")   // σ(|z|), the logistic function
	scale  = expr.Var("f")   // what makes z/c to a
	turn   = expr.Var("rd")  // ṙ, the derivative of |z|
	gentle = expr.Var("sl")  // σ'(|z|)
	across = expr.Var("cc")  // σ'(|z|) − q
	dotQ   = expr.Var("qd")  // q̇
	dotK   = expr.Var("kx")  // k̇·aᵀv + k·(ȧᵀv + aᵀv̇)
	dotDot = expr.Var("dd")  // derivative of aᵀv
	free   = expr.Var("o")   // 1 until the first maximum has been met, then 0
)

var (
	zero = expr.Number(0)
	one  = expr.Number(1)
)

// vectorActivations is the table of activations that are not pointwise.
var vectorActivations = map[expr.VectorKind]vectorActivation{
	// m = max z;  e = exp(z - m), s = Σe;  a = e/s.  Jacᵀv = a ⊙ (v - aᵀv).
	expr.Softmax: {
		kept: []*Meaning{LargestLogit, ExpSum},
		value: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("softmax(%s)", b.z.Name), []Stage{
				{Fold: FoldMax, Var: top, Expr: expr.Z, Keep: b.kept[0]},
				{Fold: FoldSum, Var: total, Expr: DraftVar, Keep: b.kept[1],
					Draft: &Set{b.a, expr.Exp(expr.Sub(expr.Z, top))}},
				{Fold: FoldLet, Var: inv, Expr: expr.Div(one, total)},
				{Sets: []Set{{b.a, expr.Mul(DraftVar, inv)}}},
			}
		},
		pullback: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("%s ⊙ (%s − %sᵀ·%s)", b.a.Name, b.v.Name, b.a.Name, b.v.Name), []Stage{
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.A, AccBackward)},
				{Sets: []Set{{b.d, expr.Mul(expr.A, expr.Sub(AccBackward, dot))}}},
			}
		},
		// δ̇ = ȧ ⊙ (v − aᵀv) + a ⊙ (v̇ − (ȧᵀv + aᵀv̇)).
		pullDot: func(b layerBuffers) (string, []Stage) {
			a, at, v, vd := b.a.Name, b.at.Name, b.v.Name, b.vd.Name
			text := fmt.Sprintf("%s ⊙ (%s − %sᵀ·%s) + %s ⊙ (%s − %sᵀ·%s − %sᵀ·%s)", at, v, a, v, a, vd, at, v, a, vd)
			return text, []Stage{
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.A, AccBackward)},
				{Fold: FoldSum, Var: dotDot, Expr: expr.Add(expr.Mul(postDot, AccBackward), expr.Mul(expr.A, sentDot))},
				{Sets: []Set{{b.dd, expr.Add(expr.Mul(postDot, expr.Sub(AccBackward, dot)),
					expr.Mul(expr.A, expr.Sub(sentDot, dotDot)))}}},
			}
		},
		// Jac is symmetric.
		push: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("%s ⊙ (%s − %sᵀ·%s)", b.a.Name, b.zt.Name, b.a.Name, b.zt.Name), []Stage{
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.A, pushed)},
				{Sets: []Set{{b.at, expr.Mul(expr.A, expr.Sub(pushed, dot))}}},
			}
		},
	},
	// m = max z;  s = Σ exp(z - m);  a = (z - m) - log s.  Jacᵀv = v - exp(a)·Σv.
	expr.LogSoftmax: {
		value: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("log-softmax(%s)", b.z.Name), []Stage{
				{Fold: FoldMax, Var: top, Expr: expr.Z},
				{Fold: FoldSum, Var: total, Expr: expr.Exp(expr.Sub(expr.Z, top))},
				{Fold: FoldLet, Var: logs, Expr: expr.Log(total)},
				{Sets: []Set{{b.a, expr.Sub(expr.Sub(expr.Z, top), logs)}}},
			}
		},
		pullback: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("%s − exp(%s)·Σ %s", b.v.Name, b.a.Name, b.v.Name), []Stage{
				{Fold: FoldSum, Var: sum, Expr: AccBackward},
				{Sets: []Set{{b.d, expr.Sub(AccBackward, expr.Mul(expr.Exp(expr.A), sum))}}},
			}
		},
		// With p = exp(a): δ̇ = v̇ − p·(Σv̇ + ȧ·Σv).
		pullDot: func(b layerBuffers) (string, []Stage) {
			text := fmt.Sprintf("%s − exp(%s) ⊙ (Σ %s + %s·Σ %s)", b.vd.Name, b.a.Name, b.vd.Name, b.at.Name, b.v.Name)
			return text, []Stage{
				{Fold: FoldSum, Var: sum, Expr: AccBackward},
				{Fold: FoldSum, Var: dotDot, Expr: sentDot},
				{Sets: []Set{{b.dd, expr.Sub(sentDot,
					expr.Mul(expr.Exp(expr.A), expr.Add(dotDot, expr.Mul(postDot, sum))))}}},
			}
		},
		// Jac = I − 1·exp(a)ᵀ.
		push: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("%s − exp(%s)ᵀ·%s", b.zt.Name, b.a.Name, b.zt.Name), []Stage{
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.Exp(expr.A), pushed)},
				{Sets: []Set{{b.at, expr.Sub(pushed, dot)}}},
			}
		},
	},
	// a = σ(r)·z/r with r = |z|, 0 at z = 0. z is divided by c = max |z_i| before it is squared, so that no
	// square overflows or vanishes and a is right for the largest and the smallest z alike.
	// With q = σ(r)/r and k = (σ(r)(1 - σ(r)) - q)/σ(r)², Jacᵀv = q·v + k·(aᵀv)·a: the tangential part is
	// scaled by q, the radial part by σ'(r). At z = 0 both are 0.
	expr.RadialSigmoid: {
		kept: []*Meaning{Tangential, RadialPart}, needsKept: true,
		value: func(b layerBuffers) (string, []Stage) {
			slope := expr.Mul(gate, expr.Sub(one, gate))
			return fmt.Sprintf("σ(|%s|)·%s/|%s|", b.z.Name, b.z.Name, b.z.Name), []Stage{
				{Fold: FoldMax, Var: top, Expr: expr.Abs(expr.Z)},
				{Fold: FoldLet, Var: unit, Expr: expr.Where(top, top, one)},
				{Fold: FoldSum, Var: total, Expr: expr.Square(DraftVar), Draft: &Set{b.a, expr.Div(expr.Z, unit)}},
				{Fold: FoldLet, Var: length, Expr: expr.Sqrt(total)},
				{Fold: FoldLet, Var: norm, Expr: expr.Mul(top, length)},
				{Fold: FoldLet, Var: gate, Expr: expr.Sigmoid(norm)},
				{Fold: FoldLet, Var: scale, Expr: expr.Where(length, expr.Div(gate, length), gate)},
				{Fold: FoldLet, Var: radial, Expr: expr.Where(norm, expr.Div(gate, norm), zero), Keep: b.kept[0]},
				{Fold: FoldLet, Var: tangle, Keep: b.kept[1],
					Expr: expr.Where(norm, expr.Div(expr.Sub(slope, radial), expr.Square(gate)), zero)},
				{Sets: []Set{{b.a, expr.Mul(scale, DraftVar)}}},
			}
		},
		pullback: func(b layerBuffers) (string, []Stage) {
			text := fmt.Sprintf("%s·%s + %s·(%sᵀ·%s)·%s", b.kept[0].Name, b.v.Name, b.kept[1].Name,
				b.a.Name, b.v.Name, b.a.Name)
			return text, []Stage{
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.A, AccBackward)},
				{Fold: FoldLet, Var: along, Expr: expr.Mul(tangle, dot)},
				{Sets: []Set{{b.d, expr.Add(expr.Mul(radial, AccBackward), expr.Mul(along, expr.A))}}},
			}
		},
		// With c = σ'(r) − q and ṙ = zᵀż/r: q̇ = cṙ/r, k̇ = ((σ″ − c/r)/σ² − 2cσ'/σ³)·ṙ, and
		// δ̇ = q̇·v + q·v̇ + (k̇·aᵀv + k·(ȧᵀv + aᵀv̇))·a + k·aᵀv·ȧ. At z = 0 all of it is 0.
		pullDot: func(b layerBuffers) (string, []Stage) {
			over := expr.Div(expr.Z, unit)
			twice := expr.Mul(expr.Number(2), gate)
			bend := expr.Mul(gentle, expr.Sub(one, twice)) // σ″
			perRadius := expr.Div(across, norm)
			rate := expr.Sub(expr.Div(expr.Sub(bend, perRadius), expr.Square(gate)),
				expr.Div(expr.Mul(expr.Mul(expr.Number(2), across), gentle), expr.Mul(gate, expr.Square(gate))))
			text := fmt.Sprintf("R{Jac%dᵀ·%s}", b.z.Layer, b.v.Name)
			return text, []Stage{
				{Fold: FoldMax, Var: top, Expr: expr.Abs(expr.Z)},
				{Fold: FoldLet, Var: unit, Expr: expr.Where(top, top, one)},
				{Fold: FoldSum, Var: total, Expr: expr.Square(over)},
				{Fold: FoldLet, Var: length, Expr: expr.Sqrt(total)},
				{Fold: FoldLet, Var: norm, Expr: expr.Mul(top, length)},
				{Fold: FoldLet, Var: gate, Expr: expr.Sigmoid(norm)},
				{Fold: FoldSum, Var: turn, Expr: expr.Mul(over, pushed)},
				{Fold: FoldLet, Var: gentle, Expr: expr.Mul(gate, expr.Sub(one, gate))},
				{Fold: FoldLet, Var: across, Expr: expr.Sub(gentle, radial)},
				{Fold: FoldLet, Var: along, Expr: expr.Where(length, expr.Div(turn, length), zero)},
				{Fold: FoldLet, Var: dotQ, Expr: expr.Where(norm, expr.Mul(perRadius, along), zero)},
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.A, AccBackward)},
				{Fold: FoldSum, Var: dotDot, Expr: expr.Add(expr.Mul(postDot, AccBackward), expr.Mul(expr.A, sentDot))},
				{Fold: FoldLet, Var: dotK, Expr: expr.Where(norm,
					expr.Add(expr.Mul(expr.Mul(rate, along), dot), expr.Mul(tangle, dotDot)), zero)},
				{Fold: FoldLet, Var: free, Expr: expr.Mul(tangle, dot)},
				{Sets: []Set{{b.dd, expr.Add(expr.Add(expr.Mul(dotQ, AccBackward), expr.Mul(radial, sentDot)),
					expr.Add(expr.Mul(dotK, expr.A), expr.Mul(free, postDot)))}}},
			}
		},
		// Jac is symmetric.
		push: func(b layerBuffers) (string, []Stage) {
			text := fmt.Sprintf("%s·%s + %s·(%sᵀ·%s)·%s", b.kept[0].Name, b.zt.Name, b.kept[1].Name,
				b.a.Name, b.zt.Name, b.a.Name)
			return text, []Stage{
				{Fold: FoldSum, Var: dot, Expr: expr.Mul(expr.A, pushed)},
				{Fold: FoldLet, Var: along, Expr: expr.Mul(tangle, dot)},
				{Sets: []Set{{b.at, expr.Add(expr.Mul(radial, pushed), expr.Mul(along, expr.A))}}},
			}
		},
	},
	// a = max z of each window. Jacᵀv: v at the first maximum, which is the first z that a is not greater
	// than, 0 elsewhere.
	expr.MaxPool: {
		pools:  true,
		needsZ: true,
		value: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("max(%s)", b.z.Name), []Stage{{Fold: FoldMax, Var: top, Expr: expr.Z, Keep: b.a}}
		},
		pullback: func(b layerBuffers) (string, []Stage) {
			below := expr.Sub(expr.A, expr.Z)
			text := fmt.Sprintf("%s where %s is the first to be %s, else 0", b.v.Name, b.z.Name, b.a.Name)
			return text, []Stage{{
				Fold: FoldScan, Var: free, From: 1, Expr: expr.Where(below, free, zero),
				Sets: []Set{{b.d, expr.Where(expr.Where(below, zero, free), AccBackward, zero)}},
			}}
		},
		// σ is linear beside ties: δ̇ is v̇ at the first maximum.
		pullDot: func(b layerBuffers) (string, []Stage) {
			below := expr.Sub(expr.A, expr.Z)
			text := fmt.Sprintf("%s where %s is the first to be %s, else 0", b.vd.Name, b.z.Name, b.a.Name)
			return text, []Stage{{
				Fold: FoldScan, Var: free, From: 1, Expr: expr.Where(below, free, zero),
				Sets: []Set{{b.dd, expr.Where(expr.Where(below, zero, free), sentDot, zero)}},
			}}
		},
		// ż at the first maximum: all others are set to 0 before they are summed.
		push: func(b layerBuffers) (string, []Stage) {
			below := expr.Sub(expr.A, expr.Z)
			text := fmt.Sprintf("%s where %s is the first to be %s", b.zt.Name, b.z.Name, b.a.Name)
			return text, []Stage{
				{
					Fold: FoldScan, Var: free, From: 1, Expr: expr.Where(below, free, zero),
					Sets: []Set{{b.zt, expr.Where(expr.Where(below, zero, free), pushed, zero)}},
				},
				{Fold: FoldSum, Var: total, Expr: pushed, Keep: b.at},
			}
		},
	},
	// a = mean z of each window. Jacᵀv = v/window.
	expr.AvgPool: {
		pools: true,
		value: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("mean(%s)", b.z.Name), []Stage{
				{Fold: FoldSum, Var: total, Expr: expr.Z},
				{Fold: FoldLet, Var: top, Expr: expr.Div(total, expr.Number(float64(b.window))), Keep: b.a},
			}
		},
		pullback: func(b layerBuffers) (string, []Stage) {
			text := fmt.Sprintf("%s/%d", b.v.Name, b.window)
			return text, []Stage{{Sets: []Set{{b.d, expr.Mul(expr.Number(1/float64(b.window)), AccBackward)}}}}
		},
		pullDot: func(b layerBuffers) (string, []Stage) {
			text := fmt.Sprintf("%s/%d", b.vd.Name, b.window)
			return text, []Stage{{Sets: []Set{{b.dd, expr.Mul(expr.Number(1/float64(b.window)), sentDot)}}}}
		},
		push: func(b layerBuffers) (string, []Stage) {
			return fmt.Sprintf("mean(%s)", b.zt.Name), []Stage{
				{Fold: FoldSum, Var: total, Expr: pushed},
				{Fold: FoldLet, Var: top, Expr: expr.Div(total, expr.Number(float64(b.window))), Keep: b.at},
			}
		},
	},
}

// vectorOp makes a Vector of stages; it takes from args those that the stages read.
func vectorOp(b layerBuffers, layer int, out *Buffer, text string, stages []Stage) *Vector {
	o := &Vector{N: b.z.Rows, Window: b.window, Stages: stages, Text: text, Out: out, Layer: layer}
	args := []Arg{{expr.Z, b.z}, {expr.A, b.a}, {AccBackward, b.v}}
	if b.zt != nil {
		args = append(args, Arg{pushed, b.zt}, Arg{postDot, b.at})
	}
	if b.vd != nil {
		args = append(args, Arg{sentDot, b.vd})
	}
	for _, k := range b.kept {
		args = append(args, Arg{k.Means.Var, k})
	}
	formed := map[expr.Var]bool{}
	for _, s := range stages {
		formed[s.Var] = true
	}
	for _, a := range args {
		if !formed[a.Var] && slices.ContainsFunc(stages, func(s Stage) bool { return s.Uses(a.Var) }) {
			o.Args = append(o.Args, a)
		}
	}
	return o
}
