package templates

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// Assembly is what the Go beside a network's assembly needs to know.
type Assembly struct {
	Package, Name, Prefix string
	Header                []string
	// Processor is whose assembly it is, as build constraints call it, and Processors are all that the network has
	// assembly for, where the file stands in for it.
	Processor  string
	Processors []string
	// Method is the method that has the assembly of a function, and Direct says that there is none: the assembly is
	// called as it is.
	Method func(function string) string
	Direct func(function string) bool
	// Levels are the instruction sets, the lowest first.
	Levels    []AssemblyLevel
	Kinds     []AssemblyKind // of cores with the highest level, if it has several
	Functions []AssemblyFunction
	Layout    []FieldOffset
	Batch     AssemblyTiles
	// Sweeps are the loops over all parameters, of which there are Params, and SweptAtOnce of them one takes at a time.
	Sweeps              []AssemblySweep
	Params, SweptAtOnce int
	// Some say of functions and sweeps that only some processors have whether this one has them. Absent and
	// AbsentSweeps are those that it has not, and others have.
	Some         []AssemblyConstant
	Absent       []AssemblyFunction
	AbsentSweeps []AssemblySweep
	// PauseWords is how many words of 64 bits functions that pause leave behind.
	PauseWords int
}

// AssemblyLevel is an instruction set: its name in names of functions and in prose, and the fields of cpu.X86 that tell
// of it, none where every processor has it.
type AssemblyLevel struct {
	Name, Doc string
	Features  []string
}

// AssemblyConstant says whether a build has the assembly of a function or a sweep.
type AssemblyConstant struct {
	Name string
	Has  bool
}

// AssemblyKind is what cores are that have the highest level and run the same codes: the number of the level that they
// take, their names, and how they are told; of the last kind, which all others are of, that is left out.
type AssemblyKind struct {
	Level      int
	Names      []string
	Processors []AssemblyProcessor
}

// AssemblyProcessor is a range of models of a family, by what CPUID says: the first four letters of the maker, as a
// number, the family and the model.
type AssemblyProcessor struct {
	Maker         uint32
	Family        int
	First, Latest int
}

// AssemblyFunction is a function of the API that has assembly.
type AssemblyFunction struct {
	Name            string
	Params, Results []code.Param
	Written         []string // parameters that are slices of results
	Batch           bool     // whether it takes tiles of samples
	// Pauses says that it returns before it is done, to be called again; SumsPause that the function which sums
	// gradients up does.
	Pauses, SumsPause bool
	// Few says how few samples are taken.
	Few AssemblyFew
}

// FieldOffset is where the assembly looks for a field of a struct, or, without a name, for the end of it.
type FieldOffset struct {
	Struct, Field string
	Offset        int
}

const cpuPath = "golang.org/x/sys/cpu"

// AssemblyFile returns the Go file that declares a network's assembly and chooses among its levels.
func AssemblyFile(a Assembly) ([]byte, error) {
	f := NewConstrainedFile(a.Package, a.Header, AssemblyConstraint(a.Processor))
	f.f.ImportName(cpuPath, "cpu")
	a.levels(f)
	if !a.everywhere() {
		a.machine(f)
	}
	if a.asks() {
		a.core(f)
	}
	if slices.ContainsFunc(a.Functions, func(fn AssemblyFunction) bool {
		return fn.Pauses || fn.SumsPause || fn.Few.Pauses || fn.Few.SumsPause
	}) {
		a.pause(f)
	}
	for _, fn := range a.Functions {
		if fn.Batch {
			a.batch(f, fn)
			continue
		}
		if !a.Direct(fn.Name) {
			a.call(f, fn)
		}
		a.declare(f, fn)
	}
	if slices.ContainsFunc(a.Functions, func(fn AssemblyFunction) bool { return fn.Batch && a.ordered(fn) }) {
		a.addLosses(f)
	}
	for _, s := range a.Sweeps {
		a.sweep(f, s)
	}
	a.constants(f)
	a.absent(f)
	a.layout(f)
	return f.Render()
}

// PortableTags are the build tags that leave the assembly out: the one that asks for that, and those of builds with
// -race, -msan and -asan, which can't see what assembly reads and writes.
var PortableTags = []string{"purego", "race", "msan", "asan"}

