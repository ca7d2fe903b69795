package portable

import (
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
)

const (
	normDoc = "Norm is the Euclidean norm of the gradient: NaN if an element is NaN, else infinite if one is infinite. The " +
		"squares neither\noverflow nor vanish: the norm of finite elements is infinite only where it is too large for " +
		"its type."
	clipDoc = "Clip scales the gradient down to a norm of limit if its norm is greater, and returns the norm that it had. At " +
		"0 it\nbecomes 0, and +Inf limits nothing. A negative limit panics. It is PyTorch's clip_grad_norm_ without the 1e-6 " +
		"that is\nadded there. If the norm or limit is NaN, all elements become NaN. If elements are infinite and limit is not, " +
		"they\nbecome NaN and finite ones 0. The result shows both."
	scaleDoc = "Scale multiplies the gradient by k: by 1/n, a sum over n samples becomes their mean."
)

// gradient emits what is done with a gradient before it is used: Norm, Clip and Scale. The norm is formed so that it is
// infinite only where its value is beyond the type, and 0 only where the gradient is.
func (pr *builder) gradient() {
	recv := pointer("g", pr.gradType())
	sweeps := map[string]plan.Sweep{}
	for _, s := range plan.GradientSweeps(pr.p.Network.Precision) {
		sweeps[s.Name] = s
	}
	var norm, clip *code.Block
	if pr.kind == code.Float32 {
		norm, clip = pr.norms32(&recv, sweeps)
	} else {
		norm, clip = pr.norms64(&recv, sweeps)
	}
	pr.file.Add(&code.Func{Name: "Norm", Doc: normDoc, Recv: &recv, Results: pr.number(), Body: norm})
	pr.file.Add(&code.Func{
		Name: "Clip", Doc: clipDoc, Recv: &recv, Params: []code.Param{{Name: "limit", Type: code.Of(pr.kind)}},
		Results: pr.number(), Body: clip,
	})

	scale := &code.Block{}
	scale.Let("gs", method("g", "Flat"))
	pr.dispatchSweep(sweeps[plan.ScaleSweep], "g", scale)
	each(scale, pr.mul(code.V("k"), code.V("x")))
	pr.file.Add(&code.Func{
		Name: "Scale", Doc: scaleDoc, Recv: &recv, Params: []code.Param{{Name: "k", Type: code.Of(pr.kind)}},
		Body: scale,
	})
}

// norms32 emits the unexported norm in float32 and returns what Norm and Clip do: float64 holds every square, exactly,
// and every sum of them.
func (pr *builder) norms32(recv *code.Param, sweeps map[string]plan.Sweep) (norm, clip *code.Block) {
	norm, clip = &code.Block{}, &code.Block{}
	pr.file.Add(&code.Func{
		Name: "norm", Doc: "norm is Norm before it is rounded.", Recv: recv,
		Results: []code.Param{{Type: code.Of(code.Float64)}}, Body: pr.norm(sweeps[plan.SquaresSweep]),
	})
	norm.Return(code.To(pr.kind, method("g", "norm")))

	pr.checkLimit(clip)
	root, limit := code.V("norm"), code.To(code.Float64, code.V("limit"))
	clip.Let("norm", method("g", "norm"))
	over := beyond(clip, root, limit)
	over.Let("k", code.Quotient(limit, root))
	over.Let("gs", method("g", "Flat"))
	pr.clipped(over, sweeps[plan.ClipSweep], code.To(pr.kind, root))
	each(over, code.To(pr.kind, code.Product(code.V("k"), code.To(code.Float64, code.V("x")))))
	clip.Return(code.To(pr.kind, root))
	return norm, clip
}

// norms64 is norms32 in float64, where a power of two keeps squares from overflowing or vanishing.
func (pr *builder) norms64(recv *code.Param, sweeps map[string]plan.Sweep) (norm, clip *code.Block) {
	norm, clip = &code.Block{}, &code.Block{}
	pr.file.Add(&code.Func{
		Name: "largest", Recv: recv, Results: []code.Param{{Type: code.Of(code.Uint64)}},
		Body: pr.largest(sweeps[plan.LargestSweep]),
		Doc: "largest has the bits of the largest magnitude among the elements, at least those of the smallest " +
			"number with all its digits.\nNaN may count or not: the norm is NaN then, whatever this is.",
	})
	pr.file.Add(&code.Func{
		Name: "norm", Recv: recv, Body: pr.normScaled(sweeps[plan.SquaresSweep]),
		Results: []code.Param{{Name: "root", Type: code.Of(pr.kind)}, {Name: "scale", Type: code.Of(pr.kind)}},
		Doc:     "norm is Norm as the quotient root/scale, of which both are ordinary numbers where the elements are.",
	})
	parts := &code.Let{Names: []string{"root", "scale"}, Values: []code.Expr{method("g", "norm")}}
	root, scale, k, factor := code.V("root"), code.V("scale"), code.V("k"), code.V("factor")
	norm.Add(parts)
	norm.Return(code.Quotient(root, scale))

	pr.checkLimit(clip)
	clip.Add(parts)
	clip.Let("norm", code.Quotient(root, scale))
	over := beyond(clip, code.V("norm"), code.V("limit"))
	over.Let("k", code.Quotient(code.V("limit"), root))
	over.Comment("limit/norm = k*scale, in one factor unless that is too small for its digits: then in two.")
	over.Let("factor", pr.mul(k, scale))
	one := over.If(&code.Binary{Op: code.Ge, X: factor, Y: &code.Num{Value: 0x1p-1022, Text: "0x1p-1022"}})
	one.Set(scale, factor)
	one.Set(k, code.N(1))
	over.Let("gs", method("g", "Flat"))
	pr.clipped(over, sweeps[plan.ClipSweep], code.V("norm"))
	each(over, pr.mul(&code.Group{X: code.Product(code.V("x"), scale)}, k))
	clip.Return(code.V("norm"))
	return norm, clip
}

// checkLimit refuses a limit that can only be a mistake, before anything is changed: a negative one would turn the
// gradient round. NaN passes, as it may come of a gradient that is NaN: it shows in the elements, as everywhere else.
func (pr *builder) checkLimit(b *code.Block) {
	wrong := b.If(&code.Binary{Op: code.Lt, X: code.V("limit"), Y: code.I(0)})
	wrong.Panic(pr.gradType() + ".Clip: limit is negative; give the greatest norm that the gradient may have")
}

// clipped leaves the block that scales the gradient to assembly, and returns the norm.
func (pr *builder) clipped(over *code.Block, s plan.Sweep, norm code.Expr) {
	if pr.sweeps(s) {
		inner := pr.ifVector(over, s.Function())
		inner.Do(pr.sweep(s, "g"))
		inner.Return(norm)
	}
}

// beyond is a condition that is met by NaN too, whose body is returned: if !(norm <= limit) { … }.
func beyond(b *code.Block, norm, limit code.Expr) *code.Block {
	return b.If(&code.Unary{Op: code.Not, X: &code.Binary{Op: code.Le, X: norm, Y: limit}})
}

// each replaces every element of g, x being the old one: for i, x := range gs { gs[i] = v }.
func each(b *code.Block, v code.Expr) {
	gs := code.V("gs")
	b.Range("i", "x", gs).Set(code.At(gs, code.V("i")), v)
}
