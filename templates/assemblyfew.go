package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// AssemblyFew says how the last samples of a batch, if they are few, are taken one by one through code for one sample.
type AssemblyFew struct {
	// Samples are how many are few, for each kind of cores; without any, none are.
	Samples []int
	// Single is the function of one sample that takes them, "" for GradBatch, which has assembly of its own that adds
	// to g.
	Single string
	// Alone is the function of one sample that a batch of one sample is; "" where there is none. Of GradBatch it
	// overwrites g with the gradient of the first of a few, to which those of the others are added.
	Alone string
	// Pauses says that its own assembly pauses.
	Pauses bool
	// Result is the field of the workspace that has what goes to the slice of results.
	Result string
}

// fewSamples declares how many samples are few, for the level in force:
//
//	few := 9
//	if irisLevel > 1 {
//		few = 7
//	}
func (a Assembly) fewSamples(g *jen.Group, few []int) {
	g.Id("few").Op(":=").Lit(few[0])
	for i := 1; i < len(few); i++ {
		if few[i] != few[i-1] {
			g.If(jen.Id(a.level()).Op(">").Lit(1 << (i - 1))).Block(jen.Id("few").Op("=").Lit(few[i]))
		}
	}
}

// alone is what a batch of one sample is, where that is the function of one sample: the way through the loops over
// tiles takes a fifth of what a small network does.
//
//	if len(xs) == 1 && len(ys) == 1 {
//		return p.vectorGrad(&b.samples[0], &xs[0], &ys[0], g)
//	}
func (a Assembly) alone(g *jen.Group, fn AssemblyFunction) {
	if fn.Few.Alone == "" {
		return
	}
	form := fn.form()
	one := expression(code.Lengths(form.slices, code.Eq, 1))
	first := func(s string) *jen.Statement { return jen.Id(s).Index(jen.Lit(0)) }
	ws := jen.Id("b").Dot("samples").Index(jen.Lit(0))
	call := jen.Id("p").Dot(a.Method(fn.Few.Alone)).CallFunc(func(g *jen.Group) {
		g.Op("&").Add(ws.Clone())
		for _, s := range form.from {
			g.Op("&").Add(first(s))
		}
		for _, p := range fn.Params {
			if p.Name == "g" || p.Name == "rate" {
				g.Id(p.Name)
			}
		}
	})
	g.If(one).BlockFunc(func(g *jen.Group) {
		if fn.returns() {
			g.Return(call)
			return
		}
		g.Add(call)
		g.Add(first(form.to)).Op("=").Add(ws.Clone()).Dot(fn.Few.Result)
		g.Return()
	})
}

// overwritten is where GradBatch forgets what g held. Where all samples are few, that is done by the gradient of the
// first:
//
//	if len(xs) > 0 && len(xs) <= few && len(ys) > 0 {
//		loss = p.vectorGrad(&b.samples[0], &xs[0], &ys[0], g)
//		xs, ys = xs[1:], ys[1:]
//	} else {
//		*g = IrisGrad{}
//	}
func (a Assembly) overwritten(g *jen.Group, fn AssemblyFunction) {
	zeros := jen.Op("*").Id("g").Op("=").Id(a.Name + "Grad").Values()
	if fn.Few.Alone == "" {
		g.Add(zeros)
		return
	}
	first := func(s string) *jen.Statement { return jen.Op("&").Id(s).Index(jen.Lit(0)) }
	length := func(s string) *jen.Statement { return jen.Len(jen.Id(s)) }
	g.If(length("xs").Op(">").Lit(0).Op("&&").Add(length("xs")).Op("<=").Id("few").Op("&&").Add(length("ys")).Op(">").
		Lit(0)).Block(
		jen.Id("loss").Op("=").Id("p").Dot(a.Method(fn.Few.Alone)).Call(jen.Op("&").Id("b").Dot("samples").Index(jen.Lit(0)),
			first("xs"), first("ys"), jen.Id("g")),
		jen.List(jen.Id("xs"), jen.Id("ys")).Op("=").List(jen.Id("xs").Index(jen.Lit(1), jen.Empty()),
			jen.Id("ys").Index(jen.Lit(1), jen.Empty())),
	).Else().Block(zeros)
}

