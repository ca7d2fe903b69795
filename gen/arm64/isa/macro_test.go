package isa

import (
	"bytes"
	"fmt"
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
	for k, w := range assembled(t, text.Bytes(), want) {
		if i := want[k]; w != i.Word() {
			t.Errorf("%s (%v) is %#08x, want %#08x; its macro is\n%s", string(i.AppendCall(nil)), i, w, i.Word(),
				i.Form.Define())
		}
	}
}
