package gentest

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// The emitted test of a network makes the compiler work three times as long as its kernels do: the judge is compiled
// anew for its types. A test that runs kernels alone, with a judge of its own, leaves it out, and so what saves and
// loads, and teams.

// EmitKernels is emit without the emitted tests, of which the spec and the list of functions are left, and without what
// kernels do not need.
func (m Module) EmitKernels(t *testing.T, pkg string, networks ...spec.Network) {
	t.Helper()
	m.Emit(t, pkg, networks...)
	m.KernelsOnly(t, pkg, networks...)
}

// KernelsOnly takes from a package what tests of kernels alone do not need.
func (m Module) KernelsOnly(t *testing.T, pkg string, networks ...spec.Network) {
	t.Helper()
	for _, n := range networks {
		base := filepath.Join(m.Dir, pkg, strings.ToLower(n.Name))
		for _, part := range []string{"_store_gen.go", "_team_gen.go"} {
			if err := os.Remove(base + part); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
		}
		test, err := os.ReadFile(base + "_gen_test.go")
		if err != nil {
			t.Fatal(err)
		}
		list := fmt.Sprintf("package %s\n\nimport %q\n\n", pkg,
			ModulePath+"/verify") + strings.Join(append(SpecAndKernel(t, test), atLevels(t, test)...), "\n\n") + "\n"
		if err := os.WriteFile(base+"_gen_test.go", []byte(list), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// PutTest writes a test of testdata into a package, and what it is told of networks through: their functions without
// their types.
func (m Module) PutTest(t *testing.T, pkg string, files ...string) {
	t.Helper()
	for _, name := range append(files, "erased/erased_test.go") {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		head := fmt.Sprintf("package %s\n", filepath.Base(filepath.Dir(name)))
		if !bytes.HasPrefix(text, []byte(head)) {
			t.Fatalf("%s does not begin with %q", name, head)
		}
		m.Write(t, filepath.Join(pkg, filepath.Base(name)), append([]byte("package "+pkg+"\n"), text[len(head):]...))
	}
}

// Erased is the call that takes the types from a network of a package, for a test that putTest has put there.
func (m Module) Erased(t *testing.T, pkg string, n spec.Network) string {
	t.Helper()
	prefix := portable.Prefix(n.Name)
	levels := prefix + "AtLevels"
	if _, err := os.Stat(filepath.Join(m.Dir, AssemblyFile(pkg, n, "s"))); err != nil {
		levels = `func(f func(string)) { f("portable") }`
	}
	erased := fmt.Sprintf("erase(%[1]sSpec, %[1]sKernel, %[2]s)", prefix, levels)
	if m.HasDerivatives(t, pkg, n) {
		return fmt.Sprintf("derived(%s, %sDerivatives)", erased, prefix)
	}
	return erased
}

// HasDerivatives says whether the emitted test of a network of a package lists derivatives.
func (m Module) HasDerivatives(t *testing.T, pkg string, n spec.Network) bool {
	t.Helper()
	test, err := os.ReadFile(filepath.Join(m.Dir, pkg, strings.ToLower(n.Name)+"_gen_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(test, []byte("var "+portable.Prefix(n.Name)+"Derivatives = "))
}

// PutList writes the test that calls a method of every network of a package.
func (m Module) PutList(t *testing.T, pkg, test, method string, networks []spec.Network) {
	t.Helper()
	var list bytes.Buffer
	fmt.Fprintf(&list, "package %s\n\nimport \"testing\"\n\nfunc %s(t *testing.T) {\n", pkg, test)
	for _, n := range networks {
		fmt.Fprintf(&list, "\tt.Run(%q, %s.%s)\n", n.Name, m.Erased(t, pkg, n), method)
	}
	fmt.Fprint(&list, "}\n")
	m.Write(t, filepath.Join(pkg, "list_test.go"), list.Bytes())
}

// SpecAndKernel are the declarations in an emitted test of the spec and of the list of functions, in this order, and
// the list of derivatives where there is one.
func SpecAndKernel(t *testing.T, test []byte) []string {
	t.Helper()
	list := declarations(t, test, "Spec", "Kernel", "Derivatives")
	if len(list) < 2 || len(list) > 3 {
		t.Fatalf("an emitted test has %d declarations that end in Spec or Kernel, want one of each and maybe derivatives; "+
			"has it changed?", len(list))
	}
	return list
}

// atLevels are the declarations in an emitted test of what goes through the levels, none where there is no assembly.
func atLevels(t *testing.T, test []byte) []string {
	t.Helper()
	list := declarations(t, test, "AtLevels", "Levels")
	if len(list) != 0 && len(list) != 2 {
		t.Fatalf("an emitted test has %d declarations that end in Levels, want a list and a function, or none; has it changed?",
			len(list))
	}
	return list
}

// declarations are the variables, constants and functions of a file whose names end so, each by the first ending that
// fits, in the order of these.
func declarations(t *testing.T, source []byte, endings ...string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := make([][]string, len(endings))
	for _, d := range file.Decls {
		name := ""
		switch d := d.(type) {
		case *ast.FuncDecl:
			if name = d.Name.Name; strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Benchmark") {
				name = ""
			}
		case *ast.GenDecl:
			if len(d.Specs) == 1 {
				if v, ok := d.Specs[0].(*ast.ValueSpec); ok {
					name = v.Names[0].Name
				}
			}
		}
		at := slices.IndexFunc(endings, func(ending string) bool { return strings.HasSuffix(name, ending) })
		if at >= 0 {
			found[at] = append(found[at], string(source[fset.Position(d.Pos()).Offset:fset.Position(d.End()).Offset]))
		}
	}
	return slices.Concat(found...)
}
