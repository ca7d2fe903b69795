package mutants

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/macro"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/spec"
)

// The files of an emitted package that mistakes are planted in: how their names end, and the folder of a package that
// emitted files import, before the name of its file.
const (
	inKernels   = "_gen.go"
	inDispatch  = "_amd64_gen.go" // the Go that calls the assembly
	inAssembly  = "_amd64_gen.s"
	inTeamLines = "_team_gen.go"
	inTeam      = "team/"
)

// packageMutant is a mistake planted in one of the files of an emitted package. Assembly is edited like Go; its
// functions have the names of their labels without the network's.
type packageMutant struct {
	mutant
	file string
}

// on is a mistake of one edit in a file.
func on(file, victim, in, mistake, find, put string) packageMutant {
	return packageMutant{one(victim, in, mistake, find, put), file}
}

// plant returns the file with the mistake in it.
func (m packageMutant) plant(source string) (string, error) {
	if m.file != inAssembly {
		return m.apply(source)
	}
	e := m.edits[0]
	source, err := expandedText(source)
	if err != nil {
		return "", err
	}
	label := strings.ToLower(m.victim) + e.in
	from, end := assemblyCode(source, label)
	if from < 0 {
		return "", fmt.Errorf("there is no %s", label)
	}
	find, err := regexp.Compile("(?m)" + e.find)
	if err != nil {
		return "", err
	}
	at := find.FindStringSubmatchIndex(source[from:end])
	if at == nil {
		return "", fmt.Errorf("%s has nothing like %q", label, e.find)
	}
	return source[:from+at[0]] + string(find.ExpandString(nil, e.put, source[from:end], at)) + source[from+at[1]:], nil
}

// assemblyCode is where a code of a function is in a text: up to that of AVX-512, where the name ends in AVX2, or that.
// It begins below 0 if there is none.
func assemblyCode(text, name string) (from, end int) {
	function, wide := strings.CutSuffix(name, "AVX512")
	if from = strings.Index(text, fmt.Sprintf("TEXT ·%s(SB)", strings.TrimSuffix(function, "AVX2"))); from < 0 {
		return -1, -1
	}
	end = len(text)
	if next := afterFunction.FindStringIndex(text[from+1:]); next != nil {
		end = from + 1 + next[0]
	}
	switch at := strings.Index(text[from:end], "\nwide:"); {
	case wide && at < 0:
		return -1, -1
	case wide:
		from += at
	case at >= 0:
		end = from + at
	}
	return from, end
}

// afterFunction is what may follow a function of the assembly.
var afterFunction = regexp.MustCompile(`(?m)^(TEXT|DATA|GLOBL) `)

// portable says that assembly has no part in the mistake: what is called must be the Go that it is planted in.
func (m packageMutant) portable() bool {
	return m.file == inKernels || m.file == inTeamLines || strings.HasPrefix(m.file, inTeam)
}

// expandedText is assembly without macros: a mistake is in one place, and not in all that a macro is in. Many mistakes
// are planted in one text, which is expanded once.
func expandedText(source string) (string, error) {
	if text, ok := expandedTexts.Load(source); ok {
		return text.(string), nil
	}
	expanded, err := macro.Expand([]byte(source))
	if err == nil {
		expandedTexts.Store(source, string(expanded))
	}
	return string(expanded), err
}

// expandedTexts are texts without macros by the text with them.
var expandedTexts sync.Map

// runs says whether the machine runs the file: the assembly wants AVX2.
func (m packageMutant) runs() bool {
	return m.portable() || gentest.Processor() == "amd64" && cpu.X86.HasAVX2 && cpu.X86.HasFMA
}

// TestPackageMutants plants mistakes in all files of emitted packages, and runs the emitted test of some, with -short:
// it must fail, and that of the package as emitted must pass. It shows that emitted tests find what is wrong beyond the
// kernels, and that every mistake can be planted; and it is the only test that compiles and judges a network whose
// updates a team shares out. The whole of it: -mutants.
func TestPackageMutants(t *testing.T) {
	t.Parallel()
	list := packageMistakes()
	m := gentest.NewModule(t)
	tests := map[string]string{} // the emitted test of each package
	for _, v := range packageVictims {
		files := emittedPackage(t, v)
		tests[strings.ToLower(v.Name)] = "Test" + v.Name
		writePackage(t, m, strings.ToLower(v.Name), files)
		portable := v
		portable.Targets = []spec.Target{}
		goes := emittedPackage(t, portable)
		for i, planted := range list {
			if planted.victim != v.Name {
				continue
			}
			victim := files
			if planted.portable() {
				victim = goes
			}
			mistaken, err := planted.in(withSource(t, victim, planted.file))
			if err != nil {
				t.Errorf("%q cannot be planted: %v; emitted code has changed, and so must the mistake in packagemistakes_test.go", planted.title(), err)
				continue
			}
			if planted.runs() && (*allMutants || i%sampled == 0) {
				tests[mutantPackage(i)] = "Test" + v.Name
				writePackage(t, m, mutantPackage(i), mistaken)
			}
		}
	}
	if t.Failed() {
		return
	}
	if testing.Short() {
		t.Skip("all mistakes can be planted; go test without -short compiles and runs some packages, which takes a minute")
	}
	said := emittedTests(t, m, tests, isMutant)
	for _, v := range packageVictims {
		if by := said[strings.ToLower(v.Name)]; by.failed {
			t.Errorf("%s as emitted is not right:\n%s", v.Name, by.text)
		}
	}
	whole := *allMutants
	for i, planted := range list {
		by, ran := said[mutantPackage(i)]
		switch {
		case !ran:
			whole = false
		case !by.failed:
			whole = false
			t.Errorf("%q was not found; verify must be stricter", planted.title())
		default:
			t.Logf("%s: %s", planted.title(), by.first(planted.victim))
		}
	}
	if whole {
		gentest.Says(t, "package mistakes", packageTable(list,
			func(i int) string { return said[mutantPackage(i)].first(list[i].victim) }))
	}
}

