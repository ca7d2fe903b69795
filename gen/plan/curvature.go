package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// The product of the Hessian of the loss with a direction v = (V_ℓ, c_ℓ) of the parameters, exactly and without the
// matrix: Pearlmutter's operator R{f} = ∂f(θ + r·v)/∂r at r = 0 (Fast exact multiplication by the Hessian, Neural
// Computation 6, 1994), applied to every equation of the gradient. With a dot for R, and x and y fixed,
//
//	ż_ℓ = V_ℓ a_{ℓ-1} + c_ℓ + W_ℓ ȧ_{ℓ-1}        ȧ_ℓ = Jac_ℓ ż_ℓ        ȧ_0 = 0
//	v̇_L = ∇²ŷC ŷ̇                                 δ̇_ℓ = Jac_ℓᵀ v̇_ℓ + R{Jac_ℓ}ᵀ v_ℓ
//	v̇_{ℓ-1} = V_ℓᵀ δ_ℓ + W_ℓᵀ δ̇_ℓ
//	(∇²L·v)_{W_ℓ} = δ̇_ℓ a_{ℓ-1}ᵀ + δ_ℓ ȧ_{ℓ-1}ᵀ     (∇²L·v)_{b_ℓ} = δ̇_ℓ
//
// where a pointwise layer has R{Jac} v = σ″(z) ⊙ ż ⊙ v.

// The variables of expressions on what R is applied to.
const (
	sentDot  = SentDotVar     // an element of v̇ where a whole layer is pulled back
	postDot  = expr.Var("ad") // an element of ȧ
	besides  = expr.Var("tv") // an element of Vᵀ·δ
	savedVar = expr.Var("vs") // an element of v
)

// SentDotVar is the variable of v̇ in operations on a whole layer.
const SentDotVar = expr.Var("vd")

// hessianVector is the function of ∇²L·v. Its operations on θ alone are those of Grad, as far as they can be.
func (b *builder) hessianVector(forward, cost []Op) *Func {
	depth := b.p.Network.Depth()
	ops := join(forward, b.forwardDot(), cost, []Op{b.jacobian(depth)}, b.lastDeltaDot())
	for l := depth; l >= 1; l-- {
		o := &Outer{GW: b.get("hW%d", l), GB: b.p.Find(BiasCurvature, l), D: b.p.Meant(DeltaDot, l),
			A: b.activation(l - 1)}
		if l > 1 {
			o.DT, o.AT = b.p.Meant(LayerDelta, l), b.p.Meant(TangentPost, l-1)
		}
		ops = append(ops, o)
		if l > 1 {
			ops = append(ops, b.backDot(l)...)
		}
	}
	return &Func{Name: HessianVector, Ops: ops}
}

// curvatureBuffers adds what HessianVector works on.
func (b *builder) curvatureBuffers() {
	n := b.p.Network
	for l := 1; l <= n.Depth(); l++ {
		rows, cols, width := n.Layers[l-1].Dense, n.Width(l-1), n.Width(l)
		b.add(WeightDirection, l, fmt.Sprintf("vW%d", l), rows, cols)
		b.add(WeightCurvature, l, fmt.Sprintf("hW%d", l), rows, cols)
		if !n.Layers[l-1].NoBias {
			b.add(BiasDirection, l, fmt.Sprintf("vb%d", l), rows, 1)
			b.add(BiasCurvature, l, fmt.Sprintf("hb%d", l), rows, 1)
		}
		b.mean(DirectProduct, Scratch, l, rows)
		b.mean(BackProduct, Scratch, l, width)
		b.mean(SentDot, Scratch, l, width)
		b.mean(DeltaDot, Scratch, l, rows)
	}
}

// forwardDot are ż and ȧ of all layers.
func (b *builder) forwardDot() (ops []Op) {
	for l := 1; l <= b.p.Network.Depth(); l++ {
		z, t := b.p.Meant(TangentPre, l), b.p.Meant(DirectProduct, l)
		direct := &Affine{W: b.p.Find(WeightDirection, l), B: b.p.Find(BiasDirection, l), In: b.activation(l - 1),
			Sums: DirectProduct, Each: Map{N: z.Rows, Sets: []Set{{t, AccForward}}, Layer: l}}
		if l == 1 {
			direct.Sums, direct.Each.Sets = TangentPre, []Set{{z, AccForward}}
			ops = append(ops, direct)
		} else {
			rest := b.forwardTangent(l, b.p.Meant(TangentPost, l-1)).(*Affine)
			rest.B = t
			ops = append(ops, direct, rest)
		}
		ops = append(ops, b.push(l, b.p.Meant(TangentPost, l), false))
	}
	return ops
}

