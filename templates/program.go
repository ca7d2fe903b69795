package templates

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// Program prints a program as Go.
func Program(p *code.File) *File {
	f := NewFile(p.Package, p.Header)
	for _, d := range p.Decls {
		switch d := d.(type) {
		case *code.Consts:
			f.Doc(d.Doc)
			f.consts(d.List)
		case *code.Struct:
			f.Doc(d.Doc)
			f.structure(d)
		case *code.Table:
			f.Doc(d.Doc)
			f.table(d)
		case *code.Func:
			f.Func(d)
		}
	}
	return f
}

// consts is a block of constants:
//
//	const (
//		IrisInputs = 4 // doc
//	)
func (f *File) consts(list []code.Constant) {
	f.f.Const().DefsFunc(func(g *jen.Group) {
		for _, c := range list {
			g.Id(c.Name).Op("=").Lit(c.Value).Comment(remark(c.Doc))
		}
	})
}

// structure is a struct type, or one with another's layout:
//
//	type Iris struct {
//		W1 [8][4]float32 // doc
//	}
//
//	type IrisGrad Iris
func (f *File) structure(d *code.Struct) {
	if d.Of != "" {
		f.f.Type().Id(d.Name).Id(d.Of)
		return
	}
	f.f.Type().Id(d.Name).StructFunc(func(g *jen.Group) {
		for _, field := range d.Fields {
			s := g.Id(field.Name).Add(typ(field.Type))
			if field.Doc != "" {
				s.Comment(remark(field.Doc))
			}
		}
	})
}

// Func declares a function: func (p *Iris) Forward(ws *IrisWorkspace) *[3]float32 { … }.
func (f *File) Func(fn *code.Func) { f.function(fn, body(fn.Body)) }

// function is Func with a body that is Go already.
func (f *File) function(fn *code.Func, body func(*jen.Group)) {
	f.Doc(fn.Doc)
	if fn.Alone {
		f.f.Comment("//go:noinline")
	}
	f.signature(fn).BlockFunc(body)
}

// signature is all of a function but its body.
func (f *File) signature(fn *code.Func) *jen.Statement {
	s := f.f.Func()
	if fn.Recv != nil {
		s.Params(param(*fn.Recv))
	}
	s.Id(fn.Name).ParamsFunc(parameters(fn.Params))
	switch {
	case len(fn.Results) == 1:
		s.Add(typ(fn.Results[0].Type))
	case len(fn.Results) > 1:
		s.Params(results(fn.Results)...)
	}
	return s
}

func param(p code.Param) *jen.Statement { return jen.Id(p.Name).Add(typ(p.Type)) }

// results are several results, those of a type that follow one another together: scale, r, q float64.
func results(list []code.Param) (all []jen.Code) {
	for len(list) > 0 {
		t, same := list[0].Type, []jen.Code{jen.Id(list[0].Name)}
		for list = list[1:]; len(list) > 0 && list[0].Type.Equal(t); list = list[1:] {
			same = append(same, jen.Id(list[0].Name))
		}
		all = append(all, jen.List(same...).Add(typ(t)))
	}
	return all
}

func parameters(list []code.Param) func(*jen.Group) {
	return func(g *jen.Group) {
		for _, p := range list {
			g.Add(param(p))
		}
	}
}

// typ is a type: *[8][4]float32.
func typ(t code.Type) *jen.Statement {
	switch t.Kind {
	case code.Array:
		return jen.Index(jen.Lit(t.Len)).Add(typ(*t.Elem))
	case code.Slice:
		return jen.Index().Add(typ(*t.Elem))
	case code.Pointer:
		return jen.Op("*").Add(typ(*t.Elem))
	}
	return jen.Id(t.String())
}

// body is the statements of a block.
func body(b *code.Block) func(*jen.Group) {
	return func(g *jen.Group) {
		for _, s := range b.Stmts {
			add(g, statement(s))
		}
	}
}

// statement is a statement, of a comment one for each line.
func statement(s code.Stmt) []jen.Code {
	switch s := s.(type) {
	case *code.Comment:
		return comments(s.Text)
	case *code.Blank:
		return []jen.Code{jen.Line()}
	case *code.Let:
		return []jen.Code{remarked(idents(s.Names).Op(":=").Add(expressions(s.Values)), s.Remark)}
	case *code.Const:
		return []jen.Code{remarked(jen.Const().Add(idents(s.Names)).Op("=").Add(expressions(s.Values)), s.Remark)}
	case *code.Declare:
		return []jen.Code{jen.Var().Add(idents(s.Names)).Add(typ(s.Type))}
	case *code.Assign:
		return []jen.Code{remarked(expressions(s.To).Op(s.Op.String()+"=").Add(expressions(s.Values)), s.Remark)}
	case *code.Increment:
		return []jen.Code{expression(s.X).Op("++")}
	case *code.Do:
		return []jen.Code{expression(s.X)}
	case *code.Touch:
		var blanks, values []jen.Code
		for _, p := range s.Pointers {
			blanks, values = append(blanks, jen.Id("_")), append(values, jen.Op("*").Add(expression(p)))
		}
		return []jen.Code{remarked(jen.List(blanks...).Op("=").List(values...),
			"nil panics first")}
	case *code.Return:
		return []jen.Code{remarked(jen.Return(list(s.Values)...), s.Remark)}
	case *code.Panic:
		return []jen.Code{jen.Panic(jen.Lit(s.Message))}
	case *code.If:
		return []jen.Code{jen.If(expression(s.Cond)).BlockFunc(body(s.Then))}
	case *code.For:
		return []jen.Code{counted(s)}
	case *code.Range:
		return []jen.Code{ranged(s)}
	case *code.While:
		return []jen.Code{jen.For(expression(s.Cond)).BlockFunc(body(s.Body))}
	case *code.Scope:
		return []jen.Code{jen.BlockFunc(body(s.Body))}
	}
	panic(unexpected(s))
}

// counted is a counted loop: for i := lo; i < hi; i += step { … }.
func counted(s *code.For) jen.Code {
	post := jen.Id(s.Var).Op("+=").Lit(s.Step)
	if s.Step == 1 {
		post = jen.Id(s.Var).Op("++")
	}
	return jen.For(jen.Id(s.Var).Op(":=").Add(expression(s.Low)), jen.Id(s.Var).Op("<").Add(expression(s.High)), post).
		BlockFunc(body(s.Body))
}

// ranged is a loop over an array or a slice: for i, x := range xs { … }.
func ranged(s *code.Range) jen.Code {
	names := jen.Id(s.Index)
	switch {
	case s.Index == "" && s.Value == "":
		return jen.For(jen.Range().Add(expression(s.X))).BlockFunc(body(s.Body))
	case s.Index == "":
		names = jen.Id("_")
	}
	if s.Value != "" {
		names = jen.List(names, jen.Id(s.Value))
	}
	return jen.For(names.Op(":=").Range().Add(expression(s.X))).BlockFunc(body(s.Body))
}

func remarked(s *jen.Statement, text string) jen.Code {
	if text != "" {
		s.Comment(remark(text))
	}
	return s
}

func idents(names []string) *jen.Statement {
	var ids []jen.Code
	for _, name := range names {
		ids = append(ids, jen.Id(name))
	}
	return jen.List(ids...)
}

func expressions(xs []code.Expr) *jen.Statement { return jen.List(list(xs)...) }

func list(xs []code.Expr) []jen.Code {
	return slices.Collect(func(yield func(jen.Code) bool) {
		for _, x := range xs {
			if !yield(expression(x)) {
				return
			}
		}
	})
}
