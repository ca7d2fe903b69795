package isa

import (
	"fmt"
	"strconv"
	"strings"
)

// Instructions on vectors as macros of the assembler's preprocessor. Most of them Go's assembler does not know, so that
// they are words of 32 bits. A macro puts operands into their places in the word: the text says what it does, and is
// the same for the same instruction with other operands, so that package macro finds what repeats itself.

// Macro is the name of a form's macro, empty where instructions of the form are written as Go has them.
func (f *Form) Macro() string { return f.macro }

// macroName makes that name.
func macroName(f *Form) string {
	if !f.Vector() && f.Known() {
		return ""
	}
	name := strings.ToUpper(strings.ReplaceAll(f.Name, ".", "_"))
	if !strings.Contains(name, "_") {
		name += "_V" // by the underscore it is told from an instruction
	}
	return name
}

// Define is the line that defines a form's macro, after a comment that has the text of its instructions.
func (f *Form) Define() string {
	params := make([]string, len(f.fields))
	word := fmt.Sprintf("0x%08x", f.bits)
	text := f.text
	for i, one := range f.fields {
		params[i] = string(rune('a' + i))
		word += "|" + fmt.Sprintf(one.word, params[i])
		text = strings.ReplaceAll(text, "{"+f.names[i]+"}", f.prefix(i)+params[i])
	}
	list := strings.Join(params, ", ")
	return fmt.Sprintf("// %s\n#define %s(%s) WORD $(%s)\n", text, f.Macro(), list, word)
}

// prefix is what GNU's assembler writes before the number of an operand.
func (f *Form) prefix(operand int) string {
	return strings.TrimRight(f.fields[operand].text(1), "0123456789)")
}

// AppendCall appends the instruction as a call of the macro of its form, or as Go has it.
func (i Instruction) AppendCall(b []byte) []byte {
	if i.Form == nil || i.Form.Macro() == "" {
		return i.AppendGo(b)
	}
	b = append(append(b, i.Form.Macro()...), '(')
	for k, a := range i.Args {
		if k > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(b, int64(a), 10)
	}
	return append(b, ')')
}
