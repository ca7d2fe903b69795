package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// built is the command, compiled for an architecture: once for all tests.
func built(t *testing.T, arch string) string {
	t.Helper()
	builtCommands.Lock()
	defer builtCommands.Unlock()
	if command, ok := builtCommands.of[arch]; ok {
		return command
	}
	command := filepath.Join(builtCommands.folder, "backpropgen-"+arch)
	build := exec.Command("go", "build", "-ldflags=-w", "-o", command, ".")
	build.Env = append(os.Environ(), "GOARCH="+arch, "GOGC=400")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	builtCommands.of[arch] = command
	return command
}

// builtCommands are the commands that are compiled; TestMain makes the folder and removes it.
var builtCommands = struct {
	sync.Mutex
	folder string
	of     map[string]string
}{of: map[string]string{}}

// generated is a module of two packages, each with a network and a directive of its own.
func generated(t *testing.T) *downstream {
	t.Helper()
	d := newDownstream(t, false)
	command := built(t, runtime.GOARCH)
	for _, pkg := range []string{"first", "second"} {
		write(t, d.path(pkg+"/net.yaml"), leanXor, 0o644)
		write(t, d.path(pkg+"/generate.go"), "package "+pkg+"\n\n//go:"+"generate "+command+" generate net.yaml\n",
			0o644)
	}
	d.goes(".", "generate", "./...")
	return d
}

// respec gives both packages another spec and has go generate make it.
func (d *downstream) respec(text string) string {
	d.t.Helper()
	for _, pkg := range []string{"first", "second"} {
		write(d.t, d.path(pkg+"/net.yaml"), text, 0o644)
	}
	return d.goes(".", "generate", "./...")
}

