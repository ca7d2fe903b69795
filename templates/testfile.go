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
	Derived                          []string // the functions of derivatives
	Gradients                        bool     // there is a type of gradients, with what is done with them
	Stored, Team                     bool     // there are files that save and load, and that spread batches
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
	t.derivatives(f)
	if t.Levels {
		t.atLevels(f)
	}
	t.check(f)
	switch {
	case !t.learns():
		t.inference(f)
	case t.Careful:
		t.carefulExample(f)
	default:
		t.example(f)
	}
	t.samples(f)
	for _, b := range []struct{ name, call string }{
		{"Forward", "Forward(s.ws, &s.xs[i%len(s.xs)])"},
		{"Grad", "Grad(s.ws, &s.xs[i%len(s.xs)], &s.ys[i%len(s.ys)], s.g)"},
		{"Step", fmt.Sprintf("Step(s.ws, &s.xs[i%%len(s.xs)], &s.ys[i%%len(s.ys)], %v)", t.Rate)},
	} {
		if t.has(b.name) {
			t.benchmark(f, b.name, b.call)
		}
	}
	if len(t.Batches) > 0 {
		t.batch(f)
	}
	if t.Levels {
		t.levels(f)
	}
	return f.Render()
}

// has says whether the network has a function.
func (t Test) has(function string) bool {
	return slices.Contains(t.Functions, function) || slices.Contains(t.Batches, function)
}

// learns says whether the network can be trained.
func (t Test) learns() bool { return t.has("Grad") || t.has("Step") }

// gradient is the type that stands for gradients, laid out like the parameters: theirs where there is no other.
func (t Test) gradient() jen.Code {
	if t.Gradients {
		return jen.Id(t.Name + "Grad")
	}
	return jen.Id(t.Name)
}

// batchType is the type of what batches are worked on with.
func (t Test) batchType() jen.Code {
	if len(t.Batches) > 0 {
		return jen.Id(t.Name + "Batch")
	}
	return jen.Struct()
}