// amd64Backend is the one that mistakes are planted in. What others would emit takes time.
func amd64Backend() []gen.Backend {
	return slices.DeleteFunc(gen.Backends(), func(b gen.Backend) bool { return b.Name != string(spec.AMD64) })
}

// emittedPackage is what is emitted for a network.
func emittedPackage(t *testing.T, n spec.Network) []gen.File {
	t.Helper()
	files, err := gentest.Generate(t, n, gen.Options{Package: "net", NoMacros: true, Backends: amd64Backend()})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// name is that of the file which the mistake is planted in.
func (m packageMutant) name() string {
	if strings.Contains(m.file, "/") {
		return m.file
	}
	return strings.ToLower(m.victim) + m.file
}

// in returns the files of a package with the mistake in one of them.
func (m packageMutant) in(files []gen.File) ([]gen.File, error) {
	name := m.name()
	i := slices.IndexFunc(files, func(f gen.File) bool { return f.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("%s is not emitted", name)
	}
	text, err := m.plant(string(files[i].Data))
	mistaken := slices.Clone(files)
	mistaken[i].Data = []byte(text)
	return mistaken, err
}

// writePackage writes a package with its test among its other files, so that many of them make one program.
func writePackage(t *testing.T, m gentest.Module, pkg string, files []gen.File) {
	t.Helper()
	for _, f := range files {
		name := strings.Replace(f.Name, "_gen_test.go", "_tested_gen.go", 1)
		m.Write(t, filepath.Join(pkg, name), importing(pkg, files, f.Data))
	}
}

// testResult is what an emitted test said.
type testResult struct {
	failed bool
	text   string
}

var failureLine = regexp.MustCompile(`(?m)^\s+\w+\.go:\d+: (\w[^:\n]*): ([^:\[\n]+)`)

// together is what the test says of calls that see one another. Which of them does first is chance.
const together = "two goroutines at once"

// first is the call and the quantity that the test named first, without indices.
func (r testResult) first(victim string) string {
	if strings.Contains(r.text, "\npanic: ") || strings.Contains(r.text, "[recovered]") ||
		strings.Contains(r.text, "fatal error: ") {
		return "panics"
	}
	for _, line := range failureLine.FindAllStringSubmatch(r.text, -1) {
		switch {
		case line[1] == victim: // a summary
		case line[2] == together:
			return together
		default:
			return line[1] + ": " + line[2]
		}
	}
	return "says: " + r.text
}

// emittedTests compiles all packages into one program and runs the test of each in a process of its own. A mutant that
// passes runs again, twice, when all others are done: whether two goroutines meet depends on what else the machine
// does. What is right passes every time: once is enough.
func emittedTests(t *testing.T, m gentest.Module, tests map[string]string,
	mutant func(pkg string) bool) map[string]testResult {
	t.Helper()
	var imports, calls strings.Builder
	var packages []string
	for pkg, test := range tests {
		fmt.Fprintf(&imports, "\t%s \"random/%s\"\n", pkg, pkg)
		fmt.Fprintf(&calls, "\tt.Run(%q, %s.%s)\n", pkg, pkg, test)
		packages = append(packages, pkg)
	}
	slices.Sort(packages)
	m.Write(t, "emitted_test.go",
		fmt.Appendf(nil, "package random\n\nimport (\n\t\"testing\"\n\n%s)\n\nfunc TestEmitted(t *testing.T) {\n%s}\n",
			&imports, &calls))
	program := filepath.Join(m.Dir, "emitted")
	if out, err := m.GoCommand("test", "-c", "-vet=off", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("the mutants do not compile: %v\n%s", err, out)
	}
	timeout := "30m" // many times what a test takes where nothing else runs
	if gentest.Emulating() {
		timeout = "60m"
	}
	run := func(pkg string) (testResult, error) {
		out, err := gentest.Command(program, "-test.short", "-test.timeout="+timeout,
			"-test.run=^TestEmitted$/^"+pkg+"$").CombinedOutput()
		if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
			return testResult{}, err
		}
		if bytes.Contains(out, []byte("panic: test timed out")) { // a machine that is busy finds no mistake
			return testResult{}, fmt.Errorf("the test of %s did not end:\n%s", pkg, out)
		}
		return testResult{err != nil, string(out)}, nil
	}
	results := make([]testResult, len(packages))
	var tasks []func() error
	for i, pkg := range packages {
		tasks = append(tasks, func() (err error) {
			results[i], err = run(pkg)
			return err
		})
	}
	if err := parallel.Run(tasks...); err != nil {
		t.Fatal(err)
	}
	said := map[string]testResult{}
	for i, pkg := range packages {
		said[pkg] = results[i]
		for again := 0; again < 2 && mutant(pkg) && !said[pkg].failed; again++ {
			r, err := run(pkg)
			if err != nil {
				t.Fatal(err)
			}
			said[pkg] = r
		}
	}
	return said
}

// cells are the beginning of a mistake's row.
func (m packageMutant) cells() string {
	return fmt.Sprintf("| `%s`, %s | %s", m.name(), m.edits[0].where(), m.mistake)
}

// packageTable is the table of mistakes in packages.
func packageTable(list []packageMutant, by func(i int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d mistakes are planted in the files of packages, one at a time, and all %d are found:\n\n",
		len(list), len(list))
	b.WriteString("| file, function | mistake | found by |\n|---|---|---|\n")
	for i, m := range list {
		fmt.Fprintf(&b, "%s | %s |\n", m.cells(), by(i))
	}
	return b.String()
}

// TestPlant plants a mistake in assembly.
func TestPlant(t *testing.T) {
	const source = "TEXT ·netA(SB), 4\n\tVMAXPS X0, X1, X2\n\tRET\n\nTEXT ·netB(SB), 4\n\tVMAXPS X3, X4, X5\n\tRET\n"
	m := on(inAssembly, "Net", "A", "", `VMAXPS (\w+), (\w+),`, "VMAXPS $2, $1,")
	if got, err := m.plant(source); err != nil || got != strings.Replace(source, "X0, X1", "X1, X0", 1) {
		t.Errorf("%v: %s", err, got)
	}
	m.edits[0].in = "B"
	if got, err := m.plant(source); err != nil || got != strings.Replace(source, "X3, X4", "X4, X3", 1) {
		t.Errorf("%v: %s", err, got)
	}
	m.edits[0].find = "VMINPS"
	if _, err := m.plant(source); err == nil {
		t.Error("nothing was found, and nothing said")
	}
	m.edits[0].in = "C"
	if _, err := m.plant(source); err == nil {
		t.Error("there is no such function, and nothing said")
	}
}

// packageVictims are the networks in whose packages mistakes are planted: with assembly, chunks and optimizers; pools
// in double precision; as many parameters as let several workers of a team add them up, and share an update; and kinks
// of every sort, in Go alone.
var packageVictims = []spec.Network{
	{
		Name: "Tiled", Input: 5, Layers: []spec.Layer{gentest.Act(7, "relu"),
			gentest.Act(3, "softmax")}, Cost: spec.Function{Name: "cross-entropy"}, InputGradient: true,
		Optimizers: []spec.Optimizer{spec.SGD, spec.Momentum, spec.Nesterov, spec.RMSprop, spec.Adam, spec.AdamW},
	},
	{
		Name: "Pooled", Precision: spec.Float64, Input: 6, Layers: []spec.Layer{
			{Dense: 8, Activation: spec.Function{Name: "max-pool",
				Params: map[string]float64{spec.Window: 2}}}, gentest.Act(5, "tanh"), gentest.Act(3, "hard-tanh"),
		},
		Cost: spec.Function{Name: "mae"}, Batch: 4, InputGradient: true,
	},
	{
		Name: "Broad", Input: 40, Layers: []spec.Layer{gentest.Act(48, "relu"),
			gentest.Act(10, "softmax")}, Cost: spec.Function{Name: "cross-entropy"}, Batch: 8,
	},
	{
		Name: "Shared", Input: 160, Layers: []spec.Layer{gentest.Act(100, "relu"),
			gentest.Act(4, "identity")}, Cost: spec.Function{Name: "mse"},
		Optimizers: []spec.Optimizer{spec.Momentum},
	},
	{
		Name: "Kinked", Input: 3, Layers: []spec.Layer{
			gentest.Act(4, "leaky-relu"), gentest.Act(3, "hard-sigmoid"), {Dense: 2,
				Activation: spec.Function{Expr: "max(z, 0.37) + abs(z - 1)"}},
		},
		Cost: spec.Function{Name: "huber"}, Targets: []spec.Target{},
	},
}
