package endtoend

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestSweepLengths calls the assembly that goes through all parameters, for optimizers and gradients, with every length
// up to some rounds of its loops, beside pages that must not be touched. verify judges what becomes of an element; here
// it is the same in all places of an array. Networks of few parameters have code for that length alone.
func TestSweepLengths(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	test, err := os.ReadFile("testdata/sweeps/sweeps_test.go")
	if err != nil {
		t.Fatal(err)
	}
	m, networks := gentest.NewModule(t), 0
	m.Write(t, "sweeps/sweeps_test.go", test)
	for i, precision := range []spec.Precision{spec.Float32, spec.Float64, spec.Float32, spec.Float64} {
		n := spec.Network{Name: fmt.Sprintf("N%d", i), Input: 1, Precision: precision, Layers: []spec.Layer{{Dense: 1}},
			Cost: spec.Function{Name: "mse"}}
		if i > 1 {
			n.Rounding = spec.RoundingStrict
		}
		for _, o := range spec.Optimizers() {
			n.Optimizers = append(n.Optimizers, o.Name)
		}
		m.EmitWith(t, n, gen.Options{Package: "sweeps", Qualify: true, EveryLevel: true})
		code, err := os.ReadFile(filepath.Join(m.Dir, gentest.AssemblyFile("sweeps", n, "go")))
		if err != nil {
			t.Fatal(err)
		}
		m.Write(t, fmt.Sprintf("sweeps/list%d_test.go", i), sweepsOf(t, n, code, 3+7, 0))
		networks++
	}
	for _, params := range []int{12, 13, 16, 17, 24, 31, 32} {
		precision := []spec.Precision{spec.Float32, spec.Float64}[params%2]
		n := spec.Network{Name: fmt.Sprintf("Few%d", params), Input: params - 1, Precision: precision,
			Layers: []spec.Layer{{Dense: 1}}, Cost: spec.Function{Name: "mse"}, Optimizers: []spec.Optimizer{"rmsprop", "adam", "adamw"}}
		m.EmitWith(t, n, gen.Options{Package: "sweeps", Qualify: true})
		code, err := os.ReadFile(filepath.Join(m.Dir, gentest.AssemblyFile("sweeps", n, "go")))
		if err != nil {
			t.Fatal(err)
		}
		m.Write(t, fmt.Sprintf("sweeps/few%d_test.go", params), sweepsOf(t, n, code, 2, params))
		networks++
	}
	out := m.GoTest(t, "-run=^TestLengths", "-v", "./sweeps")
	if passed := strings.Count(out, "\n--- PASS: TestLengths"); passed != networks ||
		strings.Contains(out, "--- FAIL") {
		t.Errorf("the sweeps of %d networks passed, of %d:\n%s", passed, networks, gentest.Beginning(out))
	}
}

// sweepsOf is the test of the sweeps that an emitted file declares, at least so many, at each level, for any length or
// one only.
func sweepsOf(t *testing.T, n spec.Network, code []byte, least, only int) []byte {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "", code, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	var list bytes.Buffer
	fmt.Fprintf(&list, "//go:build %s\n\npackage sweeps\n\nimport \"testing\"\n\nfunc TestLengths%s(t *testing.T) {\n\tlengths(t, &%sLevel, []sweep[%s]{\n",
		gentest.NativeBackends()[0].Name, n.Name, strings.ToLower(n.Name), n.Precision)
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body != nil || len(f.Type.Params.List) < 2 || f.Type.Params.List[1].Names[0].Name != "n" {
			continue
		}
		found++
		arrays := len(f.Type.Params.List[0].Names)
		var args []string
		for k := range arrays {
			args = append(args, fmt.Sprintf("a[%d]", k))
		}
		args = append(args, "n")
		folds := ""
		for _, p := range f.Type.Params.List[2:] {
			if p.Names[0].Name == "lanes" {
				args = append(args, "lanes")
				folds = map[bool]string{true: "sum", false: "max"}[strings.Contains(f.Name.Name, "Squares")]
				continue
			}
			var typ bytes.Buffer
			array := p.Type.(*ast.StarExpr).X.(*ast.ArrayType)
			if err := printer.Fprint(&typ, token.NewFileSet(), array); err != nil {
				t.Fatal(err)
			}
			// Numbers near 1, of which no two are the same; a scale is a power of 2.
			numbers := "2"
			if array.Len.(*ast.BasicLit).Value != "1" || folds == "" && !strings.Contains(f.Name.Name, "Squares") {
				numbers = "0.9, 0.3, 0.7, 0.2, 0.6, 0.1, 0.8, 0.4"
				numbers = strings.Join(strings.Split(numbers, ", ")[:int(array.Len.(*ast.BasicLit).Value[0]-'0')], ", ")
			}
			args = append(args, fmt.Sprintf("&%s{%s}", &typ, numbers))
		}
		for level := 1; level <= gentest.Levels(); level++ {
			fmt.Fprintf(&list, "\t\t{%q, %d, %d, %d, func(a []*%s, n int, lanes *[4]float64) { %s(%s) }, %q, %t},\n",
				fmt.Sprintf("%s at level %d", f.Name.Name, level), level, arrays, only, n.Precision, f.Name.Name,
				strings.Join(args, ", "), folds, n.Rounding == spec.RoundingStrict)
		}
	}
	fmt.Fprint(&list, "\t})\n}\n")
	if found < least {
		t.Errorf("%s has %d sweeps, at least %d were expected", n.Name, found, least)
	}
	return list.Bytes()
}
