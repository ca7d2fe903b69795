package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"
)

// begin is what every example begins with: a network, a workspace, an input and, where it learns, a target.
func (t Test) begin(g *jen.Group) {
	array := func(n int) *jen.Statement { return jen.Index(jen.Lit(n)).Id(t.Precision) }
	g.Var().Id("net").Id(t.Name)
	if t.learns() {
		g.Id("net").Dot("Init").Call(
			jen.Qual("math/rand", "New").Call(jen.Qual("math/rand", "NewSource").Call(jen.Lit(1))).Dot("NormFloat64"))
	}
	g.Var().Id("ws").Id(t.Name + "Workspace")
	g.Id("x").Op(":=").Add(array(t.Inputs)).Values(jen.Lit(1))
	if t.learns() {
		g.Id("y").Op(":=").Add(array(t.Outputs)).Values(jen.Lit(1))
	}
}

// on is a call of a network's function on the example's sample.
func on(net, function string, more ...jen.Code) *jen.Statement {
	args := append([]jen.Code{jen.Op("&").Id("ws"), jen.Op("&").Id("x"), jen.Op("&").Id("y")}, more...)
	return jen.Id(net).Dot(function).Call(args...)
}

// lossOf is the loss of a network on the example's sample. A step at rate 0 returns it too.
func (t Test) lossOf(net string) *jen.Statement {
	if t.has("Loss") {
		return on(net, "Loss")
	}
	return on(net, "Step", jen.Lit(0))
}

// stepOf takes one step of gradient descent, by hand where there is no Step:
//
//	net.Grad(&ws, &x, &y, &g)
//	for i, d := range g.Flat() {
//		net.Flat()[i] -= rate * d
//	}
func (t Test) stepOf(net string, rate jen.Code) []jen.Code {
	if t.has("Step") {
		return []jen.Code{on(net, "Step", rate)}
	}
	return []jen.Code{
		on(net, "Grad", jen.Op("&").Id("g")),
		jen.For(jen.List(jen.Id("i"), jen.Id("d")).Op(":=").Range().Id("g").Dot("Flat").Call()).Block(
			jen.Id(net).Dot("Flat").Call().Index(jen.Id("i")).Op("-=").Add(rate).Op("*").Id("d")),
	}
}

// declareGradient declares the gradient that steps by hand need.
func (t Test) declareGradient(g *jen.Group) {
	if !t.has("Step") {
		g.Var().Id("g").Id(t.Name + "Grad")
	}
}

// inference computes the outputs of one sample.
func (t Test) inference(f *File) {
	f.Doc(fmt.Sprintf("%s computes its outputs from one sample; its parameters come from elsewhere.", t.Name))
	f.f.Func().Id(ExampleName(t.Name, t.Prefix)).Params().BlockFunc(func(g *jen.Group) {
		t.begin(g)
		g.Line()
		g.Id("out").Op(":=").Id("net").Dot("Forward").Call(jen.Op("&").Id("ws"), jen.Op("&").Id("x"))
		g.Qual("fmt", "Println").Call(jen.Lit("outputs:"), jen.Len(jen.Id("out")))
		g.Comment(fmt.Sprintf("// Output: outputs: %d", t.Outputs))
	})
}

// example trains on one sample.
func (t Test) example(f *File) {
	doc := "Training %s on one sample: Step returns the loss before the step it takes."
	if !t.has("Step") {
		doc = "Training %s on one sample: the gradient leads downhill."
	}
	f.Doc(fmt.Sprintf(doc, t.Name))
	f.f.Func().Id(ExampleName(t.Name, t.Prefix)).Params().BlockFunc(func(g *jen.Group) {
		t.begin(g)
		t.declareGradient(g)
		g.Line()
		g.Id("before").Op(":=").Add(t.lossOf("net"))
		g.For(jen.Range().Lit(20)).Block(t.stepOf("net", jen.Lit(t.Rate))...)
		g.Id("after").Op(":=").Add(t.lossOf("net"))
		g.Qual("fmt", "Println").Call(jen.Lit("learned:"), jen.Id("after").Op("<=").Id("before"))
		g.Comment("// Output: learned: true")
	})
}

// carefulExample looks for a step that does not lead uphill:
//
//	before := net.Loss(&ws, &x, &y)
//	after := before
//	for rate := float32(0.1); rate > 1e-30; rate /= 4 {
//		trial := net
//		trial.Step(&ws, &x, &y, rate)
//		if after = trial.Loss(&ws, &x, &y); after <= before {
//			break
//		}
//	}
//	fmt.Println("uphill:", after > before)
func (t Test) carefulExample(f *File) {
	f.Doc(fmt.Sprintf("Training %s on one sample: a step at a rate that is small enough does not lead uphill.", t.Name))
	f.f.Func().Id(ExampleName(t.Name, t.Prefix)).Params().BlockFunc(func(g *jen.Group) {
		t.begin(g)
		t.declareGradient(g)
		g.Line()
		g.Id("before").Op(":=").Add(t.lossOf("net"))
		g.Id("after").Op(":=").Id("before")
		g.For(jen.Id("rate").Op(":=").Id(t.Precision).Call(jen.Lit(t.Rate)), jen.Id("rate").Op(">").Lit(1e-30),
			jen.Id("rate").Op("/=").Lit(4)).BlockFunc(func(g *jen.Group) {
			g.Id("trial").Op(":=").Id("net")
			add(g, t.stepOf("trial", jen.Id("rate")))
			g.If(jen.Id("after").Op("=").Add(t.lossOf("trial")), jen.Id("after").Op("<=").Id("before")).
				Block(jen.Break())
		})
		g.Qual("fmt", "Println").Call(jen.Lit("uphill:"), jen.Id("after").Op(">").Id("before"))
		g.Comment("// Output: uphill: false")
	})
}
