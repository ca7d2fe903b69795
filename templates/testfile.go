package templates

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// Test is what the test file of a network needs to know.
type Test struct {
	Package, Name, Prefix, Precision string
	Header                           []string
	Spec                             string // canonical JSON
	Qualify                          bool   // benchmark names carry the network's name
	Inputs, Outputs                  int
	InputGrad                        bool
	Functions, Batches               []string // the functions of the API, of one sample and of batches
	Optimizers                       []TestedOptimizer
	Spread                           bool    // a team shares their updates out
	OneHot                           bool    // targets are classes
	Rate                             float64 // of the example and the benchmark of Step
	Careful                          bool    // how far a step may go is not known
	Levels                           bool    // there is assembly beside the portable Go
	Strict                           bool    // all levels give the same bits
	Cuts                             TestedCuts
}

// TestedCuts says how batches are cut up: into blocks of samples in Go, and of those a team has runs; in assembly into
// tiles, and so many samples a call. Tile and Chunk are 0 where there is none.
type TestedCuts struct{ Block, Tile, Chunk, Runs int }

// ExampleName is the name of a network's example. An underscore in it parts a type from a suffix, which begins in lower
// case, or vet refuses it: the example of My_net is one of the package, with a suffix.
func ExampleName(name, prefix string) string {
	if strings.Contains(name, "_") {
		return "Example_" + prefix
	}
	return "Example" + name
}

// TestedOptimizer is an optimizer of the network: its name in the spec, adam, and its type, IrisAdam.
type TestedOptimizer struct{ Name, Type string }

const verifyPath = "github.com/backpropgen/backpropgen/verify"

// TestFile returns the formatted test file of a network: its check against the reference, an example, and
// benchmarks.
func TestFile(t Test) ([]byte, error) {
	f := NewFile(t.Package, t.Header)
	f.f.ImportName(verifyPath, "verify")
	t.spec(f)
	t.check(f)
	if t.Careful {
		t.carefulExample(f)
	} else {
		t.example(f)
	}
	t.samples(f)
	for _, b := range []struct{ name, call string }{
		{"Forward", "Forward(s.ws, &s.xs[i%len(s.xs)])"},
		{"Grad", "Grad(s.ws, &s.xs[i%len(s.xs)], &s.ys[i%len(s.ys)], s.g)"},
		{"Step", fmt.Sprintf("Step(s.ws, &s.xs[i%%len(s.xs)], &s.ys[i%%len(s.ys)], %v)", t.Rate)},
	} {
		t.benchmark(f, b.name, b.call)
	}
	t.batch(f)
	if t.Levels {
		t.levels(f)
	}
	return f.Render()
}

// spec declares the network as text, and the kernel as the reference's judge takes it:
//
//	const irisSpec = "{…}"
//	var irisKernel = verify.Kernel[Iris, IrisGrad, IrisWorkspace, IrisBatch, [4]float32, [3]float32, float32]{…}
func (t Test) spec(f *File) {
	f.Doc(t.Prefix + "Spec is the network, for the reference.")
	f.f.Const().Id(t.Prefix + "Spec").Op("=").Lit(t.Spec)
	f.Doc(t.Prefix + "Kernel is what was emitted for it.")
	f.f.Var().Id(t.Prefix + "Kernel").Op("=").Add(t.judged("Kernel", "", "Grad", "Workspace", "Batch")).
		BlockFunc(func(g *jen.Group) {
			method := func(recv, name string) { methodField(g, recv, name) }
			for _, name := range append([]string{"Init"}, t.Functions...) {
				method(t.Name, name)
			}
			if t.InputGrad {
				method(t.Name+"Workspace", "InputGrad")
			}
			for _, name := range t.Batches {
				method(t.Name, name)
			}
			for _, name := range []string{"Norm", "Clip", "Scale"} {
				method(t.Name+"Grad", name)
			}
			g.Id("Cuts").Op(":").Add(t.cuts()).Op(",")
		})
}

