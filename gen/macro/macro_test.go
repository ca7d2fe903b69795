package macro

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// canonical is a text with one space between words and the bytes of its constants at the end.
func canonical(text string) string {
	f := read(text)
	var b strings.Builder
	for _, l := range f.lines {
		if l.op != "" {
			l.text = "\t" + l.String()
		}
		b.WriteString(strings.TrimRight(l.text, " ") + "\n")
	}
	fmt.Fprintf(&b, "%s %x %s\n", f.symbol, f.data, f.attrs)
	return regexp.MustCompile(`\n\n+`).ReplaceAllString(b.String(), "\n")
}

// largest is the size of the files that are tried: larger ones have the same in them more often.
const largest = 600 << 10

// generated are the assembly files of the committed networks.
func generated(t *testing.T) (names []string) {
	t.Helper()
	names, err := filepath.Glob("../../generated/*/*_amd64_gen.s")
	if err != nil || len(names) == 0 {
		t.Fatal("no files", err)
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		info, err := os.Stat(name)
		return err != nil || info.Size() > largest
	})
	if testing.Short() { // xor's, which is the smallest
		names = names[len(names)-1:]
	}
	return names
}

// same says what differs between a text and what becomes of it by Shorten and Expand.
func same(t *testing.T, name string, text []byte) (short []byte) {
	t.Helper()
	short = Shorten(text)
	if again := Shorten(text); !bytes.Equal(short, again) {
		t.Errorf("%s: another text the second time", name)
	}
	back, err := Expand(short)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	want, got := strings.Split(canonical(string(text)), "\n"), strings.Split(canonical(string(back)), "\n")
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Errorf("%s: line %d is %q, want %q", name, i, got[min(i, len(got)-1)], want[min(i, len(want)-1)])
			break
		}
	}
	return short
}

// plain is a committed file as it is without macros.
func plain(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = Expand(text); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return text
}

// TestRoundTrip: expanding what was shortened gives every instruction and every constant back.
func TestRoundTrip(t *testing.T) {
	for _, name := range generated(t) {
		text := plain(t, name)
		if short := same(t, name, text); len(short) > len(text)*2/3 {
			t.Errorf("%s: %d bytes of %d are left", name, len(short), len(text))
		}
	}
}

// TestMachineCode: the assembler makes the same of a text with macros and without. It is what nothing but the assembler
// can tell: how its preprocessor reads them.
func TestMachineCode(t *testing.T) {
	if testing.Short() {
		t.Skip("the go command compiles its disassembler first, which takes seconds; go test without -short does it")
	}
	dir := t.TempDir()
	run := func(args ...string) []byte {
		cmd := exec.Command("go", args...)
		cmd.Env = append(os.Environ(), "GOARCH=amd64", "GOOS=linux")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", args, err, out)
		}
		return out
	}
	root := strings.TrimSpace(string(run("env", "GOROOT")))
	assembled := func(text, constants []byte) []byte {
		source, object := filepath.Join(dir, "x.s"), filepath.Join(dir, "x.o")
		if err := os.WriteFile(source, text, 0o644); err != nil {
			t.Fatal(err)
		}
		run("tool", "asm", "-p", "x", "-I", filepath.Join(root, "pkg", "include"), "-o", object, source)
		var code bytes.Buffer
		for line := range bytes.Lines(run("tool", "objdump", object)) {
			if fields := bytes.Fields(line); len(fields) > 2 && bytes.HasPrefix(fields[1], []byte("0x")) {
				code.Write(append(fields[2], '\n'))
			}
		}
		data, err := os.ReadFile(object)
		if err != nil {
			t.Fatal(err)
		}
		// The constants are in the object as they are; what is 0 at the end the linker adds.
		if constants = bytes.TrimRight(constants, "\x00"); len(constants) == 0 || !bytes.Contains(data, constants) {
			t.Error("the constants are not in the object")
		}
		return code.Bytes()
	}
	names := generated(t)
	for _, name := range names[:min(2, len(names))] {
		text := plain(t, name)
		constants := read(string(text)).data
		want, got := assembled(text, constants), assembled(Shorten(text), constants)
		if len(want) < 1000 || !bytes.Equal(want, got) {
			t.Errorf("%s: %d bytes of disassembly with macros are not the %d without", name, len(got), len(want))
		}
	}
}