// names lists the emitted files of a folder.
func (d *downstream) names(pkg string) string {
	d.t.Helper()
	paths, err := filepath.Glob(d.path(pkg + "/*_gen*"))
	if err != nil {
		d.t.Fatal(err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	return strings.Join(paths, " ")
}

// leanXor has all kinds of files that go generate may have listed, and little assembly: no batches, which are most of
// it.
const leanXor = xorSpec + "emit: [grad, step, save, test]\n"

const portableXor = "xor_gen.go xor_gen_test.go xor_store_gen.go"

// Go generate goes through all packages when their networks have fewer files than before, and the next one cleans up.
func TestGoGenerateWithFewerFiles(t *testing.T) {
	d := generated(t)
	out := d.respec(leanXor + "targets: []\n")
	d.wants(out, "removed xor_amd64_gen.s, xor_arm64_gen.s, emptied xor_amd64_gen.go, xor_arm64_gen.go, "+
		"xor_levels_gen_test.go, xor_noasm_gen.go (go generate has listed them")
	for _, pkg := range []string{"first", "second"} {
		if got, want := d.names(pkg),
			"xor_amd64_gen.go xor_arm64_gen.go xor_gen.go xor_gen_test.go xor_levels_gen_test.go "+
				"xor_noasm_gen.go xor_store_gen.go"; got != want {
			t.Errorf("%s holds %s, want %s", pkg, got, want)
		}
		code, _, stderr := runIn(t, d.path(pkg), "check", "net.yaml")
		if code != exitStale || !strings.Contains(stderr, "xor_noasm_gen.go: orphaned: go generate left it empty") {
			t.Errorf("check exits %d: %s", code, stderr)
		}
	}
	d.goes(".", "vet", "./...")
	if out, err := exec.CommandContext(t.Context(), "gofmt", "-l", d.dir).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("gofmt: %v %s", err, out)
	}
	d.wants(d.goes(".", "generate", "./..."), "removed xor_amd64_gen.go, xor_arm64_gen.go, xor_levels_gen_test.go, "+
		"xor_noasm_gen.go")
	for _, pkg := range []string{"first", "second"} {
		if got := d.names(pkg); got != portableXor {
			t.Errorf("%s holds %s, want %s", pkg, got, portableXor)
		}
		if code, _, stderr := runIn(t, d.path(pkg), "check", "net.yaml"); code != exitOK {
			t.Errorf("check exits %d: %s", code, stderr)
		}
	}
	d.respec(leanXor) // and all are needed again
	d.respec(leanXor + "targets: []\n")
	d.respec(leanXor) // while they are empty
	d.goes(".", "vet", "./...")
}

// Likewise when the networks are renamed, tests and all.
func TestGoGenerateAfterRename(t *testing.T) {
	d := generated(t)
	d.respec(strings.Replace(leanXor, "Xor", "Zor", 1))
	d.goes(".", "vet", "./...")
	d.goes(".", "generate", "./...")
	if got := d.names("second"); strings.Contains(got, "xor_") {
		t.Errorf("files of the old name are left: %s", got)
	}
	// Outside go generate nothing is listed, and nothing is emptied.
	write(t, d.path("first/net.yaml"), leanXor, 0o644)
	if code, stdout, stderr := runIn(t, d.path("first"), "generate", "net.yaml"); code != exitOK ||
		strings.Contains(stdout, "emptied") {
		t.Errorf("exit code %d: %s%s", code, stdout, stderr)
	}
	if got := d.names("first"); strings.Contains(got, "zor_") {
		t.Errorf("files of the old name are left: %s", got)
	}
}

// A placeholder stays while the go generate that listed the file may still open it: two directives of a package are for
// one spec.
func TestPlaceholdersStayWithinGoGenerate(t *testing.T) {
	d := generated(t)
	for _, pkg := range []string{"first", "second"} {
		text, err := os.ReadFile(d.path(pkg + "/generate.go"))
		if err != nil {
			t.Fatal(err)
		}
		line := strings.SplitAfter(string(text), "\n")[2]
		write(t, d.path(pkg+"/generate.go"), string(text)+line, 0o644)
		write(t, d.path(pkg+"/hand.go"), "package "+pkg+"\n\n"+line, 0o644)
	}
	d.respec(leanXor + "targets: []\n")
	d.goes(".", "generate", "./...")
	if got := d.names("first"); got != portableXor {
		t.Errorf("first holds %s, want %s", got, portableXor)
	}
	// The directive has moved since.
	d.respec(leanXor)
	d.respec(leanXor + "targets: []\n")
	for _, pkg := range []string{"first", "second"} {
		text, err := os.ReadFile(d.path(pkg + "/generate.go"))
		if err != nil {
			t.Fatal(err)
		}
		write(t, d.path(pkg+"/generate.go"), strings.Replace(string(text), "\n", "\n\n// Down it goes.\n\n", 1), 0o644)
	}
	d.goes(".", "generate", "./...")
	if got := d.names("first"); got != portableXor {
		t.Errorf("first holds %s, want %s", got, portableXor)
	}
}

// The files may be in another folder than the directive.
func TestGoGenerateElsewhere(t *testing.T) {
	d := generated(t)
	text, err := os.ReadFile(d.path("first/generate.go"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, d.path("first/generate.go"), strings.Replace(string(text), "generate net.yaml",
		"generate -o ../third net.yaml", 1), 0o644)
	write(t, d.path("third/hand.go"), "package third\n", 0o644)
	d.goes(".", "generate", "./...")
	d.respec(leanXor + "targets: []\n")
	d.goes(".", "vet", "./...")
	d.goes(".", "generate", "./...")
	if got := d.names("third"); got != portableXor {
		t.Errorf("third holds %s, want %s", got, portableXor)
	}
}

func TestPlaceholder(t *testing.T) {
	at := directive{"../a/generate.go", 12}
	data := placeholder("net.yaml", "nets", at)
	if got, ok := placeholderOf(data); !ok || got != at {
		t.Errorf("a placeholder of %v is read as one of %v, %v", at, got, ok)
	}
	if got, ok := placeholderOf([]byte(strings.ReplaceAll(string(data), "\n", "\r\n"))); !ok || got != at {
		t.Errorf("with the line ends of Windows a placeholder of %v is read as one of %v, %v", at, got, ok)
	}
	if mark, ok := markedSource(data); !ok || mark != "net.yaml" {
		t.Errorf("a placeholder of net.yaml says it is of %q, %v", mark, ok)
	}
	for _, part := range []string{"//go:build ignore\n", "12", "// Code"} {
		if _, ok := placeholderOf([]byte(strings.Replace(string(data), part, "", 1))); ok {
			t.Errorf("without %q a file is taken for a placeholder", part)
		}
	}
}

// What go generate has listed is there at the end even if a run that was cut off is taken back, and the spec is another
// one by now.
func TestGoGenerateAfterCutOff(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "net.yaml"), leanXor, 0o644)
	if code, _, stderr := runIn(t, dir, "generate", "-pkg", "nets", "net.yaml"); code != exitOK {
		t.Fatal(stderr)
	}
	data, err := os.ReadFile(filepath.Join(dir, "xor_noasm_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := openPlace(dir, true, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	e := entry{Name: "xor_noasm_gen.go", New: tempName(), Away: tempName(), Sum: sumOf(data)}
	err = writeJournal(p.root, []entry{e})
	p.close()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "net.yaml"), leanXor+"targets: []\n", 0o644)
	surroundings := map[string]string{"GOFILE": "generate.go", "GOLINE": "3", "GOPACKAGE": "nets"}
	var out, errs strings.Builder
	e2 := env{
		stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		getenv: func(name string) string { return surroundings[name] },
	}
	if code := run([]string{"generate", "net.yaml"}, e2); code != exitOK {
		t.Fatal(errs.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "xor_noasm_gen.go"))
	if _, ok := placeholderOf(text); !ok {
		t.Errorf("%v: want a placeholder, not\n%s\n%s%s", err, text, out.String(), errs.String())
	}
}