// spec declares the network as text, and the kernel as the reference's judge takes it:
//
//	const irisSpec = "{…}"
//	var irisKernel = verify.Kernel[Iris, IrisGrad, IrisWorkspace, IrisBatch, [4]float32, [3]float32, float32]{…}
func (t Test) spec(f *File) {
	f.Doc(t.Prefix + "Spec is the network, for the reference.")
	f.f.Const().Id(t.Prefix + "Spec").Op("=").Lit(t.Spec)
	f.Doc(t.Prefix + "Kernel is what was emitted for it.")
	types := []jen.Code{jen.Id(t.Name), t.gradient(), jen.Id(t.Name + "Workspace"), t.batchType()}
	f.f.Var().Id(t.Prefix + "Kernel").Op("=").Add(t.judged("Kernel", types...)).
		BlockFunc(func(g *jen.Group) {
			method := func(recv, name string) { methodField(g, recv, name) }
			if t.learns() {
				method(t.Name, "Init")
			}
			for _, name := range t.Functions {
				method(t.Name, name)
			}
			if t.InputGrad {
				method(t.Name+"Workspace", "InputGrad")
			}
			for _, name := range t.Batches {
				method(t.Name, name)
			}
			if t.has("Grad") {
				for _, name := range []string{"Norm", "Clip", "Scale"} {
					method(t.Name+"Grad", name)
				}
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

// judged is a type of package verify for some types of the network, and its samples, targets and numbers.
func (t Test) judged(name string, types ...jen.Code) *jen.Statement {
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
	types := []jen.Code{jen.Id(t.Name + "Team"), jen.Id(t.Name), t.gradient()}
	return t.judged("Team", types...).BlockFunc(func(g *jen.Group) {
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
	return t.judged("OptimizerTeam", types...).BlockFunc(func(g *jen.Group) {
		g.Id("New").Op(":").Id("New" + t.Name + "Team").Op(",")
		names := []string{"GradBatch", "Update", "UpdateBatch", "Close"}
		if t.has("GradBatchWeighted") {
			names = slices.Insert(names, 3, "GradBatchWeighted", "UpdateBatchWeighted")
		}
		for _, name := range names {
			methodField(g, t.Name+"Team", name)
		}
	})
}

// check is the test:
//
//	func TestIris(t *testing.T) {
//		verify.Test(t, irisSpec, irisKernel)
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
	if len(t.Derived) > 0 {
		each = append(each, t.judgeDerivatives("TestDerivatives"))
	}
	for _, o := range t.Optimizers {
		if len(t.Batches) == 0 {
			each = append(each, t.optimizer("TestOptimizer", o))
		} else {
			each = append(each, t.optimizer("TestOptimizerBatch", o,
				jen.Parens(jen.Op("*").Id(o.Type)).Dot("StepBatch"),
				jen.Parens(jen.Op("*").Id(t.Name)).Dot("GradBatch")))
		}
		if t.has("GradBatchWeighted") {
			each = append(each, t.optimizer("TestOptimizerBatchWeighted", o,
				jen.Parens(jen.Op("*").Id(o.Type)).Dot("StepBatchWeighted"),
				jen.Parens(jen.Op("*").Id(t.Name)).Dot("GradBatchWeighted")))
		}
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
			if len(t.Derived) > 0 {
				g.Add(t.judgeDerivatives("TestDerivativeLevels", jen.Id(t.Prefix+"AtLevels")))
			}
			for _, o := range t.Optimizers {
				g.Add(t.optimizer("TestOptimizerLevels", o, jen.Id(t.Prefix+"AtLevels")))
			}
		}
		if t.Team {
			g.Qual(verifyPath, "TestTeam").Call(jen.Id("t"), jen.Id(t.Prefix+"Spec"), t.team())
			for i, o := range t.Optimizers {
				if i == 0 || t.Spread { // an update that is not shared out is any optimizer's own
					g.Add(t.optimizer("TestOptimizerTeam", o, t.optimizerTeam()))
				}
			}
		}
		if !t.Stored {
			return
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
	fields := []code.Field{t.structField("net", ""), t.structField("ws", "Workspace")}
	if t.has("Grad") {
		fields = append(fields, t.structField("g", "Grad"))
	}
	fields = append(fields, code.Field{Name: "xs", Type: code.ArrayOf(t.number(), n, t.Inputs)})
	if t.learns() {
		fields = append(fields, code.Field{Name: "ys", Type: code.ArrayOf(t.number(), n, t.Outputs)})
	}
	t.fill(f, t.Prefix+"Samples", fields)
}

// number is the type of numbers.
func (t Test) number() code.Type { return code.Of(code.KindOf(t.Precision)) }

// structField is a field that holds a struct of the network, whose name ends so.
func (t Test) structField(name, ending string) code.Field {
	return code.Field{Name: name, Type: code.StructType(t.Name + ending)}
}

// fill declares a struct of pointers to what benchmarks work on, and the method that draws a network and samples. Each
// is allocated by itself, as programs do, so that it is aligned as they will find it. A network that nothing draws
// stays 0: no time depends on what the numbers are.
func (t Test) fill(f *File, name string, parts []code.Field) {
	f.Doc(name + " is what the benchmarks work on.")
	f.f.Type().Id(name).StructFunc(func(g *jen.Group) {
		for _, p := range parts {
			g.Id(p.Name).Op("*").Add(typ(p.Type))
		}
	})
	f.f.Line()
	f.f.Func().Params(jen.Id("s").Op("*").Id(name)).Id("init").Params(testingB()).BlockFunc(func(g *jen.Group) {
		for _, p := range parts {
			g.Id("s").Dot(p.Name).Op("=").New(typ(p.Type))
		}
		g.Id("random").Op(":=").Qual("math/rand", "New").Call(jen.Qual("math/rand", "NewSource").Call(jen.Lit(1)))
		if t.learns() {
			g.Id("s").Dot("net").Dot("Init").Call(jen.Id("random").Dot("NormFloat64"))
		}
		g.For(jen.Id("i").Op(":=").Range().Id("s").Dot("xs")).BlockFunc(func(g *jen.Group) {
			g.For(jen.Id("j").Op(":=").Range().Id("s").Dot("xs").Index(jen.Id("i"))).Block(
				jen.Id("s").Dot("xs").Index(jen.Id("i")).Index(jen.Id("j")).Op("=").Id(t.Precision).
					Call(jen.Id("random").Dot("NormFloat64").Call()))
			if !t.learns() {
				return
			}
			if t.OneHot {
				g.Id("s").Dot("ys").Index(jen.Id("i")).Index(jen.Id("random").Dot("Intn").Call(jen.Lit(t.Outputs))).
					Op("=").Lit(1)
				return
			}
			g.For(jen.Id("j").Op(":=").Range().Id("s").Dot("ys").Index(jen.Id("i"))).Block(
				jen.Id("s").Dot("ys").Index(jen.Id("i")).Index(jen.Id("j")).Op("=").Id(t.Precision).
					Call(jen.Id("random").Dot("Intn").Call(jen.Lit(2))))
		})
		g.Id("b").Dot("ReportAllocs").Call()
		g.Id("b").Dot("ResetTimer").Call()
	})
}

// testingB is the parameter of a benchmark.
func testingB() jen.Code { return jen.Id("b").Op("*").Qual("testing", "B") }

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
//		s.init(b)
//		for i := 0; i < b.N; i++ {
//			s.net.Step(s.ws, &s.xs[i%len(s.xs)], &s.ys[i%len(s.ys)], 0.1)
//		}
//	}
func (t Test) benchmark(f *File, name, call string) {
	f.f.Line()
	f.f.Func().Id(t.benchmarkName(name)).Params(testingB()).Block(t.loop(t.Prefix+"Samples",
		jen.Id("s").Dot("net").Dot(call))...)
}

// loop is what a benchmark does on a type of samples.
func (t Test) loop(samples string, body jen.Code) []jen.Code {
	return []jen.Code{
		jen.Id("s").Op(":=").New(jen.Id(samples)),
		jen.Id("s").Dot("init").Call(jen.Id("b")),
		jen.For(jen.Id("i").Op(":=").Lit(0), jen.Id("i").Op("<").Id("b").Dot("N"), jen.Id("i").Op("++")).Block(body),
	}
}
