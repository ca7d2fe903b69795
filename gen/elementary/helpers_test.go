package elementary

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/templates"
)

// render is a program as Go.
func render(t *testing.T, f *code.File) string {
	t.Helper()
	src, err := templates.Program(f).Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// typeCheck parses and type-checks a Go file.
func typeCheck(t *testing.T, src string) ([]*ast.File, *types.Info) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "emitted.go", src, parser.ParseComments)
	if err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("p", fset, []*ast.File{file}, info); err != nil {
		t.Fatalf("%v in\n%s", err, src)
	}
	return []*ast.File{file}, info
}