// cuts is how batches are cut up: verify.Cuts{Block: 32, Tile: 16, Chunk: 256, Runs: 32}.
func (t Test) cuts() *jen.Statement {
	return jen.Qual(verifyPath, "Cuts").ValuesFunc(func(g *jen.Group) {
		for _, c := range []struct {
			name string
			n    int
		}{{"Block", t.Cuts.Block}, {"Tile", t.Cuts.Tile}, {"Chunk", t.Cuts.Chunk}, {"Runs", t.Cuts.Runs}} {
			if c.n > 0 {
				g.Id(c.name).Op(":").Lit(c.n)
			}
		}
	})
}

// judged is a type of package verify for the types of the network that have these endings, its samples, targets and
// numbers.
func (t Test) judged(name string, endings ...string) *jen.Statement {
	var types []jen.Code
	for _, e := range endings {
		types = append(types, jen.Id(t.Name+e))
	}
	return t.judgedTypes(name, types...)
}

// judgedTypes is judged for types that are given.
func (t Test) judgedTypes(name string, types ...jen.Code) *jen.Statement {
	array := func(n int) jen.Code { return jen.Index(jen.Lit(n)).Id(t.Precision) }
	return jen.Qual(verifyPath, name).
		Index(jen.List(append(types, array(t.Inputs), array(t.Outputs), jen.Id(t.Precision))...))
}

// methodField is the field of a struct literal that has a method by its own name.
func methodField(g *jen.Group, recv, name string) {
	g.Id(name).Op(":").Parens(jen.Op("*").Id(recv)).Dot(name).Op(",")
}

// team is the team as the reference's judge takes it.
func (t Test) team() *jen.Statement {
	return t.judged("Team", "Team", "", "Grad").BlockFunc(func(g *jen.Group) {
		g.Id("New").Op(":").Id("New" + t.Name + "Team").Op(",")
		for _, name := range append(slices.Clone(t.Batches), "Close") {
			methodField(g, t.Name+"Team", name)
		}
		g.Id("Cuts").Op(":").Id(t.Prefix + "Kernel").Dot("Cuts").Op(",")
	})
}

// optimizerTeam is what a team does with optimizers as the reference's judge takes it.
func (t Test) optimizerTeam() *jen.Statement {
	types := []jen.Code{jen.Id(t.Name + "Team"), jen.Id(t.Prefix + "Updater"), jen.Id(t.Name), jen.Id(t.Name + "Grad")}
	return t.judgedTypes("OptimizerTeam", types...).BlockFunc(func(g *jen.Group) {
		g.Id("New").Op(":").Id("New" + t.Name + "Team").Op(",")
		for _, name := range []string{"GradBatch", "Update", "UpdateBatch", "Close"} {
			methodField(g, t.Name+"Team", name)
		}
	})
}

