package neon

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// check is what testdata/run calls one of its functions with, and what it wants of it.
type check struct {
	Name string
	In   [3][]byte
	Rest []byte
	Want []byte
	Size int
	Near float64

	code []isa.Instruction
}

// checkOf compiles a program, and executes it for what is to be compared. in are its operands, rest what its table has;
// the result has so many bytes.
func checkOf(
	name string, p *vec.Program, in [3][]byte, rest []byte, result int, shares bool, which int,
) (check, error) {
	if err := p.Check(); err != nil {
		return check{}, err
	}
	code, constants, err := compile(p, rest, shares, which)
	if err != nil {
		return check{}, err
	}
	c := check{Name: name, In: in, Rest: constants, Want: bytes.Repeat([]byte{0xa5}, result), code: code}
	m, params := &vec.Memory{}, map[string]int64{}
	for i, arg := range []string{"x", "y", "z"} {
		params[arg] = m.Add(bytes.Clone(in[i]))
	}
	params["out"], params["rest"] = m.Add(c.Want), m.Add(constants)
	return c, p.Exec(m, params)
}

// run assembles what checks have, and runs it all in one program on the processor or under qemu.
func run(t *testing.T, checks []check) {
	t.Helper()
	if testing.Short() && runtime.GOARCH != "arm64" {
		t.Skip("all of it can be written; go test without -short assembles it and runs it under qemu, which takes seconds")
	}
	if _, err := exec.LookPath("qemu-aarch64"); err != nil {
		t.Skipf("NOT TESTED: no instruction is executed, as there is no qemu-aarch64 (Debian: qemu-user)")
	}
	var text, declared, list bytes.Buffer
	text.WriteString("#include \"textflag.h\"\n")
	for i, c := range checks {
		fmt.Fprintf(&text, "\n// %s\nTEXT ·f%d(SB), NOSPLIT, $0-40\n", c.Name, i)
		for name, offset := range map[string]int{"x": 0, "y": 8, "z": 16, "out": 24, "rest": 32} {
			fmt.Fprintf(&text, "\tMOVD %s+%d(FP), R%d\n", name, offset, pointers[name])
		}
		for _, one := range c.code {
			if one.Form != nil {
				text.WriteByte('\t')
			}
			fmt.Fprintf(&text, "%s\n", one.Go())
		}
		fmt.Fprintf(&declared, "\n//go:noescape\nfunc f%d(x, y, z, out, rest unsafe.Pointer)\n", i)
		fmt.Fprintf(&list, "\tf%d,\n", i)
	}
	data, err := json.Marshal(checks)
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("testdata/run/run_test.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":       "module run\n\ngo 1.25.0\n",
		"code_arm64.s": text.String(),
		"code_arm64.go": "package run\n\nimport \"unsafe\"\n" + declared.String() +
			"\nvar functions = []func(x, y, z, out, rest unsafe.Pointer){\n" + list.String() + "}\n",
		"run_test.go": string(source),
		"checks.json": string(data),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "test", "-c", "-vet=off", "-o", "run.test", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0", "GOFLAGS=-trimpath", "GOWORK=off",
		"GOTOOLCHAIN=local", "GOPROXY=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go test -c: %v\n%s", err, firstLines(string(out)))
	}
	cmd := exec.Command("qemu-aarch64", "./run.test", "-test.v")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestRun")) {
		t.Fatalf("%v\n%s", err, firstLines(string(out)))
	}
}

// firstLines are the first lines of what a command says.
func firstLines(s string) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[:min(len(lines), 60)], "\n")
}