// TestAddressOfConstants: the address of constants stays as it is, also in a run that repeats itself: it is no place in
// memory, which a macro stands for.
func TestAddressOfConstants(t *testing.T) {
	const address = "MOVD $xConstants<>+%d(SB), R26"
	var lines []string
	for i := range 12 {
		lines = append(lines, "\t"+fmt.Sprintf(address, i%3*16), "\tFMOVQ "+at(16*i, "(R26)")+", F1",
			"\tFMOVQ F1, 32(R1)", "\tADD $32, R1, R1")
	}
	text := "TEXT ·xForward(SB), NOSPLIT, $0-8\n" + strings.Join(lines, "\n") + "\n\tRET\n"
	for k := range 6 {
		text += fmt.Sprintf("DATA xConstants<>+%d(SB)/8, $0x%016x\n", 8*k, k+1)
	}
	text = include + "\n\n" + text + "GLOBL xConstants<>(SB), RODATA|NOPTR, $48\n"
	short := same(t, "the address", []byte(text))
	if want := "\tMOVD $xConstants<>+16(SB), R26; \\\n"; !bytes.Contains(short, []byte(want)) {
		t.Errorf("no macro has the address as it was:\n%s", short)
	}
}

// at is a place in memory as avo prints it.
func at(displacement int, registers string) string {
	if displacement == 0 {
		return registers
	}
	return fmt.Sprint(displacement, registers)
}

// TestRandom shortens drawn texts: registers, displacements of either sign, constants, labels, arguments and jumps in
// any order, in runs that repeat with others in the place of some.
func TestRandom(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 100
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 0))
		var run, all []string
		drawn := func() string {
			operands := make([]string, r.IntN(4))
			for i := range operands {
				operands[i] = []string{
					fmt.Sprint("Y", r.IntN(3)), fmt.Sprint("Z", r.IntN(3)), fmt.Sprint("K", r.IntN(3)), "AX", "R13",
					at(r.IntN(5)*32-64, "(DI)"), "(SI)", at(r.IntN(3)*8, "(SI)(R8*4)"), "$0x7f",
					fmt.Sprintf("XConstants<>+%d(SB)", r.IntN(4)*32), at(r.IntN(3)*32, "(SP)"),
				}[r.IntN(11)]
			}
			return strings.TrimRight(fmt.Sprintf("\tOP%d    %s", r.IntN(4), strings.Join(operands, ", ")), " ")
		}
		for range 40 {
			switch r.IntN(12) {
			case 0:
				all = append(all, "", fmt.Sprintf("loop%d:", len(all)))
			case 1:
				all = append(all, "\tJNE  loop1", "\tMOVQ p+0(FP), DI", "\tRET")
			case 2:
				all = append(all, "", fmt.Sprintf("\t// z%d = W%[1]d·x; a%[1]d = f(z%[1]d)", r.IntN(2)))
			case 3, 4, 5:
				run = nil
				for range 3 + r.IntN(8) {
					run = append(run, drawn())
				}
				all = append(all, run...)
			default:
				for _, line := range run {
					if r.IntN(6) == 0 {
						line = strings.ReplaceAll(line, "Y1", "Y2")
					}
					if r.IntN(6) == 0 {
						line = strings.ReplaceAll(line, "32(DI)", "64(DI)")
					}
					all = append(all, line)
				}
			}
		}
		text := "// Code\n\n" + include + "\n\n// func x()\nTEXT ·x(SB), NOSPLIT, $0-8\n" + strings.Join(all, "\n") +
			"\n\n"
		for at := range 4 {
			for lane := range 4 {
				text += fmt.Sprintf("DATA XConstants<>+%d(SB)/8, $%#016x\n", at*32+lane*8, at*r.IntN(2)+lane/2)
			}
		}
		same(t, fmt.Sprint("seed ", seed), []byte(text+"GLOBL XConstants<>(SB), RODATA|NOPTR, $128\n"))
		if t.Failed() {
			t.Fatalf("the text:\n%s\nshortened:\n%s", text, Shorten([]byte(text)))
		}
	}
}

