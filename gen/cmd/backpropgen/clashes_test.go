package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
)

func TestImportedName(t *testing.T) {
	const text = "package p\n\nimport (\n\"math\"\n\"math/rand/v2\"\nm \"math\"\n\"example.com/v3\"\n)\n"
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range file.Imports {
		names = append(names, importedName(s))
	}
	if got, want := strings.Join(names, " "), "math rand m example.com"; got != want {
		t.Errorf("names %s, want %s", got, want)
	}
}

// Only what Go would refuse is reported.
func TestClashes(t *testing.T) {
	files := []gen.File{
		{Name: "iris_gen.go", Data: []byte("package nets\n\nimport \"math\"\n\nvar Late = math.Pi\n")},
		{Name: "iris_gen_test.go", Data: []byte("package nets\n\nfunc BenchmarkForward() {}\n")},
		{Name: "iris_amd64_gen.s", Data: []byte("TEXT math\n")},
	}
	for _, c := range []struct{ hand, want string }{
		{"package nets\n\nfunc math() {}",
			"nets/iris_gen.go imports a package named math, and nets/a.go:3 declares that name"},
		{"package nets\n\nimport math \"fmt\"", ""},
		{"package nets_test\n\nfunc math() {}", ""},
		{"package nets\n\nvar BenchmarkForward int",
			"network Iris would declare BenchmarkForward, which nets/a.go:3 declares already"},
		{"package nets\n\nimport BenchmarkForward \"fmt\"", "BenchmarkForward"},
		{"package nets\n\ntype T struct{}\n\nfunc (T) BenchmarkForward() {}", ""},
	} {
		name := "a.go"
		if strings.HasPrefix(c.hand, "package nets_test") {
			name = "a_test.go"
		}
		hand, ok := parseGo("/nowhere", name, []byte(c.hand))
		if !ok {
			t.Fatalf("not a Go file: %s", c.hand)
		}
		j := groupOf("Iris", "Iris").jobs[0]
		j.files, j.folder.handwritten = files, []goFile{hand}
		var r report
		j.clashes(&r)
		var b strings.Builder
		r.print(&b)
		if got := b.String(); !strings.Contains(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("beside %q: %q, want %q", c.hand, got, c.want)
		}
	}
}
