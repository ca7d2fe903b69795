package gen

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/templates"
)

// TestTypeCheck: mistakes are found wherever they are, in the common files, in each of the files of which a build has
// one, and between them.
func TestTypeCheck(t *testing.T) {
	const (
		common = "package p\n\nimport \"math\"\n\nfunc root(x float64) float64 { return math.Sqrt(x) }\n\nfunc F(x float64) float64 { return root(g(x)) }\n"
		first  = "package p\n\nfunc g(x float64) float64 { return x }\n"
		second = "package p\n\nfunc g(x float64) float64 { return -x }\n"
	)
	for name, c := range map[string]struct{ common, first, second, want string }{
		"right":  {common, first, second, ""},
		"common": {strings.Replace(common, "Sqrt(x)", "Sqrt(y)", 1), first, second, "undefined: y"},
		"first":  {common, strings.Replace(first, "return x", "return y", 1), second, "undefined: y"},
		"second": {common, first, strings.Replace(second, "return -x", "return -y", 1),
			"undefined: y"},
		"missing in the second": {common, first, "package p\n", "undefined: g"},
		"another in the second": {common, first, strings.ReplaceAll(second, "float64", "int"), "cannot use"},
		"unused in the common": {strings.Replace(common, "math.Sqrt(x)", "x", 1), first, second,
			`"math" imported and not used`},
		"declared in both": {common, first, second + "\nfunc root() {}\n", "root redeclared"},
		"unused in the second": {common, first, strings.Replace(second, "{ return", "{ y := x; return", 1),
			"declared and not used: y"},
		"a sentence and no code":  {"package p\n\nthis is wrong\n", first, second, "expected declaration"},
		"an import not allowed":   {strings.Replace(common, "math", "os", 1), first, second, `must not import "os"`},
		"no others, and no error": {strings.Replace(common, "root(g(x))", "root(x)", 1), "", "", ""},
	} {
		var others [][]File
		if c.first != "" {
			others = [][]File{{{Name: "first.go", Data: []byte(c.first)}},
				{{Name: "second.go", Data: []byte(c.second)}}}
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, "parsed.go", "package p\n\nfunc alone() float64 { return root(1) }\n", 0)
		if err != nil {
			t.Fatal(err)
		}
		err = typeCheck(templates.Source{Set: set, Tree: tree}, []File{{Name: "common.go", Data: []byte(c.common)}},
			others...)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
