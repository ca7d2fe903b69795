package isa

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMacros has Go's assembler write out the macros of all forms that have one, with every kind of operand: they are
// the words of the instructions, also where operands are sums, as other macros make them.
func TestMacros(t *testing.T) {
	var text bytes.Buffer
	names := map[string]bool{}
	for _, f := range All() {
		name := f.Macro()
		if name == "" {
			if f.Vector() || !f.Known() {
				t.Errorf("%s has no macro", f.Name)
			}
			continue
		}
		if names[name] || !strings.Contains(name, "_") {
			t.Errorf("%s has the macro %s, which is another's or looks like an instruction", f.Name, name)
		}
		names[name] = true
		text.WriteString(f.Define())
	}
	text.WriteString("TEXT ·f(SB), 4, $0-0\n")
	var want []Instruction
	for _, i := range samples(t) {
		if i.Form.Macro() == "" {
			continue
		}
		want = append(want, i, i)
		call := string(i.AppendCall(nil))
		fmt.Fprintf(&text, "\t%s\n\t%s\n", call,
			strings.NewReplacer("(", "(2+", ", ", "-2, 2+", ")", "-2)").Replace(call))
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "macros_arm64.s")
	if err := os.WriteFile(source, text.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	asm := exec.Command("go", "tool", "asm", "-p", "macros", "-o", source+".o", source)
	asm.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "GOTOOLCHAIN=local")
	if out, err := asm.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%.2000s", err, out)
	}
	object, err := os.ReadFile(source + ".o")
	if err != nil {
		t.Fatal(err)
	}
	// The words follow one another in the file.
	var first []byte
	for _, i := range want[:4] {
		first = binary.LittleEndian.AppendUint32(first, i.Word())
	}
	at := bytes.Index(object, first)
	if at < 0 || len(object) < at+4*len(want) {
		t.Fatalf("the words of %v are not in the object file", want[:4])
	}
	for k, i := range want {
		if got := binary.LittleEndian.Uint32(object[at+4*k:]); got != i.Word() {
			t.Errorf("%s (%v) is %#08x, want %#08x; its macro is\n%s", string(i.AppendCall(nil)), i, got, i.Word(),
				i.Form.Define())
		}
	}
}
