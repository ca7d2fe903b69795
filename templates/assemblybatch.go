package templates

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// AssemblyTiles says how the assembly takes batches: tiles of so many samples, so many tiles at a time.
type AssemblyTiles struct {
	Samples, Tiles int
	// Block, if not 0, is the number of samples whose losses are added up, one after another, before they are added to
	// those of other blocks: the assembly returns none then, it leaves them in the batch struct.
	Block int
	// Inputs and Outputs are the widths of samples, Number the type of their elements.
	Inputs, Outputs int
	Number          string
}

// batchForm is how the assembly of a batch function is called.
type batchForm struct {
	// slices are those that the function takes, from those of them that the assembly reads and to the one that it
	// writes; "" for none.
	slices []string
	from   []string
	to     string
	// sums says that a second function sums gradients up, into g.
	sums bool
	// weights says that it takes weights of samples, which the assembly finds in the batch struct.
	weights bool
}

// form is that of a function, by its parameters.
func (fn AssemblyFunction) form() (f batchForm) {
	for _, p := range fn.Params {
		switch {
		case p.Name == weightsSlice:
			f.slices, f.weights = append(f.slices, p.Name), true
		case p.Type.Kind == code.Slice && slices.Contains(fn.Written, p.Name):
			f.slices, f.to = append(f.slices, p.Name), p.Name
		case p.Type.Kind == code.Slice:
			f.slices, f.from = append(f.slices, p.Name), append(f.from, p.Name)
		case p.Name == "g":
			f.sums = true
		}
	}
	return f
}

// weightsSlice is the slice of the weights of samples, and the field of the batch struct that has those of a call.
const weightsSlice = "weights"

// pointers are the slices of which the assembly is given pointers.
func (f batchForm) pointers() []string {
	return slices.DeleteFunc(slices.Clone(f.slices), func(s string) bool { return s == weightsSlice })
}

// rests are the fields that stand for slices where samples are fewer than a tile's. No call has two slices that share
// one, but for what it reads before it writes.
var rests = map[string]string{"xs": "restX", "ys": "restY", "out": "restY", "gxs": "restX"}

// tilesMethod is the method that takes tiles through a function: gradTiles.
func tilesMethod(function string) string {
	return strings.ToLower(function[:1]) + strings.TrimSuffix(function[1:], "Batch") + "Tiles"
}

// batch declares the assembly of a function of a batch and what calls it. StepBatch has GradBatch's and one that takes
// the step.
func (a Assembly) batch(f *File, fn AssemblyFunction) {
	if strings.HasPrefix(fn.Name, "StepBatch") {
		a.stepBatch(f, fn)
		return
	}
	a.throughTiles(f, fn)
	if a.ordered(fn) {
		a.throughBlocks(f, fn)
	}
	if !fn.oneCall() {
		a.callTiles(f, fn)
	}
	a.declareTiles(f, fn)
	if fn.form().sums && len(fn.Few.Samples) > 0 {
		a.callOne(f, fn)
		if fn.Few.Apart {
			a.declareFew(f, fn)
			a.throughFew(f, fn)
		}
	}
}

// ordered says whether a function adds losses up in the order of the samples.
func (a Assembly) ordered(fn AssemblyFunction) bool { return a.Batch.Block > 0 && fn.returns() }

// blockMethod is the method that takes a block through the assembly, and adds its losses up.
func (a Assembly) blockMethod(function string) string {
	return a.Method(strings.TrimSuffix(function, "Batch") + "Block")
}

// throughBlocks takes any number of samples through the assembly where losses are added up block by block:
//
//	func (p *Iris) vectorGradBatch(b *IrisBatch, xs [][4]float32, ys [][3]float32, g *IrisGrad) float32 {
//		if p.few(len(xs)) { // where gradients of few samples are summed up apart
//			return p.gradFew(b, xs, ys, g, 0, 1, 0)
//		}
//		*g = IrisGrad{}
//		loss := float32(0)
//		for len(xs) > 32 && len(ys) > 32 {
//			loss += p.vectorGradBlock(b, xs[:32], ys[:32], g)
//			xs, ys = xs[32:], ys[32:]
//		}
//		loss += p.vectorGradBlock(b, xs, ys, g)
//		return loss
//	}
func (a Assembly) throughBlocks(f *File, fn AssemblyFunction) {
	form, name := fn.form(), a.method(fn)
	doc := fmt.Sprintf("%s is %s in assembly, a block of %d samples at a time.", name, fn.Name, a.Batch.Block)
	body := &code.Block{}
	if fn.Few.Apart {
		body.If(code.Method(code.V("p"), "few", code.LenOf(form.slices[0]))).Return(code.Method(code.V("p"), fewMethod,
			append(append(code.Vars("b"), code.Vars(form.slices...)...), code.V("g"), code.I(fn.Few.Onto.Forgotten),
				code.I(1),
				code.I(0))...))
	}
	if form.sums {
		body.Set(&code.Deref{X: code.V("g")}, &code.Zero{Type: code.StructType(a.Name + "Grad")})
	}
	body.Let("loss", code.To(code.KindOf(a.Batch.Number), code.I(0)))
	body.Blocks(form.slices, a.Batch.Block, func(b *code.Block, samples []code.Expr) {
		args := append(code.Vars("b"), samples...)
		if form.sums {
			args = append(args, code.V("g"))
		}
		b.AddTo(code.V("loss"), code.Method(code.V("p"), a.blockMethod(fn.Name), args...))
	})
	body.Return(code.V("loss"))
	m := a.calling(fn, name, doc)
	m.Body = body
	f.Func(m)
}

