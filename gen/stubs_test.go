package gen

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// realPackages imports the packages that the stubs stand for, as they were compiled.
func realPackages(t *testing.T, paths []string) map[string]*types.Package {
	t.Helper()
	args := append([]string{"list", "-export", "-deps", "-f={{.ImportPath}}={{.Export}}"}, paths...)
	var stderr bytes.Buffer
	cmd := exec.Command("go", args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &stderr)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
	}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	packages := map[string]*types.Package{}
	for _, path := range paths {
		p, err := imp.Import(path)
		if err != nil {
			t.Fatalf("importing %s: %v", path, err)
		}
		packages[path] = p
	}
	return packages
}

// disagreements are the declarations of a stub that the package itself does not have, or has otherwise. A stub may
// leave out what emitted code does not use; complete says that it may not leave out fields of structs.
func disagreements(stub, real *types.Package, complete bool) []string {
	var lines []string
	differ := func(format string, args ...any) {
		lines = append(lines, fmt.Sprintf("%s.", stub.Path())+fmt.Sprintf(format, args...))
	}
	for _, name := range stub.Scope().Names() {
		s, r := stub.Scope().Lookup(name), real.Scope().Lookup(name)
		if r == nil {
			differ("%s does not exist", name)
			continue
		}
		if fmt.Sprintf("%T", s) != fmt.Sprintf("%T", r) {
			differ("%s is a %T, the stub has a %T", name, r, s)
			continue
		}
		switch s := s.(type) {
		case *types.Const:
			if r := r.(*types.Const); shape(s.Type()) != shape(r.Type()) ||
				!constant.Compare(s.Val(), token.EQL, r.Val()) {
				differ("%s is %s, the stub has %s", name, r, s)
			}
		case *types.Var: // of which a stub may leave out fields
			for _, d := range typeDisagreements(s.Type(), r.Type(), false) {
				differ("%s%s", name, d)
			}
		case *types.TypeName:
			for _, d := range typeDisagreements(s.Type(), r.Type(), complete) {
				differ("%s%s", name, d)
			}
		default:
			if shape(s.Type()) != shape(r.Type()) {
				differ("%s is %s, the stub has %s", name, shape(r.Type()), shape(s.Type()))
			}
		}
	}
	return append(lines, implementations(stub, real)...)
}

// typeDisagreements compares the methods, type parameters and structure of two defined types.
func typeDisagreements(stub, real types.Type, complete bool) []string {
	var lines []string
	if s, r := parameters(stub), parameters(real); s != r {
		lines = append(lines, fmt.Sprintf(" has type parameters %s, the stub has %s", r, s))
	}
	for _, of := range []func(types.Type) types.Type{
		func(t types.Type) types.Type { return t }, func(t types.Type) types.Type { return types.NewPointer(t) },
	} {
		s, r := types.NewMethodSet(of(stub)), types.NewMethodSet(of(real))
		for m := range s.Methods() {
			method := r.Lookup(m.Obj().Pkg(), m.Obj().Name())
			if method == nil || shape(method.Type()) != shape(m.Type()) {
				lines = append(lines, fmt.Sprintf(".%s is %v, the stub has %v", m.Obj().Name(), method, m))
			}
		}
	}
	switch s := stub.Underlying().(type) {
	case *types.Struct:
		r, ok := real.Underlying().(*types.Struct)
		if !ok {
			return append(lines, fmt.Sprintf(" is %v, the stub has %v", real.Underlying(), s))
		}
		fields := func(s *types.Struct) map[string]string {
			list := map[string]string{}
			for f := range s.Fields() {
				if f.Exported() {
					list[f.Name()] = shape(f.Type())
				}
			}
			return list
		}
		have, want := fields(s), fields(r)
		for _, name := range slices.Sorted(maps.Keys(have)) {
			if have[name] != want[name] {
				lines = append(lines, fmt.Sprintf(".%s is %q, the stub has %q", name, want[name], have[name]))
			}
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			if have[name] == "" && complete {
				lines = append(lines, fmt.Sprintf(".%s is missing in the stub", name))
			}
		}
	case *types.Interface:
		r, ok := real.Underlying().(*types.Interface)
		if !ok || s.IsMethodSet() != r.IsMethodSet() || !s.IsMethodSet() && shape(s) != shape(r) {
			lines = append(lines, fmt.Sprintf(" is %v, the stub has %v", real.Underlying(), s))
		}
	}
	return lines
}