// check is the test:
//
//	func TestIris(t *testing.T) {
//		verify.Test(t, irisSpec, irisKernel)
//		verify.TestOptimizer(t, irisSpec, "adam", NewIrisAdam, (*IrisAdam).Update)
//		verify.TestOptimizerBatch(t, irisSpec, "adam", NewIrisAdam, (*IrisAdam).Update, (*IrisAdam).StepBatch,
//			(*Iris).GradBatch)
//		verify.TestTeam(t, irisSpec, verify.Team[IrisTeam, Iris, IrisGrad, [4]float32, [3]float32, float32]{…})
//		verify.TestOptimizerTeam(t, irisSpec, "adam", NewIrisAdam, (*IrisAdam).Update,
//			verify.OptimizerTeam[IrisTeam, irisUpdater, …]{…})
//		verify.TestStored[Iris](t, irisSpec, "parameters")
//		verify.TestStored[IrisAdam](t, irisSpec, "adam")
//	}
//
// Where there is assembly, its first lines go through the instruction sets:
//
//	irisAtLevels(func(level string) {
//		t.Run(level, func(t *testing.T) {
//			verify.Test(t, irisSpec, irisKernel)
//			verify.TestOptimizer(t, irisSpec, "adam", NewIrisAdam, (*IrisAdam).Update)
//			verify.TestOptimizerBatch(t, irisSpec, "adam", NewIrisAdam, (*IrisAdam).Update, (*IrisAdam).StepBatch,
//				(*Iris).GradBatch)
//		})
//	})
//
// and under rounding: strict the next compare them:
//
//	verify.TestLevels(t, irisSpec, irisKernel, irisAtLevels)
//	verify.TestOptimizerLevels(t, irisSpec, "adam", NewIrisAdam, (*IrisAdam).Update, irisAtLevels)
func (t Test) check(f *File) {
	doc := fmt.Sprintf("Test%s checks the emitted code against the reference: every output and gradient within the "+
		"bound on rounding\nerrors, no allocation, nothing written but what is documented.", t.Name)
	each := []jen.Code{jen.Qual(verifyPath, "Test").
		Call(jen.Id("t"), jen.Id(t.Prefix+"Spec"), jen.Id(t.Prefix+"Kernel"))}
	for _, o := range t.Optimizers {
		each = append(each, t.optimizer("TestOptimizer", o), t.optimizer("TestOptimizerBatch", o,
			jen.Parens(jen.Op("*").Id(o.Type)).Dot("StepBatch"), jen.Parens(jen.Op("*").Id(t.Name)).Dot("GradBatch")))
	}
	if t.Levels {
		doc += " It does so with every instruction set that the machine has."
		each = []jen.Code{jen.Id(t.Prefix + "AtLevels").Call(jen.Func().Params(jen.Id("level").String()).Block(
			jen.Id("t").Dot("Run").Call(jen.Id("level"), jen.Func().Params(jen.Id("t").Op("*").Qual("testing", "T")).
				Block(each...))))}
	}
	f.Doc(doc)
	f.f.Func().Id("Test" + t.Name).Params(jen.Id("t").Op("*").Qual("testing", "T")).BlockFunc(func(g *jen.Group) {
		add(g, each)
		if t.Levels && t.Strict {
			g.Qual(verifyPath, "TestLevels").Call(jen.Id("t"), jen.Id(t.Prefix+"Spec"), jen.Id(t.Prefix+"Kernel"),
				jen.Id(t.Prefix+"AtLevels"))
			for _, o := range t.Optimizers {
				g.Add(t.optimizer("TestOptimizerLevels", o, jen.Id(t.Prefix+"AtLevels")))
			}
		}
		g.Qual(verifyPath, "TestTeam").Call(jen.Id("t"), jen.Id(t.Prefix+"Spec"), t.team())
		for i, o := range t.Optimizers {
			if i == 0 || t.Spread { // an update that is not shared out is any optimizer's own
				g.Add(t.optimizer("TestOptimizerTeam", o, t.optimizerTeam()))
			}
		}
		stored := func(typ, kind string) {
			g.Qual(verifyPath, "TestStored").Index(jen.Id(typ)).
				Call(jen.Id("t"), jen.Id(t.Prefix+"Spec"), jen.Lit(kind))
		}
		stored(t.Name, "parameters")
		for _, o := range t.Optimizers {
			stored(o.Type, o.Name)
		}
	})
}

// optimizer is a call of a judge of optimizers.
func (t Test) optimizer(judge string, o TestedOptimizer, more ...jen.Code) jen.Code {
	args := []jen.Code{jen.Id("t"), jen.Id(t.Prefix + "Spec"), jen.Lit(o.Name), jen.Id("New" + o.Type),
		jen.Parens(jen.Op("*").Id(o.Type)).Dot("Update")}
	return jen.Qual(verifyPath, judge).Call(append(args, more...)...)
}

