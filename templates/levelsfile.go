package templates

import (
	"strings"

	"github.com/dave/jennifer/jen"
)

// Levels is what the file by which tests set the level needs to know: the names of the levels of each processor's
// assembly, from 1 on.
type Levels struct {
	Package, Prefix string
	Header          []string
	Processors      []ProcessorLevels
}

// ProcessorLevels are the names of the levels of a processor.
type ProcessorLevels struct {
	Processor string
	Names     []string
}

// levelsVar is the name of the variable that has the levels.
func levelsVar(prefix string) string { return prefix + "Levels" }

// LevelsFile returns the Go file by which a test sets the level: the level is a constant in builds without assembly, so
// only the others have the file.
//
//	//go:build (amd64 || arm64) && !purego && !race && !msan && !asan
//
//	func init() {
//		irisLevels.Set = func(level int) { irisLevel = level }
//		irisLevels.Names = map[string][]string{"amd64": {"AVX2", "AVX512"}, "arm64": {"NEON"}}[runtime.GOARCH]
//	}
func LevelsFile(l Levels) ([]byte, error) {
	var processors []string
	for _, p := range l.Processors {
		processors = append(processors, p.Processor)
	}
	of := strings.Join(processors, " || ")
	if len(processors) > 1 {
		of = "(" + of + ")"
	}
	f := NewConstrainedFile(l.Package, l.Header, AssemblyConstraint(of))
	names := func(p ProcessorLevels) jen.Code {
		return jen.ValuesFunc(func(g *jen.Group) {
			for _, name := range p.Names {
				g.Lit(name)
			}
		})
	}
	list := jen.Index().String().Add(names(l.Processors[0]))
	if len(l.Processors) > 1 {
		list = jen.Map(jen.String()).Index().String().ValuesFunc(func(g *jen.Group) {
			for _, p := range l.Processors {
				g.Lit(p.Processor).Op(":").Add(names(p))
			}
		}).Index(jen.Qual("runtime", "GOARCH"))
	}
	f.f.Line()
	f.f.Func().Id("init").Params().Block(
		jen.Id(levelsVar(l.Prefix)).Dot("Set").Op("=").Func().Params(jen.Id("level").Int()).
			Op("{").Id(l.Prefix+"Level").Op("=").Id("level").Op("}"),
		jen.Id(levelsVar(l.Prefix)).Dot("Names").Op("=").Add(list),
	)
	return f.Render()
}

// atLevels declares what goes through the levels:
//
//	var irisLevels verify.Levels
//
//	func irisAtLevels(test func(level string)) { irisLevels.Each(irisLevel, test) }
func (t Test) atLevels(f *File) {
	f.Doc(levelsVar(t.Prefix) + " are those of the assembly, where a build has it.")
	f.f.Var().Id(levelsVar(t.Prefix)).Qual(verifyPath, "Levels")
	f.Doc(t.Prefix + "AtLevels calls a test once with every level that the machine has.")
	f.f.Func().Id(t.Prefix+"AtLevels").Params(jen.Id("test").Func().Params(jen.Id("level").String())).
		Op("{").Id(levelsVar(t.Prefix)).Dot("Each").Call(jen.Id(t.Prefix+"Level"), jen.Id("test")).Op("}")
}