// lastDeltaDot are v̇_L and δ̇_L: of a cost over logits the derivative of its closed form.
func (b *builder) lastDeltaDot() []Op {
	n := b.p.Network
	depth := n.Depth()
	a, dot, d := b.p.Meant(PostActivation, depth), b.p.Meant(TangentPost, depth), b.p.Meant(DeltaDot, depth)
	y := b.get("y")
	args := []Arg{{expr.A, a}, {expr.Y, y}, {postDot, dot}}
	if form, fused := expr.Fusion(n.Layers[depth-1].Activation.Name, n.Cost.Name); fused {
		return []Op{&Map{N: d.Rows, Args: args, Layer: depth,
			Sets: []Set{{d, expr.Mul(expr.D(form.Delta, expr.A), postDot)}}}}
	}
	second := expr.Mul(b.p.Cost.Curvature(n.Width(depth)), postDot)
	if !b.pointwise(depth) {
		sent := b.p.Meant(SentDot, depth)
		return []Op{&Map{N: sent.Rows, Args: args, Sets: []Set{{sent, second}}, Layer: depth}, b.pullDot(depth)}
	}
	// v_L is not kept where it is fused with δ_L: it is formed again.
	m := &Map{N: d.Rows, Args: args, Layer: depth}
	slope, of := b.slope(depth)
	value := expr.Mul(second, slope)
	if !expr.Constant(slope) {
		m.Args = withArg(m.Args, of)
	}
	if bend, of := b.bend(depth); !zeroEverywhere(bend) {
		m.Args = withArg(withArg(m.Args, of), Arg{pushed, b.p.Meant(TangentPre, depth)})
		value = expr.Add(value, expr.Mul(expr.Mul(bend, pushed), b.p.Cost.Gradient(n.Width(depth))))
	}
	m.Sets = []Set{{d, value}}
	return []Op{m}
}

// withArg adds an argument that is not there yet.
func withArg(args []Arg, a Arg) []Arg {
	for _, known := range args {
		if known.Var == a.Var {
			return args
		}
	}
	return append(args, a)
}

func zeroEverywhere(e expr.Expr) bool { return e == expr.Expr(expr.Number(0)) }

// bend is σ″(z) of a pointwise layer, as slope is σ'(z).
func (b *builder) bend(l int) (expr.Expr, Arg) {
	act := b.p.Activations[l-1]
	if act.DerivPost != nil {
		return act.Bend(), Arg{expr.A, b.p.Meant(PostActivation, l)}
	}
	return expr.Substitute(act.Bend(), expr.Z, preVar), Arg{preVar, b.p.Meant(PreActivation, l)}
}

// backDot goes from layer l to the one below: v, δ, v̇ and δ̇.
func (b *builder) backDot(l int) []Op {
	w, d, dot := b.get("W%d", l), b.p.Meant(LayerDelta, l), b.p.Meant(DeltaDot, l)
	v, sent, t := b.p.Meant(Incoming, l-1), b.p.Meant(SentDot, l-1), b.p.Meant(BackProduct, l-1)
	back := func(w, d, out *Buffer, sums *Meaning) *BackAffine {
		return &BackAffine{W: w, D: d, Sums: sums,
			Each: Map{N: out.Rows, Sets: []Set{{out, AccBackward}}, Layer: l - 1}}
	}
	ops := []Op{back(b.p.Find(WeightDirection, l), d, t, BackProduct), back(w, d, v, nil)}
	rest := back(w, dot, sent, SentDot)
	if !b.pointwise(l - 1) {
		rest.Each.Args = []Arg{{besides, t}}
		rest.Each.Sets[0].Expr = expr.Add(AccBackward, besides)
		return append(ops, b.jacobian(l-1), rest, b.pullDot(l-1))
	}
	pull := &Map{N: v.Rows, Args: []Arg{{AccBackward, v}}, Role: Pull, Layer: l - 1}
	pull.Sets = []Set{{b.p.Meant(LayerDelta, l-1), b.sloped(pull, l-1, AccBackward, false)}}
	m := &Map{N: v.Rows, Args: []Arg{{AccBackward, sent}, {besides, t}}, Role: Pull, Layer: l - 1}
	value := b.sloped(m, l-1, expr.Add(AccBackward, besides), false)
	if bend, of := b.bend(l - 1); !zeroEverywhere(bend) {
		if !expr.Constant(bend) {
			m.Args = withArg(m.Args, of)
		}
		m.Args = append(m.Args, Arg{pushed, b.p.Meant(TangentPre, l-1)}, Arg{savedVar, v})
		value = expr.Add(value, expr.Mul(expr.Mul(bend, pushed), savedVar))
	}
	m.Sets = []Set{{b.p.Meant(DeltaDot, l-1), value}}
	return append(ops, pull, rest, m)
}

// pullDot is δ̇_l = Jacᵀ·v̇ + R{Jac}ᵀ·v of a whole layer.
func (b *builder) pullDot(l int) Op {
	bufs := layerBuffersOf(b.p, l)
	bufs.zt, bufs.at = b.p.Meant(TangentPre, l), b.p.Meant(TangentPost, l)
	bufs.vd, bufs.dd = b.p.Meant(SentDot, l), b.p.Meant(DeltaDot, l)
	text, stages := vectorActivations[b.p.Activations[l-1].Vector].pullDot(bufs)
	o := vectorOp(bufs, l, bufs.dd, text, stages)
	o.Scalars = "r"
	return o
}
