package isa

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// objdump is binutils' disassembler for AArch64.
const objdump = "aarch64-linux-gnu-objdump"

// samples are instructions of every form: with random registers, and every immediate operand that is tried.
func samples(t *testing.T) (all []Instruction) {
	rnd := rand.New(rand.NewPCG(16, 3))
	for _, f := range All() {
		for round := range 6 {
			args := make([]int, len(f.fields))
			for k, field := range f.fields {
				for ok := false; !ok; _, ok = field.encode(args[k]) {
					args[k] = rnd.IntN(32)
					if field.some != nil {
						args[k] = field.some[(round+k)%len(field.some)]
					}
				}
			}
			if f.Is(Posts) { // nothing may be loaded into the address, or be it
				for k, field := range f.fields {
					if field.register == general || field.register == vector {
						args[k] %= 16
					} else if field.register == address {
						args[k] = 17
					}
				}
			}
			if f.Is(Pairs|Loads) && args[0] == args[1] {
				args[1] = (args[0] + 1) % 16
			}
			i, err := New(f.Name, args...)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, i)
		}
	}
	return all
}

// disassembled is what the disassembler says of words, without and with its aliases.
func disassembled(t *testing.T, words []byte) (lines [2][]string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "code")
	if err := os.WriteFile(path, words, 0o644); err != nil {
		t.Fatal(err)
	}
	for k, aliases := range []string{"no-aliases", "notes"} {
		out, err := exec.Command(objdump, "-b", "binary", "-m", "aarch64", "-M", aliases, "-D", "-z", path).Output()
		if err != nil {
			t.Fatalf("%s: %v", objdump, err)
		}
		for _, m := range regexp.MustCompile(`(?m)^ +[0-9a-f]+:\t[0-9a-f]{8} \t(.*)$`).FindAllSubmatch(out, -1) {
			text, _, _ := strings.Cut(string(m[1]), "//")
			lines[k] = append(lines[k], strings.TrimSpace(strings.Replace(text, "\t", " ", 1)))
		}
		if len(lines[k]) != len(words)/4 {
			t.Fatalf("%d of %d instructions are disassembled:\n%s", len(lines[k]), len(words)/4, out)
		}
	}
	return lines
}

func needObjdump(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath(objdump); err != nil {
		t.Skipf("NOT TESTED: no encoding is compared, as there is no %s (Debian: binutils-aarch64-linux-gnu)", objdump)
	}
}

// TestForms: forms have names of their own and fields that there are, and no two have the same bits for the same text.
func TestForms(t *testing.T) {
	texts := map[string]string{}
	for _, f := range All() {
		if found, ok := Named(f.Name); !ok || found != f {
			t.Errorf("two forms are called %s", f.Name)
		}
		for k, field := range f.fields {
			if field == nil {
				t.Errorf("%s has a field %s, which there is not", f.Name, f.names[k])
			}
		}
		if other := texts[f.text]; other != "" {
			t.Errorf("%s and %s are one instruction", f.Name, other)
		}
		texts[f.text] = f.Name
	}
	for _, c := range []struct {
		name string
		args []int
		says string
	}{
		{"fadd.8h", nil, "has no fadd.8h"},
		{"fadd.4s", []int{1, 2}, "has 3 operands, not 2"},
		{"fadd.4s", []int{1, 2, 32}, "can't have 32 as operand Vm"},
		{"ldr.x", []int{28, 0, 0}, "can't have 28 as operand Xt"},
		{"ldr.q", []int{0, 0, 8}, "can't have 8 as operand U16"},
		{"add.imm", []int{31, 0, 8}, "can't have 31 as operand Pd"},
		{"shl.4s", []int{0, 0, 32}, "can't have 32 as operand Left32"},
	} {
		if _, err := New(c.name, c.args...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %v: %v, want an error with %q", c.name, c.args, err, c.says)
		}
	}
}

// TestEncodings has every form disassembled, with random registers and all kinds of immediate operands: the text is
// ours.
func TestEncodings(t *testing.T) {
	needObjdump(t)
	all := samples(t)
	var words []byte
	for _, i := range all {
		words = binary.LittleEndian.AppendUint32(words, i.Word())
	}
	lines := disassembled(t, words)
	for k, i := range all {
		want := i.String()
		for n, f := range i.Form.fields { // a distance is from here, and the disassembler says where it leads
			if f.label {
				want = strings.Replace(want, f.text(i.Args[n]), fmt.Sprintf("0x%x", uint64(4*(k+i.Args[n]))), 1)
			}
		}
		if lines[0][k] != want && lines[1][k] != want {
			t.Errorf("%s: %08x is %q, want %q", i.Form.Name, i.Word(), lines[0][k], want)
		}
	}
}

