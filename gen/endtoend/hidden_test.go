package endtoend

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

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
)

// The tests of this file run emitted code where a processor, an emulator, a hypervisor or a user hides instructions.

// emulatorX86 runs programs for x86-64 as other processors than the one at hand. Debian has it in qemu-user.
const emulatorX86 = "qemu-x86_64"

// hidden are processors as the emulator has them, and the level of emitted code on each. Version 7.2 executes AVX2 and
// FMA, and no AVX-512: it says so to the program, whichever processor it is asked for.
var hidden = []struct {
	cpu   string
	level int
}{
	{"Nehalem", 0},     // no AVX
	{"SandyBridge", 0}, // AVX without AVX2 and FMA
	{"Haswell", 1},
	{"Haswell,-fma", 0},
	{"Haswell,-avx2", 0},
	{"Haswell,-avx", 0},
	{"Haswell,-xsave", 0}, // the operating system does not keep wide registers
	{"Skylake-Server", 1}, // AVX-512, which is not emulated
	{"EPYC-Milan", 1},
	{"max", 1},
	{"Haswell,family=99,model=1", 1},
	{"EPYC-Milan,vendor=NobodyKnows!", 1},
}

// atStart is put into an emitted package: it says which level is in force when the program starts, and which one other
// processors would have, by what x/sys/cpu says of them. That says of no instruction that it is there unless the
// operating system keeps its registers: without the bits of XCR0 there is no AVX-512.
const atStart = `package %[1]s

import (
	"fmt"
	"testing"

	"golang.org/x/sys/cpu"
)

func init() { fmt.Println("level", %[1]sLevel) }

func TestFeatures(t *testing.T) {
	x, own := &cpu.X86, cpu.X86
	defer func() { *x = own }()
	for _, c := range []struct {
		avx2, fma, f, vl, dq bool
		level                int
	}{
		{true, true, true, true, true, 2},
		{true, true, true, false, true, 1},
		{true, true, true, true, false, 1},
		{true, true, true, false, false, 1},
		{true, true, false, true, true, 1},
		{true, true, false, false, false, 1},
		{true, false, false, false, false, 0},
		{false, true, false, false, false, 0},
		{true, false, true, true, true, 0},
		{false, true, true, true, true, 0},
		{false, false, false, false, false, 0},
	} {
		x.HasAVX2, x.HasFMA, x.HasAVX512F, x.HasAVX512VL, x.HasAVX512DQ = c.avx2, c.fma, c.f, c.vl, c.dq
		x.HasAVX512BW = false // which nothing needs
		if got := min(2, %[1]sMachine()); got != c.level {
			t.Errorf("%%+v: level %%d", c, got)
		}
	}
}
`

// TestHidden: on processors that lack instructions, or whose instructions are hidden, emitted code runs at the level
// that these leave: a function that ran what is not there would end the program.
func TestHidden(t *testing.T) {
	gentest.Compiles(t)
	if runtime.GOARCH != "amd64" || gentest.Emulating() {
		t.Skip("amd64 only")
	}
	t.Parallel()
	for _, name := range []string{"xor", "iris", "digits"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := startTest(t, name)
			own := nativeLevel()
			for _, c := range []struct {
				hides string
				level int
			}{{"", own}, {"cpu.avx512f=off", min(own, 1)}, {"cpu.avx2=off", 0}, {"cpu.fma=off", 0}, {"cpu.all=off", 0}} {
				cmd := exec.Command(program, shortly)
				cmd.Env = append(os.Environ(), "GODEBUG="+c.hides)
				if level := levelOf(t, "GODEBUG="+c.hides, cmd); min(level, 2) != c.level {
					t.Errorf("GODEBUG=%s: level %d, want %d", c.hides, level, c.level)
				}
			}
			if _, err := exec.LookPath(emulatorX86); err != nil {
				t.Skipf("SKIPPED: no processor is emulated: %v; apt-get install qemu-user", err)
			}
			for _, c := range hidden {
				args := []string{"-cpu", c.cpu, program, shortly}
				level := levelOf(t, c.cpu, exec.Command(emulatorX86, args...))
				if level != c.level {
					t.Errorf("%s: level %d, want %d", c.cpu, level, c.level)
				}
			}
		})
	}
}

