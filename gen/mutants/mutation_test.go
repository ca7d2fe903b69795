package mutants

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

var allMutants = flag.Bool("mutants", false, "judge every mistake that is planted in emitted code, not some of them")

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

// TestMutants plants mistakes in emitted code and lets verify judge some of them, as the emitted tests do under -short:
// every one must be found, and the code as emitted must pass. It shows that verify still finds what it found, and that
// every mistake can be planted. The whole of it: go test ./gen/mutants -run Mutants -v -mutants; with -update it writes
// what it found into the page of guarantees
func TestMutants(t *testing.T) {
	t.Parallel()
	list, judged := mistakes(), map[int]bool{}
	for _, i := range share(list) {
		judged[i] = true
	}
	m := gentest.NewModule(t)
	var packages []string
	for _, v := range gentest.Victims {
		kernels, told := kernel(t, v)
		plant(t, m, strings.ToLower(v.Name), kernels, told)
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
			if judged[i] {
				plant(t, m, mutantPackage(i), text, told)
				packages = append(packages, mutantPackage(i))
			}
		}
	}
	if t.Failed() {
		return
	}
	if testing.Short() {
		t.Skip("all mistakes can be planted; go test without -short compiles and judges some")
	}
	judgements := judge(t, m, packages)
	for _, v := range gentest.Victims {
		if j := judgements[strings.ToLower(v.Name)]; j.Panic != "" || len(j.Failures) > 0 {
			t.Errorf("%s as emitted is not right: %+v", v.Name, j)
		}
	}
	missed := false
	for i, planted := range list {
		j, ok := judgements[mutantPackage(i)]
		switch {
		case !judged[i]:
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
	if *allMutants {
		table := mistakeTable(list, func(i int) string { return judgements[mutantPackage(i)].by() })
		t.Log(table)
		gentest.Says(t, "mistakes", table)
		return
	}
	for i, is := range judged {
		if !is {
			continue
		}
		t.Logf("%s: %s", list[i].title(), judgements[mutantPackage(i)].by())
	}
}

func mutantPackage(i int) string { return fmt.Sprintf("m%03d", i) }

// isMutant says whether a package is that of a mutant, and not a network as emitted.
func isMutant(pkg string) bool { return mutantName.MatchString(pkg) }

var mutantName = regexp.MustCompile(`^m\d+$`)

// title names the mistake, its network and its place.
func (m mutant) title() string {
	return fmt.Sprintf("%s.%s: %s", m.victim, m.edits[0].where(), m.mistake)
}

// sampled is one mistake in how many is judged, where not all of them are.
const sampled = 40

// share are the numbers of the mistakes that are judged: one in so many, and at least one of each network's, or all.
func share(list []mutant) (some []int) {
	for i, m := range list {
		if *allMutants || i%sampled == 0 || i == slices.IndexFunc(list,
			func(o mutant) bool { return o.victim == m.victim }) {
			some = append(some, i)
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
	list := gentest.SpecAndKernel(t, files[at].Data)
	judged = fmt.Sprintf("package net\n\nimport %q\n\n%s\n\n%s\n\n", gentest.ModulePath+"/verify", list[0], list[1])
	prefix := portable.Prefix(n.Name)
	judged += fmt.Sprintf("const Spec = %[1]sSpec\n\nvar Kernel = %[1]sKernel\n", prefix)
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
func plant(t *testing.T, m gentest.Module, pkg, kernels, judged string) {
	t.Helper()
	m.Write(t, filepath.Join(pkg, "net.go"), []byte(kernels))
	m.Write(t, filepath.Join(pkg, "judged.go"), []byte(judged))
}

// judge compiles all packages into one program, which lets verify judge each.
func judge(t *testing.T, m gentest.Module, packages []string) map[string]judgement {
	t.Helper()
	var imports, calls strings.Builder
	for _, pkg := range packages {
		fmt.Fprintf(&imports, "\t%s \"random/%s\"\n", pkg, pkg)
		fmt.Fprintf(&calls, "\tjudge(%q, %s.Spec, %s.Kernel)\n", pkg, pkg, pkg)
	}
	m.Write(t, "main.go", fmt.Appendf(nil, judgeProgram, &imports, &calls))
	program := filepath.Join(m.Dir, "judge")
	if out, err := m.GoCommand("build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("the mutants do not compile: %v\n%s", err, out)
	}
	var stdout, stderr bytes.Buffer
	cmd := gentest.Command(program)
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

// lists holds the table of a part of the page to the mistakes that are planted.
func lists(t *testing.T, page, name string, planted []string) {
	t.Helper()
	_, text, _, err := gentest.PartOf(page, name)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); len(cells) == 3 && strings.HasPrefix(line, "| `") {
			listed = append(listed, cells[0]+" | "+cells[1])
		}
	}
	if !*gentest.Update && !slices.Equal(listed, planted) {
		t.Errorf("%s lists %d %s, %d are planted, or others; renew it as CONTRIBUTING.md says", gentest.Guarantees,
			len(listed), name, len(planted))
	}
}

// cells are the beginning of a mistake's row.
func (m mutant) cells() string {
	return fmt.Sprintf("| `%s`, %s | %s", m.victim, m.edits[0].where(), m.mistake)
}

// mistakeTable is the whole table.
func mistakeTable(list []mutant, by func(i int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d mistakes are planted, one at a time, and all %d are found:\n\n", len(list), len(list))
	b.WriteString("| network, function | mistake | found by |\n|---|---|---|\n")
	for i, m := range list {
		fmt.Fprintf(&b, "%s | %s |\n", m.cells(), by(i))
	}
	return b.String()
}

// TestListed holds the page of guarantees to the list of mistakes. What found each takes long to find out: TestMutants
// compares it.
func TestListed(t *testing.T) {
	page := gentest.ReadGuarantees(t)
	var planted, inPackages []string
	for _, m := range mistakes() {
		planted = append(planted, m.cells())
	}
	for _, m := range packageMistakes() {
		inPackages = append(inPackages, m.cells())
	}
	lists(t, page, "mistakes", planted)
	lists(t, page, "package mistakes", inPackages)
}