// TestGo has every form assembled by Go, those that its assembler does not know as a WORD: the bits are ours.
func TestGo(t *testing.T) {
	var known []Instruction
	var text bytes.Buffer
	fmt.Fprintf(&text, "TEXT ·f(SB), 4, $0-0\n")
	for _, i := range samples(t) {
		if i.Form.Is(Branches) && i.Form.Name != "ret" { // these go to labels of the same function
			continue
		}
		known = append(known, i)
		fmt.Fprintf(&text, "\t%s\n", i.Go())
	}
	for k, w := range assembled(t, text.Bytes(), known) {
		if i := known[k]; w != i.Word() {
			t.Fatalf("%s: Go makes %08x of %q, want %08x, %v", i.Form.Name, w, i.Go(), i.Word(), i)
		}
	}
}

// TestWords has every form that Go's assembler does not know disassembled by Go, which is there wherever this test is:
// the text is ours.
func TestWords(t *testing.T) {
	if testing.Short() {
		t.Skip("the go command compiles its disassembler first, which takes seconds; go test without -short does it")
	}
	var all []Instruction
	var text bytes.Buffer
	fmt.Fprintf(&text, "TEXT ·f(SB), 4, $0-0\n")
	for _, i := range samples(t) {
		if !i.Form.Known() {
			all = append(all, i)
			fmt.Fprintf(&text, "\t%s\n", i.Go())
		}
	}
	said := listed(t, text.Bytes())
	if len(said) < len(all) {
		t.Fatalf("of %d instructions Go names %d", len(all), len(said))
	}
	sign := regexp.MustCompile(`^sxtl (.*)$`)
	for k, i := range all {
		got := strings.ReplaceAll(strings.ReplaceAll(said[k][1], ", ", ","), ",", ", ")
		got = sign.ReplaceAllString(got, "sshll $1, #0")
		if want := strings.ReplaceAll(i.String(), "#0.0", "#0"); got != want && got != aliased.Replace(want) {
			t.Errorf("%s: Go says of %08x that it is %q, want %q", i.Form.Name, i.Word(), got, i)
		}
	}
}

// TestParse reads every form as it is printed.
func TestParse(t *testing.T) {
	for _, i := range samples(t) {
		got, err := Parse("\t" + i.Go())
		if err != nil || got.Word() != i.Word() || got.Form != i.Form {
			t.Errorf("%s: %s is %v, %v", i.Form.Name, i.Go(), got.Form, err)
		}
	}
	for _, line := range []string{"", "WORD $0x4e2ed51a", "WORD $0x4e2ed51b // fadd v26.4s, v8.4s, v14.4s",
		"WORD $0x4e2ed51a // fadd v26.4s, v8.4s, v15.4s", "MOVD R18, R0", "MOVD (R28), R0", "BL other",
		"FMOVQ 70000(R0), F1"} {
		if i, err := Parse(line); err == nil {
			t.Errorf("%q is %v", line, i)
		}
	}
}

// aliased makes other names of some instructions.
var aliased = strings.NewReplacer("dup s", "mov s", "dup d", "mov d", "not ", "mvn ")

// assembled are the words that Go's assembler makes of the text of a function, one for each instruction. They follow
// one another in the object file, and begin with those of the first instructions.
func assembled(t *testing.T, text []byte, instructions []Instruction) (words []uint32) {
	t.Helper()
	object, err := os.ReadFile(assemble(t, text))
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	for _, i := range instructions[:4] {
		first = binary.LittleEndian.AppendUint32(first, i.Word())
	}
	at := bytes.Index(object, first)
	if at < 0 || len(object) < at+4*len(instructions) {
		t.Fatalf("the words of %v are not in the object file", instructions[:4])
	}
	for k := range instructions {
		words = append(words, binary.LittleEndian.Uint32(object[at+4*k:]))
	}
	return words
}

// assemble has Go's assembler make an object file of the text of functions.
func assemble(t *testing.T, text []byte) (object string) {
	t.Helper()
	dir := t.TempDir()
	source, object := filepath.Join(dir, "code.s"), filepath.Join(dir, "code.o")
	if err := os.WriteFile(source, text, 0o644); err != nil {
		t.Fatal(err)
	}
	tool(t, "asm", "-p", "code", "-o", object, source)
	return object
}

// tool runs a tool of Go for arm64.
func tool(t *testing.T, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("go", append([]string{"tool"}, args...)...)
	cmd.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go tool %s: %v\n%.2000s", strings.Join(args, " "), err, out)
	}
	return out
}

// listed are the instructions that Go's assembler makes of the text of a function: the bits, and what Go's
// disassembler says of them in GNU's way.
func listed(t *testing.T, text []byte) (all [][2]string) {
	t.Helper()
	listing := tool(t, "objdump", "-gnu", assemble(t, text))
	line := regexp.MustCompile(`(?m)^\s+code\.s:\d+\s+0x[0-9a-f]+\s+([0-9a-f]{8})\s.*// (.*?)\s*$`)
	for _, m := range line.FindAllStringSubmatch(string(listing), -1) {
		all = append(all, [2]string{m[1], m[2]})
	}
	return all
}
