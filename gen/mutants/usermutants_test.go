package mutants

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	amd64 "github.com/backpropgen/backpropgen/gen/amd64/isa"
	arm64 "github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// fileMutant is a mistake planted in an emitted file of any kind. The package with it is compiled and its emitted
// test run, as a user would.
type fileMutant struct {
	victim spec.Network
	// file is how the name of the file ends, or a file of a package that programs import at run time; in is the
	// function there without its level; empty: the whole file.
	file, in string
	mistake  string
	// find is a regular expression, put what takes the place of its first match, of every one if all says so.
	find, put string
	all       bool
	// unseen is of assembly, and can't be seen by who calls it: the generator must refuse to emit it.
	unseen bool
}

func (m fileMutant) title() string {
	return fmt.Sprintf("%s%s.%s: %s", m.victim.Name, m.file, m.in, m.mistake)
}

// assemblies are the files of assembly: the processor that runs one, the set of instructions of the codes that mistakes
// are planted in where functions have several, and what no text of theirs may have.
var assemblies = map[string]struct {
	processor, set string
	lint           func(text []byte, constraint string, strict bool) error
}{
	inAssembly:     {"amd64", "AVX2", amd64.Lint},
	"_arm64_gen.s": {"arm64", "", arm64.Lint},
}

// runs says whether emitted tests run the file: not that of another processor.
func (m fileMutant) runs() bool {
	of, ok := assemblies[m.file]
	return !ok || of.processor == gentest.Processor()
}

// backendsOf are the backends that a mistake in a file needs: that which emits it, and whose tiles it has; those of the
// processor for others.
func backendsOf(file string) []gen.Backend {
	if assemblies[file].processor == "arm64" {
		return gen.Backends()
	}
	return gentest.NativeBackends()
}

// apply plants the mistake. The error says what is not there to be changed.
func (m fileMutant) apply(text []byte) ([]byte, error) {
	if strings.HasSuffix(m.file, ".s") { // a mistake is in one place, and not in all that a macro is in
		expanded, err := expandedText(string(text))
		if err != nil {
			return nil, err
		}
		text = []byte(expanded)
	}
	from, to := 0, len(text)
	if m.in != "" {
		name := portable.Prefix(m.victim.Name) + m.in + assemblies[m.file].set
		if from, to = assemblyCode(string(text), name); from < 0 {
			return nil, fmt.Errorf("there is no %s", name)
		}
	}
	find, err := regexp.Compile("(?m)" + m.find)
	if err != nil {
		return nil, err
	}
	before := text[from:to]
	at := find.FindSubmatchIndex(before)
	if at == nil {
		return nil, fmt.Errorf("nothing is like %q", m.find)
	}
	after := slices.Concat(before[:at[0]], find.Expand(nil, []byte(m.put), before, at), before[at[1]:])
	if m.all {
		after = find.ReplaceAll(before, []byte(m.put))
	}
	if bytes.Equal(after, before) {
		return nil, errors.New("it becomes what it was")
	}
	return slices.Concat(text[:from], after, text[to:]), nil
}

// testMutants plants mistakes and wants each found: by the emitted test, or, of those that can't be seen, by the
// generator's look at its own text.
func testMutants(t *testing.T, list []fileMutant) {
	t.Helper()
	emitted := map[string][]gen.File{}
	m := gentest.NewModule(t)
	tests := map[string]string{} // the emitted test of each package
	put := func(pkg, victim string, files []gen.File) {
		writePackage(t, m, pkg, files)
		tests[pkg] = "Test" + victim
	}
	ran := map[int]string{}
	for i, planted := range list {
		files, ok := emitted[planted.victim.Name]
		if !ok {
			var err error
			if files, err = gen.Generate(planted.victim,
				gen.Options{Package: "net", NoMacros: true, Backends: backendsOf(planted.file)}); err != nil {
				t.Fatal(err)
			}
			emitted[planted.victim.Name] = files
			if planted.runs() {
				put("right"+strings.ToLower(planted.victim.Name), planted.victim.Name, files)
			}
		}
		files = withSource(t, files, planted.file)
		at := slices.IndexFunc(files, func(f gen.File) bool { return strings.HasSuffix(f.Name, planted.file) })
		if at < 0 {
			t.Fatalf("there is no %s", planted.file)
		}
		text, err := planted.apply(files[at].Data)
		if err != nil {
			t.Errorf("%q can't be planted: %v; emitted code has changed, and so must the mistake", planted.title(), err)
			continue
		}
		if !planted.unseen {
			if !planted.runs() || !*allMutants && i%sampled > 0 {
				continue
			}
			ran[i] = mutantPackage(i)
			mistaken := slices.Clone(files)
			mistaken[at].Data = text
			put(ran[i], planted.victim.Name, mistaken)
			continue
		}
		a := assemblies[planted.file]
		err = a.lint(text, templates.AssemblyConstraint(a.processor), planted.victim.Rounding == spec.RoundingStrict)
		if err == nil {
			t.Errorf("%q would be emitted", planted.title())
		} else {
			first, _, _ := strings.Cut(err.Error(), "\n")
			t.Logf("%s\n\tthe generator: %s", planted.title(), first)
		}
	}
	if testing.Short() {
		if !t.Failed() {
			t.Skip("all mistakes can be planted, and the generator refuses what nobody sees; go test without -short compiles and runs some packages")
		}
		return
	}
	if len(tests) == 0 {
		if !t.Failed() {
			t.Skip("all mistakes can be planted, and the generator refuses what nobody sees; no test runs here what is planted")
		}
		return
	}
	said := outcomes(t, m, tests)
	for name := range emitted {
		if s := said["right"+strings.ToLower(name)]; s != "" {
			t.Errorf("%s as emitted fails: %s", name, s)
		}
	}
	for i, pkg := range ran {
		switch s, ok := said[pkg]; {
		case !ok:
			t.Errorf("%q was not judged: %s", list[i].title(), s)
		case s == "":
			t.Errorf("%q was not found by the emitted test; verify must be stricter", list[i].title())
		default:
			t.Logf("%s\n\t%s", list[i].title(), s)
		}
	}
}

// outcomes runs the tests of packages, compiled into one program: the judge is linked once. What is said of each is
// empty where it passes, else the first that was found.
func outcomes(t *testing.T, m gentest.Module, tests map[string]string) map[string]string {
	t.Helper()
	said := map[string]string{}
	if len(tests) == 0 {
		return said
	}
	for pkg, r := range emittedTests(t, m, tests, isMutant) {
		said[pkg] = ""
		if r.failed {
			said[pkg] = firstFinding(r.text)
		}
	}
	return said
}

// finding is a line of a failing test, or of a program that crashed.
var finding = regexp.MustCompile(`_tested_gen\.go:\d+: (\w.*: .*)|^((?:panic|fatal error|unexpected fault|SIG).*)`)

// firstFinding is the first line of output that says what was found.
func firstFinding(output string) string {
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if m := finding.FindStringSubmatch(line); m != nil && !strings.Contains(line, " trials, seed ") {
			return line
		}
	}
	return "fails: " + output[:min(len(output), 300)]
}