// example trains on one sample.
func (t Test) example(f *File) {
	array := func(n int) *jen.Statement { return jen.Index(jen.Lit(n)).Id(t.Precision) }
	f.Doc(fmt.Sprintf("Training %s on one sample: Step returns the loss before the step it takes.", t.Name))
	f.f.Func().Id(ExampleName(t.Name, t.Prefix)).Params().Block(
		jen.Var().Id("net").Id(t.Name),
		jen.Id("net").Dot("Init").Call(
			jen.Qual("math/rand", "New").Call(jen.Qual("math/rand", "NewSource").Call(jen.Lit(1))).Dot("NormFloat64")),
		jen.Var().Id("ws").Id(t.Name+"Workspace"),
		jen.Id("x").Op(":=").Add(array(t.Inputs)).Values(jen.Lit(1)),
		jen.Id("y").Op(":=").Add(array(t.Outputs)).Values(jen.Lit(1)),
		jen.Line(),
		jen.Id("before").Op(":=").Id("net").Dot("Loss").
			Call(jen.Op("&").Id("ws"), jen.Op("&").Id("x"), jen.Op("&").Id("y")),
		jen.For(jen.Range().Lit(20)).Block(
			jen.Id("net").Dot("Step").
				Call(jen.Op("&").Id("ws"), jen.Op("&").Id("x"), jen.Op("&").Id("y"), jen.Lit(t.Rate))),
		jen.Id("after").Op(":=").Id("net").Dot("Loss").
			Call(jen.Op("&").Id("ws"), jen.Op("&").Id("x"), jen.Op("&").Id("y")),
		jen.Qual("fmt", "Println").Call(jen.Lit("learned:"), jen.Id("after").Op("<=").Id("before")),
		jen.Comment("// Output: learned: true"),
	)
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
	array := func(n int) *jen.Statement { return jen.Index(jen.Lit(n)).Id(t.Precision) }
	call := func(name, method string, more ...jen.Code) *jen.Statement {
		args := append([]jen.Code{jen.Op("&").Id("ws"), jen.Op("&").Id("x"), jen.Op("&").Id("y")}, more...)
		return jen.Id(name).Dot(method).Call(args...)
	}
	f.Doc(fmt.Sprintf("Training %s on one sample: a step at a rate that is small enough does not lead uphill.", t.Name))
	f.f.Func().Id(ExampleName(t.Name, t.Prefix)).Params().Block(
		jen.Var().Id("net").Id(t.Name),
		jen.Id("net").Dot("Init").Call(
			jen.Qual("math/rand", "New").Call(jen.Qual("math/rand", "NewSource").Call(jen.Lit(1))).Dot("NormFloat64")),
		jen.Var().Id("ws").Id(t.Name+"Workspace"),
		jen.Id("x").Op(":=").Add(array(t.Inputs)).Values(jen.Lit(1)),
		jen.Id("y").Op(":=").Add(array(t.Outputs)).Values(jen.Lit(1)),
		jen.Line(),
		jen.Id("before").Op(":=").Add(call("net", "Loss")),
		jen.Id("after").Op(":=").Id("before"),
		jen.For(jen.Id("rate").Op(":=").Id(t.Precision).Call(jen.Lit(t.Rate)), jen.Id("rate").Op(">").Lit(1e-30),
			jen.Id("rate").Op("/=").Lit(4)).Block(
			jen.Id("trial").Op(":=").Id("net"),
			call("trial", "Step", jen.Id("rate")),
			jen.If(jen.Id("after").Op("=").Add(call("trial", "Loss")), jen.Id("after").Op("<=").Id("before")).
				Block(jen.Break()),
		),
		jen.Qual("fmt", "Println").Call(jen.Lit("uphill:"), jen.Id("after").Op(">").Id("before")),
		jen.Comment("// Output: uphill: false"),
	)
}

// sampleCount keeps the samples of a benchmark within 64 KiB, a power of two.
func (t Test) sampleCount() int {
	n := 64
	for n > 1 && n*(t.Inputs+t.Outputs)*4 > 64<<10 {
		n /= 2
	}
	return n
}

// samples declares what benchmarks work on: a network, and samples that vary from call to call.
func (t Test) samples(f *File) {
	n := t.sampleCount()
	t.fill(f, t.Prefix+"Samples", []code.Field{
		t.structField("net", ""), t.structField("ws", "Workspace"), t.structField("g", "Grad"),
		{Name: "xs", Type: code.ArrayOf(t.number(), n, t.Inputs)},
		{Name: "ys", Type: code.ArrayOf(t.number(), n, t.Outputs)},
	})
}