// oneByOne takes the samples that are left through code for one sample:
//
//	ws := &b.samples[0]
//	for i := 0; i < len(xs) && i < len(ys); i++ {
//		loss += p.gradOne(ws, &xs[i], &ys[i], g)
//	}
//
// Results that lie in workspaces are collected in the end, because what has just been written takes long to read:
//
//	for i := 0; i < len(xs) && i < len(b.samples); i++ {
//		p.vectorForward(&b.samples[i], &xs[i])
//	}
//	for i := 0; i < len(out) && i < len(b.samples); i++ {
//		out[i] = b.samples[i].A2
//	}
func (a Assembly) oneByOne(g *jen.Group, fn AssemblyFunction) {
	form := fn.form()
	at := func(s *jen.Statement) *jen.Statement { return s.Index(jen.Id("i")) }
	samples := func() *jen.Statement { return jen.Id("b").Dot("samples") }
	loop := func(body jen.Code, over ...*jen.Statement) {
		condition := jen.Null()
		for i, s := range over {
			if i > 0 {
				condition.Op("&&")
			}
			condition.Id("i").Op("<").Len(s)
		}
		g.For(jen.Id("i").Op(":=").Lit(0), condition, jen.Id("i").Op("++")).Block(body)
	}
	var from []*jen.Statement
	for _, s := range form.from {
		from = append(from, jen.Id(s))
	}
	method := oneMethod
	if fn.Few.Single != "" {
		method = a.Method(fn.Few.Single)
	}
	call := jen.Id("p").Dot(method).CallFunc(func(g *jen.Group) {
		if form.to == "" {
			g.Id("ws")
		} else {
			g.Op("&").Add(at(samples()))
		}
		for _, s := range form.from {
			g.Op("&").Add(at(jen.Id(s)))
		}
		switch {
		case form.sums:
			g.Id("g")
		case form.to != "" && fn.returns():
			g.Op("&").Id("b").Dot("sum") // which nothing reads
		}
	})
	if fn.returns() {
		call = jen.Id("loss").Op("+=").Add(call)
	}
	if form.to == "" {
		g.Id("ws").Op(":=").Op("&").Add(samples()).Index(jen.Lit(0))
		loop(call, from...)
		return
	}
	loop(call, append(from, samples())...)
	to := jen.Id(form.to)
	loop(at(to.Clone()).Op("=").Add(at(samples())).Dot(fn.Few.Result), to, samples())
}

// oneMethod is the method that adds the gradient of a sample.
const oneMethod = "gradOne"

// callOne calls the assembly of the level in force, which adds the gradient of a sample:
//
//	func (p *Iris) gradOne(ws *IrisWorkspace, x *[4]float32, y *[3]float32, g *IrisGrad) float32 {
//		if irisLevel > 1 {
//			return irisGradBatchOneAVX512(p, ws, x, y, g)
//		}
//		return irisGradBatchOneAVX2(p, ws, x, y, g)
//	}
func (a Assembly) callOne(f *File, fn AssemblyFunction) {
	params := func(gradient string) []jen.Code {
		return []jen.Code{
			jen.Id("ws").Op("*").Id(a.Name + "Workspace"), jen.Id("x").Op("*").Add(a.sample("xs")),
			jen.Id("y").Op("*").Add(a.sample("ys")), jen.Id(gradient).Op("*").Id(a.Name + "Grad"),
		}
	}
	args := []jen.Code{jen.Id("p"), jen.Id("ws"), jen.Id("x"), jen.Id("y"), jen.Id("g")}
	name := func(l AssemblyLevel) string { return a.Prefix + fn.Name + "One" + l.Name }
	call := func(g *jen.Group, l AssemblyLevel) {
		if !fn.Few.Pauses {
			g.Return(jen.Id(name(l)).Call(args...))
			return
		}
		add(g, a.calls(jen.Id(name(l)), true, args...))
		g.Return(jen.Id("loss"))
	}
	f.Doc(fmt.Sprintf("%s adds the gradient of a sample to g and returns its loss.", oneMethod))
	f.f.Func().Params(jen.Id("p").Op("*").Id(a.Name)).Id(oneMethod).Params(params("g")...).Add(a.number()).
		BlockFunc(func(g *jen.Group) {
			if fn.Few.Pauses {
				g.Add(a.declarePause())
			}
			for i := len(a.Levels) - 1; i > 0; i-- {
				g.If(jen.Id(a.level()).Op(">").Lit(i)).BlockFunc(func(g *jen.Group) { call(g, a.Levels[i]) })
			}
			call(g, a.Levels[0])
		})
	for _, l := range a.Levels {
		a.external(f, fn.Name+"One"+l.Name).Params(a.pausable(fn.Few.Pauses,
			append([]jen.Code{jen.Id("p").Op("*").Id(a.Name)}, params(AssemblerName("g"))...))...).Add(a.number())
	}
}
