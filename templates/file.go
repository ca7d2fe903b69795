package templates

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"

	"github.com/dave/jennifer/jen"
)

// File is one emitted Go file.
type File struct{ f *jen.File }

// NewFile begins a file: the header, a comment that is not the package's documentation, then the
// package clause. Formatting is left to Render, which formats once.
func NewFile(pkg string, header []string) *File {
	f := jen.NewFile(pkg)
	f.NoFormat = true
	for _, line := range header {
		f.HeaderComment(strings.TrimRight(remark(line), " "))
	}
	return &File{f}
}

// NewConstrainedFile begins a file that only some builds read: //go:build and a constraint.
func NewConstrainedFile(pkg string, header []string, constraint string) *File {
	f := NewFile(pkg, header)
	f.f.HeaderComment(buildLine + constraint)
	return f
}

const buildLine = "//go:build "

// Render returns the formatted file.
func (f *File) Render() ([]byte, error) {
	source, err := f.Parse("")
	if err != nil {
		return nil, err
	}
	return source.Format()
}

// Source is a file as the parser reads it: once, for all that is done with it then, some of it side by side.
type Source struct {
	Set  *token.FileSet
	Tree *ast.File
}

// Parse reads the file, which errors call by a name.
func (f *File) Parse(name string) (Source, error) {
	var buf bytes.Buffer
	if err := f.f.Render(&buf); err != nil {
		return Source{}, fmt.Errorf("rendering: %w", err)
	}
	// A constraint stands apart from the comment above it.
	text := bytes.Replace(buf.Bytes(), []byte(buildLine), []byte("\n"+buildLine), 1)
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return Source{}, fmt.Errorf("parsing what was rendered: %w", err)
	}
	return Source{set, tree}, nil
}

// Format returns the text of the file.
func (s Source) Format() ([]byte, error) {
	var buf bytes.Buffer
	if err := format.Node(&buf, s.Set, s.Tree); err != nil {
		return nil, fmt.Errorf("formatting: %w", err)
	}
	return buf.Bytes(), nil
}

// Doc puts a comment before the declaration that follows.
func (f *File) Doc(text string) {
	f.f.Line()
	for _, c := range comments(text) {
		f.f.Add(c)
	}
}

// NotInline keeps the function that follows from being compiled into others, so that what it allocates is never on
// their stacks.
func (f *File) NotInline() { f.f.Comment("//go:noinline") }

// Constant is one named integer constant.
type Constant struct {
	Name, Doc string
	Value     int
}

// Consts is a block of constants:
//
//	const (
//		IrisInputs = 4 // doc
//	)
func (f *File) Consts(cs []Constant) {
	f.f.Const().DefsFunc(func(g *jen.Group) {
		for _, c := range cs {
			g.Id(c.Name).Op("=").Lit(c.Value).Comment(remark(c.Doc))
		}
	})
}

// Field is a field of a struct: an array of Dims, or of a single Type when there are none.
type Field struct {
	Name, Type, Doc string
	Dims            []int
}

func (d Field) typ() *jen.Statement {
	s := jen.Null()
	for _, n := range d.Dims {
		s = s.Index(jen.Lit(n))
	}
	return s.Id(d.Type)
}

// Struct is a struct type:
//
//	type Iris struct {
//		W1 [8][4]float32 // doc
//	}
func (f *File) Struct(name string, fields []Field) {
	f.f.Type().Id(name).StructFunc(func(g *jen.Group) {
		for _, d := range fields {
			s := g.Id(d.Name).Add(d.typ())
			if d.Doc != "" {
				s.Comment(remark(d.Doc))
			}
		}
	})
}

// DefinedType is a type with another's layout: type IrisGrad Iris.
func (f *File) DefinedType(name, of string) { f.f.Type().Id(name).Id(of) }

// Param is a parameter or receiver of a function: x *[4]float32. Ptr puts the star there, Slice the brackets of a
// slice.
type Param struct {
	Name, Type string
	Ptr, Slice bool
	Dims       []int
}

func (p Param) typ() *jen.Statement {
	s := jen.Null()
	if p.Slice {
		s = s.Index()
	}
	if p.Ptr {
		s = s.Op("*")
	}
	for _, n := range p.Dims {
		s = s.Index(jen.Lit(n))
	}
	return s.Id(p.Type)
}

// Function is a method when Recv is set: func (p *Iris) Forward(ws *IrisWorkspace) *[3]float32 { … }.
type Function struct {
	Name   string
	Recv   *Param
	Params []Param
	Result *Param // its name is not printed
	Body   *Block
}

// Func declares a function.
func (f *File) Func(fn Function) {
	var result *jen.Statement
	if fn.Result != nil {
		result = fn.Result.typ()
	}
	f.function(fn, result)
}

// FuncResults declares a function of several results, with their names: func (g *IrisGrad) norm() (root, scale float64)
// { … }.
func (f *File) FuncResults(fn Function, results ...Param) {
	f.function(fn, jen.ParamsFunc(func(g *jen.Group) {
		for _, r := range results {
			g.Id(r.Name).Add(r.typ())
		}
	}))
}

func (f *File) function(fn Function, result *jen.Statement) {
	s := f.f.Func()
	if fn.Recv != nil {
		s.Params(jen.Id(fn.Recv.Name).Add(fn.Recv.typ()))
	}
	s.Id(fn.Name).ParamsFunc(func(g *jen.Group) {
		for _, p := range fn.Params {
			g.Id(p.Name).Add(p.typ())
		}
	})
	if result != nil {
		s.Add(result)
	}
	s.BlockFunc(fn.Body.fill)
}

// View is the body of Flat: return (*[67]float32)(unsafe.Pointer(p)).
func View(recv string, n int, typ string) *Block {
	b := &Block{}
	b.raw(jen.Return(jen.Parens(jen.Op("*").Index(jen.Lit(n)).Id(typ)).Call(jen.Qual("unsafe", "Pointer").Call(jen.Id(recv)))))
	return b
}

// Matrix is a vector seen as the rows of a matrix: (*[4][3]float32)(unsafe.Pointer(&ws.Z1)).
func Matrix(base string, rows, cols int, typ string) Value {
	return Value{jen.Parens(jen.Op("*").Index(jen.Lit(rows)).Index(jen.Lit(cols)).Id(typ)).Call(
		jen.Qual("unsafe", "Pointer").Call(jen.Op("&").Id(base)))}
}

// Draw fills a matrix of parameters with scaled normal numbers:
//
//	for i := range p.W1 {
//		for j := range p.W1[i] {
//			p.W1[i][j] = float32(0.5 * norm())
//		}
//	}
func (b *Block) Draw(base, typ string, scale float64) {
	draw := jen.Lit(scale).Op("*").Id("norm").Call()
	if typ != "float64" {
		draw = jen.Id(typ).Call(draw)
	}
	b.raw(jen.For(jen.Id("i").Op(":=").Range().Id(base)).Block(
		jen.For(jen.Id("j").Op(":=").Range().Id(base).Index(jen.Id("i"))).Block(
			jen.Id(base).Index(jen.Id("i")).Index(jen.Id("j")).Op("=").Add(draw))))
}

// Zero clears an array: p.B1 = [8]float32{}.
func (b *Block) Zero(base string, n int, typ string) {
	b.raw(jen.Id(base).Op("=").Index(jen.Lit(n)).Id(typ).Values())
}
