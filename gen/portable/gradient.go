package portable

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// gradient emits what is done with a gradient before it is used: Norm, Clip and Scale. The norm is formed so that it is
// infinite only where its value is beyond the type, and 0 only where the gradient is.
func (pr *printer) gradient() {
	recv := &templates.Param{Name: "g", Type: pr.name + "Grad", Ptr: true}
	number := &templates.Param{Type: pr.typ}
	n := pr.p.Network.Params()

	const normDoc = "Norm is the Euclidean norm of the gradient: NaN if an element is, else infinite if one is. It overflows only where the norm\n" +
		"itself is beyond the type, and no square is lost."
	const clipDoc = "Clip scales the gradient down to a norm of limit where it is greater, and returns the norm it had. It is PyTorch's\n" +
		"clip_grad_norm_, without the 1e-6 that is added to the norm there. A norm of NaN makes every element NaN; one that is infinite\n" +
		"because an element is makes NaN of that and 0 of the finite ones. Either is seen in the result. limit must not be negative."
	norm, clip := &templates.Block{}, &templates.Block{}
	name := templates.Name
	sweeps := map[string]plan.Sweep{}
	for _, s := range plan.GradientSweeps(pr.p.Network.Precision) {
		sweeps[s.Name] = s
	}
	// clipped leaves the block that scales the gradient to assembly, and returns the norm.
	clipped := func(over *templates.Block, norm templates.Value) {
		if s := sweeps[plan.ClipSweep]; pr.sweeps(s) {
			inner := over.IfAbove(pr.prefix+"Level", 0)
			inner.Do(pr.sweep(s, "g"))
			inner.Return(norm)
		}
	}
	if pr.typ == "float32" {
		pr.file.Doc("norm is Norm before it is rounded.")
		pr.file.Func(templates.Function{Name: "norm", Recv: recv, Result: &templates.Param{Type: "float64"}, Body: pr.squares(templates.Norm(n), sweeps[plan.SquaresSweep])})
		norm.Return(templates.Convert(pr.typ, templates.Method("g", "norm")))
		clip.Define("norm", templates.Method("g", "norm"))
		limit := templates.Convert("float64", name("limit"))
		over := clip.IfBeyond(name("norm"), limit)
		over.Define("k", templates.Div(limit, name("norm")))
		over.Define("gs", templates.Method("g", "Flat"))
		clipped(over, templates.Convert(pr.typ, name("norm")))
		over.Each(templates.Convert(pr.typ, templates.Mul(name("k"), templates.Convert("float64", name("x")))))
		clip.Return(templates.Convert(pr.typ, name("norm")))
	} else {
		pr.file.Doc("largest has the bits of the largest magnitude among the elements, at least those of the smallest number with all its digits.\nNaN may count or not: the norm is NaN then, whatever this is.")
		pr.file.Func(templates.Function{Name: "largest", Recv: recv, Result: &templates.Param{Type: "uint64"}, Body: pr.largest(sweeps[plan.LargestSweep])})
		pr.file.Doc("norm is Norm as the quotient root/scale, of which both are ordinary numbers where the elements are.")
		pr.file.FuncResults(templates.Function{Name: "norm", Recv: recv, Body: pr.squares(templates.NormScaled(n), sweeps[plan.SquaresSweep])},
			templates.Param{Name: "root", Type: pr.typ}, templates.Param{Name: "scale", Type: pr.typ})
		norm.DefineFrom([]string{"root", "scale"}, templates.Method("g", "norm"))
		norm.Return(templates.Div(name("root"), name("scale")))
		clip.DefineFrom([]string{"root", "scale"}, templates.Method("g", "norm"))
		clip.Define("norm", templates.Div(name("root"), name("scale")))
		over := clip.IfBeyond(name("norm"), name("limit"))
		over.Define("k", templates.Div(name("limit"), name("root")))
		over.Comment("limit/norm = k*scale, in one factor unless that is too small for its digits: then in two.")
		over.Define("factor", pr.mul(name("k"), name("scale")))
		one := over.IfNormal("factor")
		one.Assign(name("scale"), name("factor"))
		one.Assign(name("k"), templates.Number(1))
		over.Define("gs", templates.Method("g", "Flat"))
		clipped(over, name("norm"))
		over.Each(pr.mul(templates.Paren(templates.Mul(name("x"), name("scale"))), name("k")))
		clip.Return(name("norm"))
	}
	pr.file.Doc(normDoc)
	pr.file.Func(templates.Function{Name: "Norm", Recv: recv, Result: number, Body: norm})
	pr.file.Doc(clipDoc)
	pr.file.Func(templates.Function{Name: "Clip", Recv: recv, Params: []templates.Param{{Name: "limit", Type: pr.typ}}, Result: number, Body: clip})

	scale := &templates.Block{}
	scale.Define("gs", templates.Method("g", "Flat"))
	pr.dispatchSweep(sweeps[plan.ScaleSweep], "g", scale)
	scale.Each(pr.mul(name("k"), name("x")))
	pr.file.Doc("Scale multiplies the gradient by k: by 1/n, a sum over n samples becomes their mean.")
	pr.file.Func(templates.Function{Name: "Scale", Recv: recv, Params: []templates.Param{{Name: "k", Type: pr.typ}}, Body: scale})
}