// AssemblyConstraint is the build constraint of a processor's assembly and of what goes with it.
func AssemblyConstraint(processor string) string {
	return processor + " && !" + strings.Join(PortableTags, " && !")
}

// everywhere says that every processor of the kind has the only level that there is.
func (a Assembly) everywhere() bool { return len(a.Levels) == 1 && len(a.Levels[0].Features) == 0 }

// FallbackFile returns the Go file that takes the place of AssemblyFile's for other processors, and with one of
// PortableTags.
func FallbackFile(a Assembly) ([]byte, error) {
	f := NewConstrainedFile(a.Package, a.Header,
		"!"+strings.Join(a.Processors, " && !")+" || "+strings.Join(PortableTags, " || "))
	f.Doc(a.level() + " says that there is no assembly.")
	f.f.Const().Id(a.level()).Op("=").Lit(0)
	a.constants(f)
	f.Doc("What follows stands for assembly that there is not. None of it is called.")
	a.absent(f)
	return f.Render()
}

// constants declares which functions and sweeps the build has of those that only some builds have:
//
//	const irisHasForward = true
func (a Assembly) constants(f *File) {
	for _, c := range a.Some {
		f.Doc(c.Name + " says whether there is assembly of that here.")
		f.f.Const().Id(c.Name).Op("=").Lit(c.Has)
	}
}

// absent declares the methods that would call assembly which is not there.
func (a Assembly) absent(f *File) {
	for _, fn := range a.Absent {
		f.f.Line()
		if a.Direct(fn.Name) {
			params := append([]code.Param{a.recv()}, fn.Params...)
			f.signature(&code.Func{Name: a.Prefix + fn.Name, Params: params, Results: fn.Results}).Add(never())
			continue
		}
		f.signature(a.calling(fn, a.method(fn), "")).Add(never())
	}
	for _, s := range a.AbsentSweeps {
		f.f.Line()
		a.sweepMethod(f, s).Add(never())
	}
}

// never is the body of what nobody calls: { panic("no assembly") }.
func never() jen.Code { return jen.Op(`{ panic("no assembly") }`) }

func (a Assembly) level() string { return a.Prefix + "Level" }

func (a Assembly) method(fn AssemblyFunction) string { return a.Method(fn.Name) }

// callOf calls the assembly of a function of one sample with some arguments: irisGrad(p, ws, x, y, g), or, where that
// is not called directly, p.vectorGrad(ws, x, y, g).
func (a Assembly) callOf(function string, args ...jen.Code) *jen.Statement {
	if a.Direct(function) {
		return jen.Id(a.Prefix + function).Call(append([]jen.Code{jen.Id("p")}, args...)...)
	}
	return jen.Id("p").Dot(a.Method(function)).Call(args...)
}

func (a Assembly) recv() code.Param {
	return code.Param{Name: "p", Type: code.PointerTo(code.StructType(a.Name))}
}

// calling is a method that calls the assembly of a function, without a body.
func (a Assembly) calling(fn AssemblyFunction, name, doc string) *code.Func {
	recv := a.recv()
	return &code.Func{Name: name, Doc: doc, Recv: &recv, Params: fn.Params, Results: fn.Results}
}

// returns says whether a function returns the loss.
func (fn AssemblyFunction) returns() bool { return len(fn.Results) > 0 }

// levels declares the level in force:
//
//	var irisLevel = irisMachine()
func (a Assembly) levels(f *File) {
	doc := a.level() + " is the instruction set that functions use: 0 the portable Go"
	for i, l := range a.Levels {
		if i == len(a.Levels)-1 && a.asks() {
			doc += ", from 2 on\n" + l.Doc + ": " + a.kinds()
			break
		}
		doc += fmt.Sprintf(", %d %s", i+1, l.Doc)
	}
	if a.everywhere() {
		f.Doc(doc + ".")
		f.f.Var().Id(a.level()).Op("=").Lit(1)
	} else {
		f.Doc(doc + ".\nThe environment variable GODEBUG lowers it: cpu.avx512f=off, and cpu.avx2=off as well for the " +
			"portable Go.")
		f.f.Var().Id(a.level()).Op("=").Id(a.Prefix + "Machine").Call()
	}
}