// addLosses adds up the losses that the assembly has left behind:
//
//	func (b *IrisBatch) addLosses(sum float32, n int) float32 {
//		for i := 0; i < n && i < len(b.losses); i++ {
//			sum += b.losses[i]
//		}
//		return sum
//	}
func (a Assembly) addLosses(f *File) {
	f.Doc("addLosses adds the losses of n samples to a sum, one after another.")
	f.f.Func().Params(jen.Id("b").Op("*").Id(a.Name+"Batch")).Id("addLosses").
		Params(jen.Id("sum").Add(a.number()), jen.Id("n").Int()).Add(a.number()).Block(
		jen.For(jen.Id("i").Op(":=").Lit(0), jen.Id("i").Op("<").Id("n").Op("&&").Id("i").Op("<").
			Len(jen.Id("b").Dot("losses")), jen.Id("i").Op("++")).Block(
			jen.Id("sum").Op("+=").Id("b").Dot("losses").Index(jen.Id("i")),
		),
		jen.Return(jen.Id("sum")),
	)
}

// number is the type of numbers.
func (a Assembly) number() *jen.Statement { return jen.Id(a.Batch.Number) }

// sample is the type of the samples of a slice.
func (a Assembly) sample(slice string) *jen.Statement {
	n := a.Batch.Inputs
	if outputs(slice) {
		n = a.Batch.Outputs
	}
	return jen.Index(jen.Lit(n)).Add(a.number())
}

// sampleBytes is the size of a sample of a slice.
func (a Assembly) sampleBytes(slice string) int {
	n, size := a.Batch.Inputs, 4
	if outputs(slice) {
		n = a.Batch.Outputs
	}
	if code.KindOf(a.Batch.Number) == code.Float64 {
		size = 8
	}
	return n * size
}

// outputs says whether the samples of a slice are as wide as the outputs.
func outputs(slice string) bool { return slice == "ys" || slice == "out" }

// tileParams are the parameters of the method that takes tiles through a function, and of its assembly without g and p.
func (a Assembly) tileParams(form batchForm, loss bool) []jen.Code {
	ps := []jen.Code{jen.Id("b").Op("*").Id(a.Name + "Batch")}
	for _, s := range form.pointers() {
		ps = append(ps, jen.Id(s).Op("*").Add(a.sample(s)))
	}
	return append(ps, a.counts(loss)...)
}

// counts are the numbers of tiles and of samples in each.
func (a Assembly) counts(samples bool) []jen.Code {
	if samples {
		return []jen.Code{jen.List(jen.Id("tiles"), jen.Id("samples")).Int()}
	}
	return []jen.Code{jen.Id("tiles").Int()}
}

// oneCall says that the assembly takes tiles in one call.
func (fn AssemblyFunction) oneCall() bool { return !fn.form().sums && !fn.Pauses }

