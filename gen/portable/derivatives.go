package portable

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

// derivedApart is what functions of derivatives ask of their arguments.
const derivedApart = "Arguments must not overlap one another, p or ws: copy what Forward returned before passing it back."

var derivativeDocs = map[string]string{
	plan.Tangent: "Tangent computes ŷ from x and its derivative in the direction dx, dy = (∂ŷ/∂x)·dx, without the " +
		"matrix. It overwrites dy and\nreturns ŷ, which lies in ws.\n" + derivedApart,
	plan.Jacobian: "Jacobian computes ŷ from x and all its derivatives, j[i][k] = ∂ŷ_i/∂x_k. It overwrites j and " +
		"returns ŷ, which lies in ws.\n" + derivedApart,
	plan.HessianVector: "HessianVector multiplies the Hessian of the loss by a direction v of the parameters, hv = ∇²L·v, exactly " +
		"and without\nthe matrix, and returns the loss. It overwrites hv.\n" + derivedApart,
	plan.ParameterJacobian: "ParameterJacobian computes ŷ from x and its derivatives with respect to every parameter: j[i] is the " +
		"gradient of ŷ_i, laid\nout like the parameters. It overwrites j and returns ŷ, which lies in ws.\n" +
		derivedApart,
	plan.ParameterJacobianBatch: "ParameterJacobianBatch computes the ParameterJacobian of every sample: js[i] at xs[i].",
	plan.JacobianBatch:          "JacobianBatch computes the Jacobian of every sample: js[i] at xs[i].",
}

// rowVar is the variable of a row or column, and of the parameter of methods that do one.
const rowVar = "k"

// matrix is the type of ∂ŷ/∂x.
func (pr *builder) matrix() code.Type {
	n := pr.p.Network
	return code.ArrayOf(code.Of(pr.kind), n.Width(n.Depth()), n.Input)
}

// arguments are the parameters of a function of the API. What is called j is a matrix, or a gradient for each output.
func (pr *builder) arguments(sig plan.Signature) []code.Param {
	ps := pr.params(sig.Args)
	if sig.Derivative != spec.DeriveParameterJacobian {
		return ps
	}
	n := pr.p.Network
	gradients := code.ArrayOf(code.StructType(pr.gradType()), n.Width(n.Depth()))
	for i := range ps {
		switch ps[i].Name {
		case plan.JacobianArg:
			ps[i].Type = code.PointerTo(gradients)
		case plan.JacobiansArg:
			ps[i].Type = code.SliceOf(gradients)
		}
	}
	return ps
}

// derivedParam is an argument that functions of derivatives alone have; ok is false for others.
func (pr *builder) derivedParam(name string) (p code.Param, ok bool) {
	switch name {
	case plan.JacobianArg:
		return code.Param{Name: name, Type: code.PointerTo(pr.matrix())}, true
	case plan.JacobiansArg:
		return code.Param{Name: name, Type: code.SliceOf(pr.matrix())}, true
	case plan.VectorArg, plan.HessianArg:
		return pointer(name, pr.gradType()), true
	case rowVar:
		return code.Param{Name: name, Type: code.Of(code.Int)}, true
	}
	return p, false
}

// rows builds the loop over what a function repeats.
//
//	for k := range j { … }
func (pr *builder) rows(f *plan.Func, b *code.Block) error {
	if f.Rows == nil {
		return nil
	}
	b.Blank()
	body := b.Range(rowVar, "", code.V(f.Rows.Over))
	if f.Name == plan.ParameterJacobian {
		body.Let(plan.GradArg, &code.Addr{X: at(code.V(plan.JacobianArg), index{Var: rowVar})})
	}
	for _, part := range pr.schedule.Function(f).Rows {
		if part.Name != "" {
			args, _ := partUses(part)
			body.Do(method("p", part.Name, args...))
			continue
		}
		if err := pr.rowPart(part, body); err != nil {
			return err
		}
	}
	return nil
}

// rowPart builds the pieces of a row, and before them pointers to the rows of matrices that they are about.
func (pr *builder) rowPart(part *schedule.Part, b *code.Block) error {
	seen := map[*plan.Buffer]bool{}
	for _, piece := range part.Pieces {
		for _, v := range append(piece.Op.Reads(), piece.Op.Writes()...) {
			if v.View != nil && v.View.Part == plan.RowView && !seen[v] {
				seen[v] = true
				b.Let(v.Name, &code.Addr{X: at(base(v.View.Of), index{Var: rowVar})})
			}
		}
	}
	return pr.pieces(part.Pieces, newScope(b))
}

// rowGuard ends a method of a row where k is none, which no caller brings about: it is what tells the compiler that no
// index is out of range.
//
//	if k < 0 || k >= 3 { return }
func rowGuard(b *code.Block, rows int) {
	k := code.V(rowVar)
	b.If(code.Op2(code.Either, &code.Binary{Op: code.Lt, X: k, Y: code.I(0)},
		&code.Binary{Op: code.Ge, X: k, Y: code.I(rows)})).Return()
}

// rowMethods emits the parts of a function's rows that are methods.
func (pr *builder) rowMethods(f *plan.Func) error {
	if f.Rows == nil {
		return nil
	}
	for _, part := range pr.schedule.Function(f).Rows {
		if part.Name == "" {
			continue
		}
		args, _ := partUses(part)
		fn := &code.Func{Name: part.Name, Doc: pr.partDoc(part), Recv: pr.receiver(), Params: pr.params(args),
			Body: &code.Block{}}
		for _, arg := range args {
			if arg == rowVar {
				rowGuard(fn.Body, f.Rows.N)
			}
		}
		if err := pr.rowPart(part, fn.Body); err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
		pr.file.Add(fn)
	}
	return nil
}

// unit builds s_k·e_k.
func (pr *builder) unit(op *plan.Unit, root *scope) error {
	for _, seg := range pr.schedule.Loops(op).Outer {
		s, first := root.enter(seg, "i")
		for k := range seg.Size {
			s.b.Set(element(op.Out, plus(first, k)), code.N(0))
		}
	}
	v, err := pr.write(op.Factor(), nil)
	if err != nil {
		return err
	}
	if op.S != nil {
		v = element(op.S, index{Var: rowVar})
	}
	root.b.Set(element(op.Out, index{Var: rowVar}), v)
	return nil
}

// eachSample builds a batch function that calls one of one sample for every sample.
//
//	for s := range xs {
//		p.Jacobian(&b.samples[0], &xs[s], &js[s])
//	}
func (pr *builder) eachSample(f *plan.Func, body *code.Block) {
	args := []code.Expr{&code.Addr{X: code.At(code.FieldOf("b", "samples"), code.I(0))}}
	for _, s := range plan.SignatureOf(f.Name).Slices() {
		args = append(args, &code.Addr{X: at(code.V(s), index{Var: "s"})})
	}
	body.Range("s", "", code.V(plan.InputsArg)).Do(code.Method(code.V("p"), f.Each, args...))
}
