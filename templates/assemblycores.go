package templates

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Where cores with AVX-512 run different codes, each kind of them has a level of its own.

// asks says whether there are several kinds.
func (a Assembly) asks() bool { return len(a.Kinds) > 1 }

// kinds are the kinds in prose.
func (a Assembly) kinds() string {
	var list []string
	for _, k := range a.Kinds {
		list = append(list, fmt.Sprintf("%d as on %s", k.Level, strings.Join(k.Names, ", ")))
	}
	return strings.Join(list, ", ")
}

// LevelNames are the names of levels, from 1 on, of which the highest has a number for each kind of cores.
func LevelNames(levels []AssemblyLevel, kinds []AssemblyKind) (names []string) {
	for i, l := range levels {
		if i < len(levels)-1 || len(kinds) < 2 {
			names = append(names, l.Name)
			continue
		}
		for _, k := range kinds {
			names = append(names, l.Name+" as on "+k.Names[0])
		}
	}
	return names
}

// core tells the kinds apart:
//
//	func irisCore() int {
//		maker, version := irisProcessor()
//		family, model := int(version>>8&15+version>>20&255), int(version>>4&15|version>>12&0xf0)
//		switch {
//		case maker == 0x68747541 && family == 0x19:
//			return 2
//		}
//		return 4
//	}
//
//	func irisProcessor() (maker, version uint32)
func (a Assembly) core(f *File) {
	last := a.Kinds[len(a.Kinds)-1]
	f.Doc(a.Prefix + "Core is the level of a processor with " + a.Levels[len(a.Levels)-1].Name +
		", by the family and the model that it says it is of: 0x68747541 is AMD\nand 0x756e6547 Intel.")
	f.f.Func().Id(a.Prefix+"Core").Params().Int().Block(
		jen.List(jen.Id("maker"), jen.Id("version")).Op(":=").Id(a.Prefix+"Processor").Call(),
		jen.List(jen.Id("family"), jen.Id("model")).Op(":=").List(
			jen.Id("version").Op(">>").Lit(8).Op("&").Lit(15).Op("+").Id("version").Op(">>").Lit(20).Op("&").Lit(255),
			jen.Id("version").Op(">>").Lit(4).Op("&").Lit(15).Op("|").Id("version").Op(">>").Lit(12).Op("&").
				Id("0xf0")),
		jen.Switch().BlockFunc(func(g *jen.Group) {
			for _, k := range a.Kinds[:len(a.Kinds)-1] {
				g.Case(conditions(k.Processors)...).Block(jen.Return(jen.Lit(k.Level)))
			}
		}),
		jen.Return(jen.Lit(last.Level)),
	)
	f.Doc(a.Prefix + "Processor asks the processor: CPUID of 0 and of 1.")
	f.f.Func().Id(a.Prefix + "Processor").Params().Params(jen.List(jen.Id("maker"), jen.Id("version")).Uint32())
}

// conditions say whether it is one of some models, those of a family together.
func conditions(processors []AssemblyProcessor) (list []jen.Code) {
	for i := 0; i < len(processors); {
		p := processors[i]
		s := jen.Id("maker").Op("==").Id(fmt.Sprintf("%#x", p.Maker)).Op("&&").Id("family").Op("==").
			Id(fmt.Sprintf("%#x", p.Family))
		var models *jen.Statement
		whole, count := false, 0
		for ; i < len(processors) && processors[i].Maker == p.Maker && processors[i].Family == p.Family; i++ {
			one := processors[i].model()
			whole = whole || one == nil
			if count++; count == 1 {
				models = one
			} else if !whole {
				models = models.Op("||").Add(one)
			}
		}
		switch {
		case whole:
		case count == 1:
			s.Op("&&").Add(models)
		default:
			s.Op("&&").Parens(models)
		}
		list = append(list, s)
	}
	return list
}

// model is the condition on the model, nil for all of a family.
func (p AssemblyProcessor) model() *jen.Statement {
	model := func(op string, n int) *jen.Statement { return jen.Id("model").Op(op).Id(fmt.Sprintf("%#x", n)) }
	switch {
	case p.First == p.Latest:
		return model("==", p.First)
	case p.First == 0 && p.Latest == AllModels:
		return nil
	case p.First == 0:
		return model("<=", p.Latest)
	}
	return model(">=", p.First).Op("&&").Add(model("<=", p.Latest))
}

// AllModels is the number of the latest model that a family can have.
const AllModels = 255
