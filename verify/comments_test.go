package verify

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// comments are those of the exported types, functions and methods of a folder's files, by names such as Network.Step.
func comments(t *testing.T, folder string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				name := d.Name.Name
				if d.Recv != nil {
					if star, ok := d.Recv.List[0].Type.(*ast.StarExpr); ok {
						if receiver, ok := star.X.(*ast.Ident); ok {
							name = receiver.Name + "." + name
						}
					}
				}
				found[name] = d.Doc.Text()
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if s, ok := s.(*ast.TypeSpec); ok {
						found[s.Name.Name] = d.Doc.Text()
					}
				}
			}
		}
	}
	return found
}

// TestReferenceComments: what users read about the reference is what stands beside its code, equations and all.
func TestReferenceComments(t *testing.T) {
	inside, outside := comments(t, "internal/reference"), comments(t, ".")
	for _, name := range []string{
		"Network", "Gradient", "BatchGradient", "Trace", "Gradient.Flat", "BatchGradient.Flat",
		"Network.Algorithm1", "Network.Algorithm2", "Network.Algorithm3", "Network.Algorithm4", "Network.Algorithm5",
		"Network.Reference", "Network.BatchReference", "Network.Bounds", "Network.BatchBounds", "Network.Step",
	} {
		words := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		// Names of the reference as they are here.
		want := strings.NewReplacer("New's", "NewNetwork's", "rounding.ULPsFloat32",
			"ElementaryULPsFloat32").Replace(inside[name])
		if got := outside[name]; got == "" || words(got) != words(want) {
			t.Errorf("%s is said to be\n%s\nhere, and beside its code\n%s", name, got, want)
		}
	}
}
