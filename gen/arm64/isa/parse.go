package isa

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Parse reads a line of Go's assembly as it is printed here: an instruction that Go's assembler knows, or a WORD with
// the text of one beside it, whose bits must be that one's.
func Parse(line string) (Instruction, error) {
	line = squeezed(line)
	mnemonic, _, _ := strings.Cut(line, " ")
	text, forms := line, golangForms()
	if mnemonic == "WORD" {
		_, text, _ = strings.Cut(line, " // ")
		mnemonic, _, _ = strings.Cut(text, " ")
		forms = gnuForms()
	}
	var printed [128]byte
	for _, f := range forms[mnemonic] {
		t := f.inGo
		if !f.Known() {
			t = f.inText
		}
		if i, ok := f.read(t, text); ok && string(i.AppendGo(printed[:0])) == line {
			return i, nil
		}
	}
	return Instruction{}, fmt.Errorf("%s is no instruction that assembly of networks may have", line)
}

// squeezed is a line with one space between words and none around them.
func squeezed(line string) string {
	line = strings.TrimSpace(line)
	if strings.Contains(line, "  ") || strings.Contains(line, "\t") {
		line = strings.Join(strings.Fields(line), " ")
	}
	return line
}

// golangForms are the forms that Go's assembler knows by the mnemonics that it has, and gnuForms the others by those of
// GNU's.
var (
	golangForms = sync.OnceValue(func() map[string][]*Form { return byMnemonic(true) })
	gnuForms    = sync.OnceValue(func() map[string][]*Form { return byMnemonic(false) })
)

// byMnemonic are the forms that are known to Go's assembler, or not.
func byMnemonic(known bool) map[string][]*Form {
	all := map[string][]*Form{}
	for _, f := range list {
		if f.Known() == known {
			text := f.text
			if known {
				text = f.golang
			}
			mnemonic, _, _ := strings.Cut(text, " ")
			all[mnemonic] = append(all[mnemonic], f)
		}
	}
	return all
}

// read is the instruction that a text is, if it is of the form.
func (f *Form) read(t template, text string) (Instruction, bool) {
	i := Instruction{Form: f, Args: make([]int, len(f.fields))}
	ok := t.read(text, func(k int, text string) (ok bool) {
		if i.Args[k], ok = operandOf(text); !ok && f.fields[k].label && labelName(text) {
			i.Label, ok = text, true
		}
		return ok
	})
	return i, ok && f.wrong(i.Args) < 0
}

// labelName says whether a text may be the name of a label: letters, and digits after them.
func labelName(text string) bool {
	letters := strings.TrimRight(text, "0123456789")
	return letters != "" && strings.Trim(letters, "abcdefghijklmnopqrstuvwxyz") == ""
}

// specialValues are the operands that are words: registers that have another meaning than their number, conditions, and
// hints.
var specialValues = func() map[string]int {
	all := map[string]int{"": 0, "ZR": Zero, "RSP": Stack, "xzr": Zero, "wzr": Zero, "sp": Stack}
	for v := range conditions {
		all[condition(v)], all[goCondition(v)] = v, v
	}
	for v, hint := range hints {
		all[hint], all[strings.ToUpper(hint)] = v, v
	}
	return all
}()

// operandOf is the value of an operand as one of the assemblers writes it. It takes more than they do: what is printed
// of the value tells whether that is the operand.
func operandOf(text string) (int, bool) {
	if v, ok := specialValues[text]; ok {
		return v, true
	}
	// The number of a register, or one with what stands before or after it in the text.
	number := strings.TrimSuffix(strings.TrimLeft(text, "VFRvsdqxw<, l#.+"), "(PC)")
	if v, err := strconv.ParseInt(number, 0, 64); err == nil {
		return int(v), true
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return SmallFloat(v)
	}
	return 0, false
}