// implementations are the interfaces that a stub's types satisfy and the real ones do not: what a stub leaves
// out of an interface must not make room for other types.
func implementations(stub, real *types.Package) []string {
	var lines []string
	for _, in := range stub.Scope().Names() {
		iface, ok := stub.Scope().Lookup(in).Type().Underlying().(*types.Interface)
		if !ok || !iface.IsMethodSet() || real.Scope().Lookup(in) == nil {
			continue
		}
		for _, name := range stub.Scope().Names() {
			typ, ok := stub.Scope().Lookup(name).(*types.TypeName)
			if !ok || name == in || !types.Implements(types.NewPointer(typ.Type()), iface) ||
				real.Scope().Lookup(name) == nil {
				continue
			}
			wanted, ok := real.Scope().Lookup(in).Type().Underlying().(*types.Interface)
			// *testing.B is a TB as *testing.T is.
			if !ok || !types.Implements(types.NewPointer(real.Scope().Lookup(name).Type()), wanted) {
				lines = append(lines, fmt.Sprintf("%s.%s is no %s, in the stub it is", stub.Path(), name, in))
			}
		}
	}
	return lines
}

// parameters lists the type parameters of a defined type.
func parameters(t types.Type) string {
	var list []string
	if named, ok := t.(*types.Named); ok {
		for p := range named.TypeParams().TypeParams() {
			list = append(list, p.String()+" "+shape(p.Constraint()))
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// shape is a type as text that is the same for equal types of different packages; the names of a function's
// parameters are left out.
func shape(t types.Type) string {
	if sig, ok := t.(*types.Signature); ok && sig.TypeParams().Len() == 0 {
		t = types.NewSignatureType(nil, nil, nil, unnamed(sig.Params()), unnamed(sig.Results()), sig.Variadic())
	}
	return types.TypeString(t, func(p *types.Package) string { return p.Path() })
}

func unnamed(t *types.Tuple) *types.Tuple {
	var vars []*types.Var
	for v := range t.Variables() {
		vars = append(vars, types.NewParam(token.NoPos, nil, "", v.Type()))
	}
	return types.NewTuple(vars...)
}

// TestStubs compares the stubs that emitted code is type-checked with, and the packages it is compiled with.
func TestStubs(t *testing.T) {
	if testing.Short() {
		t.Skip("go list -export goes through all that the packages import, which takes seconds; go test without -short does it")
	}
	paths := slices.Sorted(maps.Keys(stubs))
	reals := realPackages(t, paths)
	imp := &stubImporter{fset: token.NewFileSet(), done: map[string]*types.Package{}}
	for _, path := range paths {
		stub, err := imp.Import(path)
		if err != nil {
			t.Fatalf("the stub of %s does not type-check: %v", path, err)
		}
		for _, d := range disagreements(stub, reals[path], strings.HasPrefix(path, "github.com/backpropgen/")) {
			t.Errorf("%s; change the stub in typecheck.go", d)
		}
	}
}

// TestDisagreements compares stubs that are wrong in one way each with a package.
func TestDisagreements(t *testing.T) {
	check := func(source string) *types.Package {
		t.Helper()
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", "package p\n"+source, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		p, err := (&types.Config{IgnoreFuncBodies: true}).Check("p", fset, []*ast.File{file}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	real := check(`
const C = 1.5
func F(x float64) (y float64)
type N interface{ float32 | float64 }
type K[P any, F N] struct { A func(*P) F; B int }
type I interface { M(int); private() }
type T struct { n int }
func (*T) M(int)
func (*T) private()
type U struct{}
func (*U) M(int)
`)
	for _, c := range []struct{ stub, want string }{
		{"const C = 1.5; func F(a float64) float64", ""},
		{"type I interface{ M(int) }; type T struct{}; func (t *T) M(n int)", ""},
		{"type N interface{ float32 | float64 }; type K[P any, F N] struct { A func(*P) F; B int }", ""},
		{"const D = 1", "p.D does not exist"},
		{"const C = 1.25", "p.C is"},
		{"const C int = 1", "p.C is"},
		{"var F func(float64) float64", "p.F is a *types.Func"},
		{"func F(x float32) float64", "p.F is func(float64) float64"},
		{"func F(x float64)", "p.F is func(float64) float64"},
		{"type N interface{ float32 }", "p.N is"},
		{"type N interface{ float32 | float64 }; type K[P any, F N] struct { A func(*P) F; B float32 }",
			`p.K.B is "int"`},
		{"type N interface{ float32 | float64 }; type K[P any, F N] struct { A func(*P) F }", "p.K.B is missing"},
		{"type N interface{ float32 | float64 }; type K[P comparable, F N] struct { A func(*P) F; B int }",
			"p.K has type parameters"},
		{"type T struct{}; func (*T) M(string)", "p.T.M is"},
		{"type T struct{}; func (T) M(int)", "p.T.M is"},
		{"type T struct{}; func (*T) O()", "p.T.O is"},
		{"type T struct{ Count int }", "p.T.Count is"},
		{"type I interface{ M(int) }; type U struct{}; func (*U) M(int)", "p.U is no I"},
	} {
		got := disagreements(check(c.stub), real, true)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) == 0 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("stub %q: %q, want %q", c.stub, got, c.want)
		}
	}
}
