package gen_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

var allMutants = flag.Bool("mutants", false, "plant every mistake in emitted code, not one of each network's")

// judgement is what verify said about one package of the module.
type judgement struct {
	Package  string
	Panic    string
	Failures []struct {
		Call, Quantity, Message string
		Excess                  float64
	}
}

// by says what found the mistake: the first call and quantity that verify named, without indices.
func (j judgement) by() string {
	if j.Panic != "" {
		return "panics"
	}
	quantity, _, _ := strings.Cut(j.Failures[0].Quantity, "[")
	return j.Failures[0].Call + ": " + quantity
}

// TestMutants plants mistakes in emitted code and lets verify judge it, as the emitted tests do under -short: every one
// must be found, and the code as emitted must pass. The whole of it: go test ./gen -run Mutants -v -mutants; with -update it writes what it found into the page of guarantees
func TestMutants(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("compiling mutants takes seconds; go test without -short does it")
	}
	list := mistakes()
	if !*allMutants {
		list = share(list)
	}
	m := newModule(t)
	var packages []string
	for _, v := range victims {
		kernels, judged := kernel(t, v)
		m.plant(t, strings.ToLower(v.Name), kernels, judged)
		packages = append(packages, strings.ToLower(v.Name))
		for i, planted := range list {
			if planted.victim != v.Name {
				continue
			}
			text, err := planted.apply(kernels)
			if err != nil {
				t.Errorf("%q cannot be planted: %v; emitted code has changed, and so must the mistake in mistakes_test.go", planted.title(), err)
				continue
			}
			m.plant(t, mutantPackage(i), text, judged)
			packages = append(packages, mutantPackage(i))
		}
	}
	if t.Failed() {
		return
	}
	judgements := m.judge(t, packages)
	for _, v := range victims {
		if j := judgements[strings.ToLower(v.Name)]; j.Panic != "" || len(j.Failures) > 0 {
			t.Errorf("%s as emitted is not right: %+v", v.Name, j)
		}
	}
	missed := false
	for i, planted := range list {
		j, ok := judgements[mutantPackage(i)]
		switch {
		case !ok:
			missed = true
			t.Errorf("%q was not judged", planted.title())
		case j.Panic == "" && len(j.Failures) == 0:
			missed = true
			t.Errorf("%q was not found; verify must be stricter", planted.title())
		}
	}
	if missed {
		return
	}
	table := mistakeTable(list, func(i int) string { return judgements[mutantPackage(i)].by() })
	t.Log(table)
	if *allMutants {
		says(t, "mistakes", table)
	}
}

func mutantPackage(i int) string { return fmt.Sprintf("m%03d", i) }

// title names the mistake, its network and its place.
func (m mutant) title() string {
	return fmt.Sprintf("%s.%s: %s", m.victim, m.edits[0].where(), m.mistake)
}

// share is one mistake in eight, and at least one of each network's.
func share(list []mutant) []mutant {
	var some []mutant
	for i, m := range list {
		if i%8 == 0 || i == slices.IndexFunc(list, func(o mutant) bool { return o.victim == m.victim }) {
			some = append(some, m)
		}
	}
	return some
}

// kernel generates a network: its kernels, and a file that tells verify about them, made of the spec and the list of
// functions in the emitted test.
func kernel(t *testing.T, n spec.Network) (kernels, judged string) {
	t.Helper()
	n.Targets = []spec.Target{} // mistakes are planted in the portable Go, so that must be what is judged
	files, err := gen.Generate(n, gen.Options{Package: "net"})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(files, func(f gen.File) bool { return strings.HasSuffix(f.Name, "_test.go") })
	test := files[at].Data
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, files[at].Name, test, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	judged = fmt.Sprintf("package net\n\nimport %q\n\n", modulePath+"/verify")
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, s := range g.Specs {
			v, ok := s.(*ast.ValueSpec)
			if !ok {
				continue
			}
			text := string(test[fset.Position(g.Pos()).Offset:fset.Position(g.End()).Offset])
			switch name := v.Names[0].Name; {
			case strings.HasSuffix(name, "Spec"):
				judged += text + "\n\nconst Spec = " + name + "\n\n"
			case strings.HasSuffix(name, "Kernel"):
				judged += text + "\n\nvar Kernel = " + name + "\n\n"
			}
		}
	}
	return uncommented(t, files[0].Data), judged
}

// uncommented is Go without its comments, so that no edit is one of a comment.
func uncommented(t *testing.T, source []byte) string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := format.Node(&b, fset, file); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// plant writes a package of kernels that can be judged.
func (m module) plant(t *testing.T, pkg, kernels, judged string) {
	t.Helper()
	m.write(t, filepath.Join(pkg, "net.go"), []byte(kernels))
	m.write(t, filepath.Join(pkg, "judged.go"), []byte(judged))
}

// judge compiles all packages into one program, which lets verify judge each.
func (m module) judge(t *testing.T, packages []string) map[string]judgement {
	t.Helper()
	var imports, calls strings.Builder
	for _, pkg := range packages {
		fmt.Fprintf(&imports, "\t%s \"random/%s\"\n", pkg, pkg)
		fmt.Fprintf(&calls, "\tjudge(%q, %s.Spec, %s.Kernel)\n", pkg, pkg, pkg)
	}
	m.write(t, "main.go", fmt.Appendf(nil, judgeProgram, &imports, &calls))
	program := filepath.Join(m.dir, "judge")
	if out, err := m.goCommand("build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("the mutants do not compile: %v\n%s", err, out)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(program)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("judging: %v\n%s", err, &stderr)
	}
	judgements := map[string]judgement{}
	for dec := json.NewDecoder(&stdout); dec.More(); {
		var j judgement
		if err := dec.Decode(&j); err != nil {
			t.Fatalf("what the judge printed is no JSON: %v", err)
		}
		judgements[j.Package] = j
	}
	return judgements
}

// goCommand is the go command in the module, without a network.
func (m module) goCommand(args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "GOTOOLCHAIN=local")
	return cmd
}

const judgeProgram = `package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
%s)

func judge[P, G, W, B, X, Y any, F verify.Float](pkg, text string, k verify.Kernel[P, G, W, B, X, Y, F]) {
	said := struct {
		Package, Panic string
		Failures       []verify.Failure
	}{Package: pkg}
	func() {
		defer func() {
			if p := recover(); p != nil {
				said.Panic = fmt.Sprint(p)
			}
		}()
		n, err := spec.Decode("spec.json", []byte(text))
		if err != nil {
			panic(err)
		}
		said.Failures = verify.Check(n, k, verify.Options{Short: true}).Failures
	}()
	for i := range said.Failures {
		// JSON has no infinity.
		said.Failures[i].Excess = min(said.Failures[i].Excess, math.MaxFloat64)
	}
	if err := json.NewEncoder(os.Stdout).Encode(said); err != nil {
		panic(err)
	}
}

func main() {
%s}
`
