package templates

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// Some functions of the assembly pause: they return before they are done, so that the goroutine can be stopped, and go
// on when they are called again.

// pauseType is the type of what such a function leaves behind.
func (a Assembly) pauseType() string { return a.Prefix + "Pause" }

// pause declares it:
//
//	type irisPause struct {
//		point int
//		held  [272]uint64
//	}
func (a Assembly) pause(f *File) {
	f.Doc(a.pauseType() + " is where a function of the assembly goes on that has returned before it was done, so " +
		"that its goroutine could be\nstopped: point is 0 when it is done, held has what it held in registers.")
	f.f.Type().Id(a.pauseType()).Struct(
		jen.Id("point").Int(),
		jen.Id("held").Index(jen.Lit(a.PauseWords)).Uint64(),
	)
}

// declarePause is var pause irisPause, at the beginning of what calls a function that pauses.
func (a Assembly) declarePause() jen.Code { return jen.Var().Id("pause").Id(a.pauseType()) }

// pauseParam is the last parameter of functions that pause.
func (a Assembly) pauseParam() jen.Code { return jen.Id("pause").Op("*").Id(a.pauseType()) }

// calls calls a function that pauses until it is done:
//
//	loss := irisGrad(p, ws, x, y, g, &pause)
//	for pause.point > 0 {
//		loss = irisGrad(p, ws, x, y, g, &pause)
//	}
func (a Assembly) calls(function *jen.Statement, result bool, args ...jen.Code) []jen.Code {
	call := function.Call(append(slices.Clone(args), jen.Op("&").Id("pause"))...)
	first, next := call.Clone(), call
	if result {
		first, next = jen.Id("loss").Op(":=").Add(call.Clone()), jen.Id("loss").Op("=").Add(call)
	}
	return []jen.Code{first, jen.For(jen.Id("pause").Dot("point").Op(">").Lit(0)).Block(next)}
}

// once calls a function of the assembly, as often as it takes if it pauses.
func (a Assembly) once(pauses bool, function string, result bool, args ...jen.Code) []jen.Code {
	call := jen.Id(function)
	switch {
	case pauses:
		return a.calls(call, result, args...)
	case result:
		return []jen.Code{jen.Id("loss").Op(":=").Add(call.Call(args...))}
	}
	return []jen.Code{call.Call(args...)}
}

// pausable are the parameters of a function of the assembly.
func (a Assembly) pausable(pauses bool, params []jen.Code) []jen.Code {
	if pauses {
		return append(params, a.pauseParam())
	}
	return params
}

// add adds statements to a group.
func add(g *jen.Group, statements []jen.Code) {
	for _, s := range statements {
		g.Add(s)
	}
}

// ids are the names of parameters.
func ids(params []code.Param) (list []jen.Code) {
	for _, p := range params {
		list = append(list, jen.Id(p.Name))
	}
	return list
}
