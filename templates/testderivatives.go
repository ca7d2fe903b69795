package templates

import (
	"slices"

	"github.com/dave/jennifer/jen"
)

// derivatives declares the derivatives as the reference's judge takes them:
//
//	var irisDerivatives = verify.Derivatives[Iris, IrisGrad, IrisWorkspace, IrisBatch, [4]float32, [3]float32,
//		[3][4]float32, [3]IrisGrad, float32]{Jacobian: (*Iris).Jacobian, …}
func (t Test) derivatives(f *File) {
	if len(t.Derived) == 0 {
		return
	}
	array := func(n int, of jen.Code) jen.Code { return jen.Index(jen.Lit(n)).Add(of) }
	number := jen.Id(t.Precision)
	matrix, gradients := jen.Code(jen.Struct()), jen.Code(jen.Struct())
	if t.derives("Jacobian") {
		matrix = array(t.Outputs, array(t.Inputs, number))
	}
	if t.derives("ParameterJacobian") {
		gradients = array(t.Outputs, t.gradient())
	}
	f.Doc(t.Prefix + "Derivatives is what was emitted of derivatives.")
	f.f.Var().Id(t.Prefix+"Derivatives").Op("=").Qual(verifyPath, "Derivatives").Index(jen.List(
		jen.Id(t.Name), t.gradient(), jen.Id(t.Name+"Workspace"), t.batchType(), array(t.Inputs, number),
		array(t.Outputs, number), matrix, gradients, number,
	)).BlockFunc(func(g *jen.Group) {
		for _, name := range t.Derived {
			methodField(g, t.Name, name)
		}
		g.Id("Cuts").Op(":").Add(t.cuts()).Op(",")
	})
}

// derives says whether a function of derivatives is emitted.
func (t Test) derives(function string) bool { return slices.Contains(t.Derived, function) }

// judgeDerivatives is the call that has them judged: verify.TestDerivatives(t, irisSpec, irisDerivatives), and with
// more arguments of another judge.
func (t Test) judgeDerivatives(judge string, more ...jen.Code) jen.Code {
	args := []jen.Code{jen.Id("t"), jen.Id(t.Prefix + "Spec"), jen.Id(t.Prefix + "Derivatives")}
	return jen.Qual(verifyPath, judge).Call(append(args, more...)...)
}
