package strict

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/generated/internal/short"
	"github.com/backpropgen/backpropgen/internal/overlay"
)

var (
	everywhere = flag.Bool("arch", false,
		"run the digests on every processor, emulated by qemu-user and node where they are installed")
	update = flag.Bool("update", false, "write digests.txt, as this machine has it, instead of comparing with it")
)

// table is the digests, the same ones for all machines.
const table = "digests.txt"

// target is a processor that programs are compiled for and how they run here.
type target struct {
	name    string
	env     []string // for the compiler
	runner  []string // what runs a program, nil where the machine itself does
	levels  []string // values of GODEBUG to run it with, each for itself
	missing string   // why it cannot be run here, empty where it can
}

// levels lower the instruction set that assembly is chosen by.
var levels = []string{"", "cpu.avx512f=off", "cpu.avx512f=off,cpu.avx2=off"}

// targets are the machine itself and, with -arch, all others.
func targets() []target {
	all := []target{{name: runtime.GOARCH, levels: levels}}
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		v3 := target{name: "amd64 v3", env: []string{"GOARCH=amd64", "GOAMD64=v3"}, levels: levels}
		if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA || !cpu.X86.HasBMI2 {
			v3.missing = "this processor is older"
		}
		all = append(all, v3, target{name: "386", env: []string{"GOARCH=386"}})
	}
	if !*everywhere {
		return all
	}
	if runtime.GOOS == "linux" && runtime.GOARCH == "amd64" {
		all = append(all, target{name: "386 without floating point", env: []string{"GOARCH=386", "GO386=softfloat"}})
	}
	for _, emulated := range []struct {
		name, qemu string
		env        []string
	}{
		{"arm", "arm", []string{"GOARM=7"}},
		{"arm64", "aarch64", nil},
		{"riscv64", "riscv64", nil},
		{"ppc64le", "ppc64le", nil},
		{"s390x", "s390x", nil},
		{"loong64", "loongarch64", nil},
	} {
		t := target{name: emulated.name,
			env: append([]string{"GOOS=linux", "GOARCH=" + emulated.name}, emulated.env...)}
		t.run("qemu-"+emulated.qemu, "install qemu-user")
		all = append(all, t)
	}
	wasm := target{name: "wasm", env: []string{"GOOS=js", "GOARCH=wasm"}}
	if wasm.run("node", "install nodejs"); wasm.missing == "" {
		wasm.runner = []string{filepath.Join(goEnv("GOROOT"), "lib", "wasm", "go_js_wasm_exec")}
	}
	return append(all, wasm)
}

// run has a program on the path run the target's programs.
func (t *target) run(program, remedy string) {
	path, err := exec.LookPath(program)
	if err != nil {
		t.missing = fmt.Sprintf("%s is not installed; %s", program, remedy)
		return
	}
	t.runner = []string{path}
}

func goEnv(name string) string {
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// TestDigests compares what every processor computes with the table, bit for bit: on this machine, at every level of
// its assembly, and with -arch on all that can be emulated here.
func TestDigests(t *testing.T) {
	want, err := os.ReadFile(table)
	if err != nil && !*update {
		t.Fatal(err)
	}
	for i, target := range targets() {
		t.Run(target.name, func(t *testing.T) {
			if !*update { // the first one writes what the others are compared with
				t.Parallel()
			}
			if target.missing != "" {
				t.Skipf("NOT CHECKED on %s: %s", target.name, target.missing)
			}
			if i > 0 && short.Asked && !*everywhere {
				t.Skip("compiling everything once more takes some seconds; go test without -short does it")
			}
			for k, got := range run(t, target) {
				if *update && i+k == 0 {
					if err := os.WriteFile(table, got, 0o644); err != nil {
						t.Fatal(err)
					}
					want = got
				}
				compare(t, got, want, target.levels, k)
			}
		})
	}
}

// writes has the test itself write the digests, and test nothing.
const writes = "BACKPROPGEN_DIGESTS"

// run runs a program that prints the digests of a target, at every level. The machine's own is this test. For another
// one it is compiled, with the list of digests laid over the package as a file that is no test.
func run(t *testing.T, target target) (outputs [][]byte) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if target.env != nil {
		list, err := os.ReadFile("digests_test.go")
		if err != nil {
			t.Fatal(err)
		}
		program = filepath.Join(t.TempDir(), "digest")
		build := overlay.Files{"digests.go": list}.Go(t, "build", "-o", program, "./testdata/digest")
		build.Env = append(append(build.Env, "CGO_ENABLED=0"), target.env...)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	}
	for _, level := range or(target.levels) {
		line := append(append([]string{}, target.runner...), program)
		cmd := exec.Command(line[0], line[1:]...)
		cmd.Env = append(os.Environ(), writes+"=1")
		if level != "" {
			cmd.Env = append(cmd.Env, "GODEBUG="+level)
		}
		out, err := cmd.Output()
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			t.Fatalf("%s: %v\n%s", strings.Join(line, " "), err, exit.Stderr)
		} else if err != nil {
			t.Fatal(err)
		}
		outputs = append(outputs, out)
	}
	return outputs
}

// or is one run without a level where there are none.
func or(levels []string) []string {
	if len(levels) == 0 {
		return []string{""}
	}
	return levels
}

// compare names what differs.
func compare(t *testing.T, got, want []byte, levels []string, level int) {
	t.Helper()
	if bytes.Equal(got, want) {
		return
	}
	at := ""
	if len(levels) > 0 && levels[level] != "" {
		at = " with GODEBUG=" + levels[level]
	}
	a, b := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	if len(a) != len(b) {
		t.Errorf("%d digests%s, %s has %d; if networks have changed, run go test ./generated/strict -run Digests -update", len(a), at, table, len(b))
		return
	}
	for i := range a {
		if a[i] != b[i] {
			t.Errorf("digest%s %q, %s has %q; if the network or the order of sums has changed, run go test ./generated/strict -run Digests -update", at, a[i], table, b[i])
		}
	}
}