// TestFold shows one macro: what differs are parameters, and displacements that move together share one.
func TestFold(t *testing.T) {
	var b strings.Builder
	b.WriteString(include + "\n\nTEXT ·netForward(SB), NOSPLIT, $0-8\n\t// z1 = W1·x\n")
	for i := range 6 {
		fmt.Fprintf(&b, "\tVMOVUPS      %d(DI), Y%d\n\tVMULPS       Y15, Y%[2]d, Y%[2]d\n\tVADDPS Y14, Y%[2]d, Y%[2]d\n"+
			"\tVMOVUPS Y%[2]d, %[3]d(SI)\n\tVMOVUPS Y%[2]d, %[4]d(DI)\n\n", i*64, i, 32*i, i*64+1024)
	}
	got := string(Shorten([]byte(b.String())))
	want := `#include "textflag.h"

// In z1 = W1·x:
#define Z1_1(a,b,c) \
	VMOVUPS a(DI), b; \
	VMULPS Y15, b, b; \
	VADDPS Y14, b, b; \
	VMOVUPS b, c(SI); VMOVUPS b, a+1024(DI)

TEXT ·netForward(SB), NOSPLIT, $0-8
	// z1 = W1·x
	Z1_1(0,Y0,0)

	Z1_1(64,Y1,32)
`
	if !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s…", got, want)
	}
}

// TestBodies checks that what repeats itself in a run that several functions have is said once: in the macro of the
// run there are macros.
func TestBodies(t *testing.T) {
	var run strings.Builder
	for unit := range 12 {
		for k := range 8 { // on other registers for every unit
			fmt.Fprintf(&run, "\tVMULPS %d(DI), Y%d, Y%d\n\tVADDPS Y%[3]d, Y%[2]d, Y%[2]d\n", 32*(8*unit+k)+32, unit,
				unit+1)
		}
	}
	text := "#include \"textflag.h\"\n"
	for _, name := range []string{"one", "two", "three"} {
		text += fmt.Sprintf("\nTEXT ·%s(SB), NOSPLIT, $0\n\t// z1 = W1·x\n%s\tRET\n", name, run.String())
	}
	short := string(same(t, "bodies", []byte(text)))
	if n := strings.Count(short, "VMULPS"); n > 8 {
		t.Errorf("%d multiplications are left of 96:\n%s", n, short)
	}
}

// TestNeedless: every macro is called more than once, and none only to call another.
func TestNeedless(t *testing.T) {
	for _, name := range generated(t)[:1] {
		text := strings.ReplaceAll(string(Shorten(plain(t, name))), " \\\n\t", " ")
		for _, m := range regexp.MustCompile(`(?m)^#define (\w+_\d+)\([^)]*\) (.*)$`).FindAllStringSubmatch(text, -1) {
			calls := strings.Count(text, "\t"+m[1]+"(") + strings.Count(text, " "+m[1]+"(") - 1
			_, _, more := strings.Cut(m[2], "; ")
			if calls < 2 || !more && strings.Contains(m[2], "_") {
				t.Errorf("%s: %s is called %d times, for %s", name, m[1], calls, m[2])
			}
		}
	}
}

// TestExpandErrors: a call with another number of arguments is told.
// TestHalves: many groups of eight equal numbers of 4 bytes are defined by one number each, few by words, and both are
// read back.
func TestHalves(t *testing.T) {
	for groups, want := range map[int]bool{3: false, 20: true} {
		var b strings.Builder
		b.WriteString(include + "\n\n")
		for i := range 4 * groups {
			fmt.Fprintf(&b, "DATA netConstants<>+%d(SB)/8, $%#x\n", 8*i, uint64(i/4+1)<<32|uint64(i/4+1))
		}
		fmt.Fprintf(&b, "GLOBL netConstants<>(SB), RODATA|NOPTR, $%d\n", 32*groups)
		short := Shorten([]byte(b.String()))
		if got := strings.Contains(string(short), "\nF8(0,0x1)\nF8(32,0x2)\n"); got != want {
			t.Errorf("%d groups are defined by halves: %t\n%s", groups, got, short)
		}
		long, err := Expand(short)
		if err != nil || string(long) != b.String() {
			t.Errorf("%d groups become, %v\n%s", groups, err, long)
		}
	}
}

func TestExpandErrors(t *testing.T) {
	text := "#define A_1(a,b) \\\n\tVMOVUPS a, b\n\tA_1(Y1)\n"
	if _, err := Expand([]byte(text)); err == nil || !strings.Contains(err.Error(), "1 arguments, want 2") {
		t.Errorf("got %v", err)
	}
}

// TestNothing: a text without instructions stays as it is.
func TestNothing(t *testing.T) {
	for _, text := range []string{"\n", include + "\n", "// nothing\n"} {
		if got := string(Shorten([]byte(text))); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