// number is the type of numbers.
func (t Test) number() code.Type { return code.Of(code.KindOf(t.Precision)) }

// structField is a field that holds a struct of the network, whose name ends so.
func (t Test) structField(name, ending string) code.Field {
	return code.Field{Name: name, Type: code.StructType(t.Name + ending)}
}

// fill declares a struct of pointers to what benchmarks work on, and the method that draws a network and samples. Each
// is allocated by itself, as programs do, so that it is aligned as they will find it.
func (t Test) fill(f *File, name string, parts []code.Field) {
	f.Doc(name + " is what the benchmarks work on.")
	f.f.Type().Id(name).StructFunc(func(g *jen.Group) {
		for _, p := range parts {
			g.Id(p.Name).Op("*").Add(typ(p.Type))
		}
	})
	f.f.Line()
	f.f.Func().Params(jen.Id("s").Op("*").Id(name)).Id("init").Params().BlockFunc(func(g *jen.Group) {
		for _, p := range parts {
			g.Id("s").Dot(p.Name).Op("=").New(typ(p.Type))
		}
		g.Id("random").Op(":=").Qual("math/rand", "New").Call(jen.Qual("math/rand", "NewSource").Call(jen.Lit(1)))
		g.Id("s").Dot("net").Dot("Init").Call(jen.Id("random").Dot("NormFloat64"))
		g.For(jen.Id("i").Op(":=").Range().Id("s").Dot("xs")).BlockFunc(func(g *jen.Group) {
			g.For(jen.Id("j").Op(":=").Range().Id("s").Dot("xs").Index(jen.Id("i"))).Block(
				jen.Id("s").Dot("xs").Index(jen.Id("i")).Index(jen.Id("j")).Op("=").Id(t.Precision).
					Call(jen.Id("random").Dot("NormFloat64").Call()))
			if t.OneHot {
				g.Id("s").Dot("ys").Index(jen.Id("i")).Index(jen.Id("random").Dot("Intn").Call(jen.Lit(t.Outputs))).
					Op("=").Lit(1)
				return
			}
			g.For(jen.Id("j").Op(":=").Range().Id("s").Dot("ys").Index(jen.Id("i"))).Block(
				jen.Id("s").Dot("ys").Index(jen.Id("i")).Index(jen.Id("j")).Op("=").Id(t.Precision).
					Call(jen.Id("random").Dot("Intn").Call(jen.Lit(2))))
		})
	})
}

// benchmarkName is the name of a benchmark.
func (t Test) benchmarkName(of string) string {
	if t.Qualify {
		return "Benchmark" + t.Name + of
	}
	return "Benchmark" + of
}

// benchmark is one benchmark:
//
//	func BenchmarkStep(b *testing.B) {
//		s := new(irisSamples)
//		s.init()
//		b.ReportAllocs()
//		b.ResetTimer()
//		for i := 0; i < b.N; i++ {
//			s.net.Step(s.ws, &s.xs[i%len(s.xs)], &s.ys[i%len(s.ys)], 0.1)
//		}
//	}
func (t Test) benchmark(f *File, name, call string) {
	t.benchmarkOf(f, name, t.Prefix+"Samples", call)
}

// benchmarkOf is a benchmark on a type of samples, with what it reports at the end.
func (t Test) benchmarkOf(f *File, name, typ, call string, report ...jen.Code) {
	body := []jen.Code{
		jen.Id("s").Op(":=").New(jen.Id(typ)),
		jen.Id("s").Dot("init").Call(),
		jen.Id("b").Dot("ReportAllocs").Call(),
		jen.Id("b").Dot("ResetTimer").Call(),
		jen.For(jen.Id("i").Op(":=").Lit(0), jen.Id("i").Op("<").Id("b").Dot("N"), jen.Id("i").Op("++")).Block(
			jen.Id("s").Dot("net").Dot(call)),
	}
	f.f.Line()
	f.f.Func().Id(t.benchmarkName(name)).Params(jen.Id("b").Op("*").Qual("testing", "B")).
		Block(append(body, report...)...)
}