// machine finds the level of the machine:
//
//	func irisMachine() int {
//		x := &cpu.X86
//		switch {
//		case x.HasAVX512F && …:
//			return 2
//		…
//		}
//		return 0
//	}
func (a Assembly) machine(f *File) {
	f.Doc(a.Prefix + "Machine is the highest level that processor and operating system support.")
	f.f.Func().Id(a.Prefix+"Machine").Params().Int().Block(
		jen.Id("x").Op(":=").Op("&").Qual(cpuPath, "X86"),
		jen.Switch().BlockFunc(func(g *jen.Group) {
			for i := len(a.Levels) - 1; i >= 0; i-- {
				all := jen.Null()
				for k, name := range a.Levels[i].Features {
					if k > 0 {
						all.Op("&&")
					}
					all.Id("x").Dot(name)
				}
				level := jen.Lit(i + 1)
				if i == len(a.Levels)-1 && a.asks() {
					level = jen.Id(a.Prefix + "Core").Call()
				}
				g.Case(all).Block(jen.Return(level))
			}
		}),
		jen.Return(jen.Lit(0)),
	)
}

// call is the method that calls the assembly of a function that is not called directly:
//
//	func (p *Iris) vectorForward(ws *IrisWorkspace, x *[4]float32) {
//		var pause irisPause
//		irisForward(p, ws, x, &pause)
//		for pause.point > 0 {
//			irisForward(p, ws, x, &pause)
//		}
//	}
//
// What it is stands before the first one.
func (a Assembly) call(f *File, fn AssemblyFunction) {
	args := append([]jen.Code{jen.Id("p")}, ids(fn.Params)...)
	call := jen.Id(a.Prefix + fn.Name)
	doc := ""
	first := slices.IndexFunc(a.Functions, func(f AssemblyFunction) bool { return !f.Batch && !a.Direct(f.Name) })
	if fn.Name == a.Functions[first].Name {
		doc = fmt.Sprintf("%s is %s in assembly, and so on.", a.method(fn), fn.Name)
	}
	m := a.calling(fn, a.method(fn), doc)
	f.function(m, func(g *jen.Group) {
		switch {
		case fn.Pauses:
			g.Add(a.declarePause())
			add(g, a.calls(call, fn.returns(), args...))
			if fn.returns() {
				g.Return(jen.Id("loss"))
			}
		case fn.returns():
			g.Return(call.Call(args...))
		default:
			g.Add(call.Call(args...))
		}
	})
}

// declare declares the assembly of a function:
//
//	//go:noescape
//	func irisForward(p *Iris, ws *IrisWorkspace, x *[4]float32)
func (a Assembly) declare(f *File, fn AssemblyFunction) {
	s := a.external(f, fn.Name).ParamsFunc(func(g *jen.Group) {
		for _, p := range append([]code.Param{a.recv()}, fn.Params...) {
			g.Id(AssemblerName(p.Name)).Add(typ(p.Type))
		}
		if fn.Pauses {
			g.Add(a.pauseParam())
		}
	})
	if fn.returns() {
		s.Add(typ(fn.Results[0].Type))
	}
}

// AssemblerName is the name of a parameter in assembly, where g is a register.
func AssemblerName(name string) string {
	if name == "g" {
		return "grad"
	}
	return name
}

// layout makes the compiler check the offsets that the assembly has, by the last field of each struct: fields lie in
// their order, and a gap before any of them would move the last one.
//
//	var _ = [1]struct{}{}[unsafe.Offsetof(Iris{}.B2)-256]
//	var _ = [1]struct{}{}[unsafe.Sizeof(IrisWorkspace{})-88]
func (a Assembly) layout(f *File) {
	f.Doc("The assembly expects fields without gaps, the last ones at these offsets. Else this would not compile.")
	f.f.Var().DefsFunc(func(g *jen.Group) {
		for i, o := range a.Layout {
			if i+1 < len(a.Layout) && a.Layout[i+1].Struct == o.Struct {
				continue
			}
			place := jen.Qual("unsafe", "Sizeof").Call(jen.Id(o.Struct).Values())
			if o.Field != "" {
				place = jen.Qual("unsafe", "Offsetof").Call(jen.Id(o.Struct).Values().Dot(o.Field))
			}
			g.Id("_").Op("=").Index(jen.Lit(1)).Struct().Values().Index(place.Op("-").Lit(o.Offset))
		}
	})
}