// callTiles calls the assembly where that takes several calls:
//
//	func (p *Iris) gradTiles(b *IrisBatch, xs *[4]float32, ys *[3]float32, g *IrisGrad, tiles, samples int) float32 {
//		loss := irisGradBatch(p, b, xs, ys, tiles, samples)
//		irisGradBatchSums(b, xs, g, tiles, samples)
//		return loss
//	}
func (a Assembly) callTiles(f *File, fn AssemblyFunction) {
	form, loss := fn.form(), fn.returns() && !a.ordered(fn)
	ps := a.tileParams(form, fn.returns())
	if form.sums {
		last := len(ps) - 1
		ps = append(ps[:last:last], jen.Id("g").Op("*").Id(a.Name+"Grad"), ps[last])
	}
	f.Doc(fmt.Sprintf("%s takes tiles of %d samples through %s.", tilesMethod(fn.Name), a.Batch.Samples, fn.Name))
	s := f.f.Func().Params(jen.Id("p").Op("*").Id(a.Name)).Id(tilesMethod(fn.Name)).Params(ps...)
	if loss {
		s.Add(a.number())
	}
	s.BlockFunc(func(g *jen.Group) {
		if fn.Pauses || fn.SumsPause {
			g.Add(a.declarePause())
		}
		args := []jen.Code{jen.Id("p"), jen.Id("b")}
		for _, s := range form.pointers() {
			args = append(args, jen.Id(s))
		}
		args = append(args, jen.Id("tiles"))
		if fn.returns() {
			args = append(args, jen.Id("samples"))
		}
		name := a.Prefix + fn.Name
		add(g, a.once(fn.Pauses, name, loss, args...))
		if form.sums {
			add(g, a.once(fn.SumsPause, name+"Sums", false, jen.Id("b"), jen.Id("xs"), jen.Id("g"), jen.Id("tiles"),
				jen.Id("samples")))
		}
		if loss {
			g.Return(jen.Id("loss"))
		}
	})
}

// declareTiles declares the assembly of a function of a batch:
//
//	//go:noescape
//	func irisGradBatch(p *Iris, b *IrisBatch, xs *[4]float32, ys *[3]float32, tiles, samples int) float32
//
//	//go:noescape
//	func irisGradBatchSums(b *IrisBatch, xs *[4]float32, grad *IrisGrad, tiles, samples int)
func (a Assembly) declareTiles(f *File, fn AssemblyFunction) {
	form := fn.form()
	s := a.external(f, fn.Name).Params(a.pausable(fn.Pauses,
		append([]jen.Code{jen.Id("p").Op("*").Id(a.Name)}, a.tileParams(form, fn.returns())...))...)
	if fn.returns() && !a.ordered(fn) {
		s.Add(a.number())
	}
	if form.sums {
		a.external(f, fn.Name+"Sums").Params(a.pausable(fn.SumsPause, append([]jen.Code{
			jen.Id("b").Op("*").Id(a.Name + "Batch"), jen.Id("xs").Op("*").Add(a.sample("xs")),
			jen.Id(AssemblerName("g")).Op("*").Id(a.Name + "Grad"),
		}, a.counts(true)...))...)
	}
}

// external begins the declaration of a function in assembly.
func (a Assembly) external(f *File, name string) *jen.Statement {
	f.f.Line()
	f.f.Comment("//go:noescape")
	return f.f.Func().Id(a.Prefix + name)
}

// stepBatch is GradBatch and the step, and Step for one sample. Few samples whose gradients are summed up apart move
// the parameters with that sum:
//
//	func (p *Iris) vectorStepBatch(b *IrisBatch, xs [][4]float32, ys [][3]float32, rate float32) float32 {
//		if len(xs) == 1 && len(ys) == 1 {
//			return p.vectorStep(&b.samples[0], &xs[0], &ys[0], rate)
//		}
//		if p.few(len(xs)) {
//			return p.gradFew(b, xs, ys, (*IrisGrad)(p), -1, -rate, 0)
//		}
//		loss := p.vectorGradBatch(b, xs, ys, &b.sum)
//		irisStepBatch(p, &b.sum, rate)
//		return loss
//	}
func (a Assembly) stepBatch(f *File, fn AssemblyFunction) {
	sum := jen.Op("&").Id("b").Dot("sum")
	doc := fmt.Sprintf("%s is %s in assembly.", a.method(fn), fn.Name)
	f.function(a.calling(fn, a.method(fn), doc), func(g *jen.Group) {
		a.alone(g, fn)
		a.stepFew(g, fn)
		g.Id("loss").Op(":=").Id("p").Dot(a.Method(strings.Replace(fn.Name, "Step", "Grad", 1))).
			CallFunc(func(g *jen.Group) {
				g.Id("b")
				for _, s := range fn.form().slices {
					g.Id(s)
				}
				g.Add(sum.Clone())
			})
		if fn.Pauses {
			g.Add(a.declarePause())
		}
		add(g, a.once(fn.Pauses, a.Prefix+fn.Name, false, jen.Id("p"), sum.Clone(), jen.Id("rate")))
		g.Return(jen.Id("loss"))
	})
	a.external(f, fn.Name).Params(a.pausable(fn.Pauses, []jen.Code{
		jen.Id("p").Op("*").Id(a.Name), jen.Id(AssemblerName("g")).Op("*").Id(a.Name + "Grad"),
		jen.Id("rate").Add(a.number()),
	})...)
}
