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
	// Apart says that gradients are summed up when all samples have gone through, and Onto has the numbers by which the
	// assembly is told what becomes of what was there before.
	Apart bool
	Onto  FewOnto
	// Pauses says that its own assembly pauses, SumsPause that what sums up does.
	Pauses, SumsPause bool
	// Result is the field of the workspace that has what goes to the slice of results.
	Result string
}

// FewOnto are these numbers: it is forgotten, the sum goes on from it, or it is moved by the sum.
type FewOnto struct{ Forgotten, GoneOnFrom, Moved int }

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
//		return irisGrad(p, &b.samples[0], &xs[0], &ys[0], g)
//	}
func (a Assembly) alone(g *jen.Group, fn AssemblyFunction) {
	if fn.Few.Alone == "" {
		return
	}
	form := fn.form()
	one := expression(code.Lengths(form.slices, code.Eq, 1))
	first := func(s string) *jen.Statement { return jen.Id(s).Index(jen.Lit(0)) }
	ws := jen.Id("b").Dot("samples").Index(jen.Lit(0))
	args := []jen.Code{jen.Op("&").Add(ws.Clone())}
	for _, s := range form.from {
		args = append(args, jen.Op("&").Add(first(s)))
	}
	for _, p := range fn.Params {
		if p.Name == "g" || p.Name == "rate" {
			args = append(args, jen.Id(p.Name))
		}
	}
	call := a.callOf(fn.Few.Alone, args...)
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
//		loss = irisGrad(p, &b.samples[0], &xs[0], &ys[0], g)
//		xs, ys = xs[1:], ys[1:]
//	} else {
//		*g = IrisGrad{}
//	}
//
// or, where gradients are summed up apart, by this sum:
//
//	onto := 0
//	if !p.few(len(xs)) {
//		*g, onto = IrisGrad{}, 1
//	}
func (a Assembly) overwritten(g *jen.Group, fn AssemblyFunction) {
	zeros := jen.Op("*").Id("g").Op("=").Id(a.Name + "Grad").Values()
	if fn.Few.Apart {
		g.Id("onto").Op(":=").Lit(fn.Few.Onto.Forgotten)
		g.If(jen.Op("!").Add(isFew())).Block(
			jen.List(jen.Op("*").Id("g"), jen.Id("onto")).Op("=").List(jen.Id(a.Name+"Grad").Values(),
				jen.Lit(fn.Few.Onto.GoneOnFrom)))
		return
	}
	if fn.Few.Alone == "" {
		g.Add(zeros)
		return
	}
	first := func(s string) *jen.Statement { return jen.Op("&").Id(s).Index(jen.Lit(0)) }
	length := func(s string) *jen.Statement { return jen.Len(jen.Id(s)) }
	g.If(length("xs").Op(">").Lit(0).Op("&&").Add(length("xs")).Op("<=").Id("few").Op("&&").Add(length("ys")).Op(">").
		Lit(0)).Block(
		jen.Id("loss").Op("=").Add(a.callOf(fn.Few.Alone, jen.Op("&").Id("b").Dot("samples").Index(jen.Lit(0)),
			first("xs"), first("ys"), jen.Id("g"))),
		jen.List(jen.Id("xs"), jen.Id("ys")).Op("=").List(jen.Id("xs").Index(jen.Lit(1), jen.Empty()),
			jen.Id("ys").Index(jen.Lit(1), jen.Empty())),
	).Else().Block(zeros)
}

// oneByOne takes the samples that are left through code for one sample:
//
//	ws := &b.samples[0]
//	for i := 0; i < len(xs) && i < len(ys); i++ {
//		loss += irisGradBatchOne(p, ws, &xs[i], &ys[i], g)
//	}
//
// Results that lie in workspaces are collected in the end, because what has just been written takes long to read:
//
//	for i := 0; i < len(xs) && i < len(b.samples); i++ {
//		irisForward(p, &b.samples[i], &xs[i])
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
	args := []jen.Code{jen.Id("ws")}
	if form.to != "" {
		args[0] = jen.Op("&").Add(at(samples()))
	}
	for _, s := range form.from {
		args = append(args, jen.Op("&").Add(at(jen.Id(s))))
	}
	switch {
	case form.sums:
		args = append(args, jen.Id("g"))
	case form.to != "" && fn.returns():
		args = append(args, jen.Op("&").Id("b").Dot("sum")) // which nothing reads
	}
	call := a.one(fn, args...)
	if fn.Few.Single != "" {
		call = a.callOf(fn.Few.Single, args...)
	}
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

// one takes a sample through GradBatch: irisGradBatchOne(p, ws, x, y, g), or, where that pauses,
// p.gradOne(ws, x, y, g).
func (a Assembly) one(fn AssemblyFunction, args ...jen.Code) *jen.Statement {
	if fn.Few.Pauses {
		return jen.Id("p").Dot(oneMethod).Call(args...)
	}
	return jen.Id(a.Prefix + fn.Name + "One").Call(append([]jen.Code{jen.Id("p")}, args...)...)
}

// oneMethod is the method that takes a sample through GradBatch where that pauses, and fewMethod the one that takes few
// where their gradients are summed up apart.
const oneMethod, fewMethod = "gradOne", "gradFew"

// callOne declares the assembly that adds the gradient of a sample, and, where that pauses, what calls it:
//
//	func (p *Iris) gradOne(ws *IrisWorkspace, x *[4]float32, y *[3]float32, g *IrisGrad) float32 {
//		var pause irisPause
//		loss := irisGradBatchOne(p, ws, x, y, g, &pause)
//		for pause.point > 0 {
//			loss = irisGradBatchOne(p, ws, x, y, g, &pause)
//		}
//		return loss
//	}
//
// Where gradients are summed up apart, it takes none.
func (a Assembly) callOne(f *File, fn AssemblyFunction) {
	args := []jen.Code{jen.Id("p"), jen.Id("ws"), jen.Id("x"), jen.Id("y"), jen.Id("g")}
	doc := fmt.Sprintf("%s adds the gradient of a sample to g and returns its loss.", oneMethod)
	if fn.Few.Apart {
		args = args[:4]
		doc = fmt.Sprintf("%s takes a sample through GradBatch but for the gradient, and returns its loss.", oneMethod)
	}
	params := func(gradient string) []jen.Code {
		return []jen.Code{
			jen.Id("ws").Op("*").Id(a.Name + "Workspace"), jen.Id("x").Op("*").Add(a.sample("xs")),
			jen.Id("y").Op("*").Add(a.sample("ys")), jen.Id(gradient).Op("*").Id(a.Name + "Grad"),
		}[:len(args)-1]
	}
	defer func() {
		a.external(f, fn.Name+"One").Params(a.pausable(fn.Few.Pauses,
			append([]jen.Code{jen.Id("p").Op("*").Id(a.Name)}, params(AssemblerName("g"))...))...).Add(a.number())
	}()
	if !fn.Few.Pauses {
		return
	}
	f.Doc(doc)
	f.f.Func().Params(jen.Id("p").Op("*").Id(a.Name)).Id(oneMethod).Params(params("g")...).Add(a.number()).
		BlockFunc(func(g *jen.Group) {
			g.Add(a.declarePause())
			add(g, a.calls(jen.Id(a.Prefix+fn.Name+"One"), true, args...))
			g.Return(jen.Id("loss"))
		})
}

// callFew calls the method that takes few samples.
func (a Assembly) callFew(gradient, onto, rate, loss jen.Code) *jen.Statement {
	return jen.Id("p").Dot(fewMethod).Call(jen.Id("b"), jen.Id("xs"), jen.Id("ys"), gradient, onto, rate, loss)
}

// isFew says whether the samples are few, where their gradients are summed up apart.
func isFew() *jen.Statement { return jen.Id("p").Dot("few").Call(jen.Len(jen.Id("xs"))) }

// stepFew takes a step on few samples whose gradients are summed up apart:
//
//	if p.few(len(xs)) {
//		return p.gradFew(b, xs, ys, (*IrisGrad)(p), -1, -rate, 0)
//	}
func (a Assembly) stepFew(g *jen.Group, fn AssemblyFunction) {
	if !fn.Few.Apart {
		return
	}
	g.If(isFew()).Block(jen.Return(a.callFew(jen.Parens(jen.Op("*").Id(a.Name+"Grad")).Call(jen.Id("p")),
		jen.Lit(fn.Few.Onto.Moved), jen.Op("-").Id("rate"), jen.Lit(0))))
}

// declareFew says how many samples are few where their gradients are summed up apart:
//
//	func (p *Iris) few(n int) bool {
//		few := 9
//		if irisLevel > 1 {
//			few = 7
//		}
//		return 0 < n && n <= few
//	}
func (a Assembly) declareFew(f *File, fn AssemblyFunction) {
	f.Doc("few says whether GradBatch takes so many samples one by one.")
	f.f.Func().Params(jen.Id("p").Op("*").Id(a.Name)).Id("few").Params(jen.Id("n").Int()).Bool().
		BlockFunc(func(g *jen.Group) {
			a.fewSamples(g, fn.Few.Samples)
			g.Return(jen.Lit(0).Op("<").Id("n").Op("&&").Id("n").Op("<=").Id("few"))
		})
}

// throughFew takes few samples through GradBatch, and sums their gradients up in the end:
//
//	func (p *Iris) gradFew(
//		b *IrisBatch, xs [][4]float32, ys [][3]float32, g *IrisGrad, onto int, rate, loss float32,
//	) float32 {
//		for i := 0; i < len(xs) && i < len(ys) && i < len(b.samples); i++ {
//			loss += irisGradBatchOne(p, &b.samples[i], &xs[i], &ys[i])
//		}
//		irisGradBatchFew(&b.samples[0], unsafe.SliceData(xs), g, len(xs), onto, rate)
//		return loss
//	}
func (a Assembly) throughFew(f *File, fn AssemblyFunction) {
	slice := func(s string) *jen.Statement { return jen.Id(s).Index().Add(a.sample(s)) }
	f.Doc(fmt.Sprintf("%s takes few samples, at least one, through GradBatch. It adds their losses to loss, and the sum of\n"+
		"their gradients times rate to g, which is forgotten where onto is %d.", fewMethod, fn.Few.Onto.Forgotten))
	f.f.Func().Params(jen.Id("p").Op("*").Id(a.Name)).Id(fewMethod).Params(
		jen.Id("b").Op("*").Id(a.Name+"Batch"), slice("xs"), slice("ys"), jen.Id("g").Op("*").Id(a.Name+"Grad"),
		jen.Id("onto").Int(), jen.List(jen.Id("rate"), jen.Id("loss")).Add(a.number()),
	).Add(a.number()).BlockFunc(func(g *jen.Group) {
		at := func(s *jen.Statement) *jen.Statement { return jen.Op("&").Add(s).Index(jen.Id("i")) }
		i := func() *jen.Statement { return jen.Id("i").Op("<").Len(jen.Id("xs")) }
		samples := func() *jen.Statement { return jen.Id("b").Dot("samples") }
		g.For(jen.Id("i").Op(":=").Lit(0), i().Op("&&").Id("i").Op("<").Len(jen.Id("ys")).Op("&&").Id("i").Op("<").
			Len(samples()), jen.Id("i").Op("++")).Block(jen.Id("loss").Op("+=").
			Add(a.one(fn, at(samples()), at(jen.Id("xs")), at(jen.Id("ys")))))
		if fn.Few.SumsPause {
			g.Add(a.declarePause())
		}
		add(g, a.once(fn.Few.SumsPause, a.Prefix+fn.Name+"Few", false,
			jen.Op("&").Id("b").Dot("samples").Index(jen.Lit(0)), jen.Qual("unsafe", "SliceData").Call(jen.Id("xs")),
			jen.Id("g"), jen.Len(jen.Id("xs")), jen.Id("onto"), jen.Id("rate")))
		g.Return(jen.Id("loss"))
	})
	a.external(f, fn.Name+"Few").Params(a.pausable(fn.Few.SumsPause, []jen.Code{
		jen.Id("ws").Op("*").Id(a.Name + "Workspace"), jen.Id("xs").Op("*").Add(a.sample("xs")),
		jen.Id(AssemblerName("g")).Op("*").Id(a.Name + "Grad"), jen.List(jen.Id("samples"), jen.Id("onto")).Int(),
		jen.Id("rate").Add(a.number()),
	})...)
}
