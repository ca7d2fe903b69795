package templates

import (
	"flag"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
)

var update = flag.Bool("update", false, "write the golden files under testdata instead of comparing with them")

// golden compares a text with a file under testdata, or writes it there with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test ./templates -update and read the difference", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s\nif the change is meant, run go test ./templates -update",
			path, got, want)
	}
}

// render returns the formatted file.
func render(t *testing.T, f *File) string {
	t.Helper()
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// printed is a block as the body of a function, without its indentation.
func printed(t *testing.T, b *code.Block) string {
	t.Helper()
	f := NewFile("p", nil)
	f.Func(&code.Func{Name: "f", Body: b})
	_, text, _ := strings.Cut(render(t, f), "func f() {")
	text = strings.TrimSuffix(strings.TrimSpace(text), "}")
	return strings.TrimSpace(strings.ReplaceAll(text, "\n\t", "\n"))
}

// typeCheck parses and type-checks Go files as one package.
func typeCheck(t *testing.T, sources ...string) ([]*ast.File, *types.Info) {
	t.Helper()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, src := range sources {
		file, err := parser.ParseFile(fset, "emitted.go", src, parser.ParseComments)
		if err != nil {
			t.Fatalf("%v in\n%s", err, src)
		}
		files = append(files, file)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := conf.Check("p", fset, files, info); err != nil {
		t.Fatalf("%v in\n%s", err, strings.Join(sources, "\n"))
	}
	return files, info
}