// shortly is the argument of an emitted test that runs what takes a moment under an emulator. It is enough to show that
// the code which runs can be executed; that its results are right other tests find at every level.
const shortly = "-test.run=^(Example.*|TestFeatures)$"

// nativeLevel is the level of this processor, 2 for all that have AVX-512.
func nativeLevel() int {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA:
		return 0
	case x.HasAVX512F && x.HasAVX512VL && x.HasAVX512DQ:
		return 2
	}
	return 1
}

// startTest compiles the tests of a committed network, to which it adds that they say their level.
func startTest(t *testing.T, name string) (program string) {
	t.Helper()
	dir, folder := t.TempDir(), filepath.Join(gentest.Root(t), "generated", name)
	added, overlay := filepath.Join(dir, "start.go"), filepath.Join(dir, "overlay.json")
	data, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(folder, "start_test.go"): added}})
	if err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string][]byte{added: fmt.Appendf(nil, atStart, name), overlay: data} {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	program = filepath.Join(dir, name+".test")
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", program, ".")
	cmd.Dir = folder
	cmd.Env = append(gentest.Environment(), "CGO_ENABLED=0", "GOAMD64=v1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go test -c: %v\n%s", err, out)
	}
	return program
}

// levelOf runs a program, which passes, and returns the level that it says.
func levelOf(t *testing.T, what string, cmd *exec.Cmd) (level int) {
	t.Helper()
	var said bytes.Buffer // by an emulator, of what it does not emulate
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s\n%s", what, err, gentest.Beginning(string(out)), gentest.Beginning(said.String()))
	}
	i := bytes.Index(out, []byte("level "))
	if i < 0 || !strings.HasSuffix(strings.TrimSpace(string(out)), "PASS") {
		t.Fatalf("%s: it does not pass, or does not say its level:\n%s", what, gentest.Beginning(string(out)))
	}
	if _, err := fmt.Sscanf(string(out[i:]), "level %d", &level); err != nil {
		t.Fatal(err)
	}
	return level
}

// TestAskedOnce: emitted code asks the processor when the program starts, and keeps the answer. No call asks, on
// whatever core of a machine whose cores differ it runs.
func TestAskedOnce(t *testing.T) {
	root := filepath.Join(gentest.Root(t), "generated")
	declarations, err := filepath.Glob(filepath.Join(root, "*", "*_amd64_gen.go"))
	if err != nil || len(declarations) == 0 {
		t.Fatalf("%d networks have assembly, %v", len(declarations), err)
	}
	for _, path := range declarations {
		name := strings.TrimSuffix(filepath.Base(path), "_amd64_gen.go")
		all, err := filepath.Glob(filepath.Join(filepath.Dir(path), name+"_*gen.go"))
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		for _, file := range append(all, strings.TrimSuffix(path, "go")+"s") {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, ".s") { // what asks is a function of its own
				functions := strings.Split(string(data), "\nTEXT ")
				for _, f := range functions[1:] {
					asks := strings.Contains(f, "\tCPUID") || strings.Contains(f, "\tXGETBV")
					if function, _, _ := strings.Cut(f, "("); asks != (function == "·"+name+"Processor") {
						t.Errorf("%s: %s asks the processor: %v", file, function, asks)
					}
				}
				continue
			}
			if strings.HasSuffix(file, "_arm64_gen.go") || strings.HasSuffix(file, "_noasm_gen.go") ||
				strings.HasSuffix(file, "_levels_gen_test.go") {
				continue
			}
			text.Write(data)
		}
		if n := strings.Count(text.String(), name+"Level = "); n != 1 {
			t.Errorf("%s: its level is set in %d places, want 1", name, n)
		}
		if !strings.Contains(text.String(), "\nvar "+name+"Level = "+name+"Machine()\n") {
			t.Errorf("%s: its level is not what the machine is found to be at the start", name)
		}
		for _, question := range []string{"Machine()", "Core()", "Processor()"} {
			// where it is declared, and one call
			if n := strings.Count(text.String(), name+question); n != 0 && n != 2 {
				t.Errorf("%s%s is in %d places, want 2", name, question, n)
			}
		}
	}
}
