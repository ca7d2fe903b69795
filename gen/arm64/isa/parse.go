package isa

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Parse reads a line of Go's assembly as it is printed here: an instruction that Go's assembler knows, or a WORD with
// the text of one beside it, whose bits must be that one's.
func Parse(line string) (Instruction, error) {
	line = strings.Join(strings.Fields(line), " ")
	mnemonic, _, _ := strings.Cut(line, " ")
	text, readers := line, golangReaders()
	if mnemonic == "WORD" {
		_, text, _ = strings.Cut(line, " // ")
		mnemonic, _, _ = strings.Cut(text, " ")
		readers = gnuReaders()
	}
	for _, r := range readers[mnemonic] {
		if i, ok := r.read(text); ok && i.Go() == line {
			return i, nil
		}
	}
	return Instruction{}, fmt.Errorf("%s is no instruction that assembly of networks may have", line)
}

// reader reads the text of a form.
type reader struct {
	form *Form
	text *regexp.Regexp
	// operands are the indices of the fields, in the order in which they stand in the text.
	operands []int
}

var (
	golangReaders = sync.OnceValue(func() map[string][]reader {
		return readersOf(func(f *Form) string { return f.golang })
	})
	gnuReaders = sync.OnceValue(func() map[string][]reader {
		return readersOf(func(f *Form) string { return f.text })
	})
)

// readersOf are the readers of all forms, by mnemonic.
func readersOf(text func(f *Form) string) map[string][]reader {
	all := map[string][]reader{}
	for _, f := range list {
		template := text(f)
		if template == "" {
			continue
		}
		r := reader{form: f}
		pattern := "^"
		for template != "" {
			at := named.FindStringIndex(template)
			if at == nil {
				break
			}
			pattern += regexp.QuoteMeta(template[:at[0]])
			name := template[at[0]+1 : at[1]-1]
			k := slices.Index(f.names, name)
			r.operands = append(r.operands, k)
			if f.fields[k].optional {
				pattern += `([^()\[\]{}]*?)`
			} else {
				pattern += `([^\s,()\[\]{}<]+(?:\(PC\))?)`
			}
			template = template[at[1]:]
		}
		r.text = regexp.MustCompile(pattern + regexp.QuoteMeta(template) + "$")
		mnemonic, _, _ := strings.Cut(text(f), " ")
		all[mnemonic] = append(all[mnemonic], r)
	}
	return all
}

// read is the instruction that a text is, if it is of the form.
func (r reader) read(text string) (Instruction, bool) {
	m := r.text.FindStringSubmatch(text)
	if m == nil {
		return Instruction{}, false
	}
	args, label := make([]int, len(r.form.fields)), ""
	for n, k := range r.operands {
		v, ok := operandOf(m[n+1])
		if !ok && r.form.fields[k].label && labelName.MatchString(m[n+1]) {
			label, ok = m[n+1], true
		}
		if !ok {
			return Instruction{}, false
		}
		args[k] = v
	}
	i, err := New(r.form.Name, args...)
	return i.To(label), err == nil
}

var (
	labelName     = regexp.MustCompile(`^[a-z]+\d*$`)
	aRegister     = regexp.MustCompile(`^[VFRvsdqxw](\d+)$`)
	aDistance     = regexp.MustCompile(`^(-?\d+)\(PC\)$`)
	shiftedBy     = regexp.MustCompile(`^(?:<<|, lsl #|, #|\.\+)?(-?(?:0x[0-9a-f]+|\d+))$`)
	specialValues = map[string]int{"": 0, "ZR": Zero, "RSP": Stack, "xzr": Zero, "wzr": Zero, "sp": Stack}
)

// operandOf is the value of an operand as one of the assemblers writes it.
func operandOf(text string) (int, bool) {
	if v, ok := specialValues[text]; ok {
		return v, true
	}
	for _, pattern := range []*regexp.Regexp{aRegister, shiftedBy, aDistance} {
		if m := pattern.FindStringSubmatch(text); m != nil {
			v, err := strconv.ParseInt(m[1], 0, 64)
			return int(v), err == nil
		}
	}
	for v := range conditions {
		if goCondition(v) == text || condition(v) == text {
			return v, true
		}
	}
	for v, hint := range hints {
		if strings.EqualFold(hint, text) {
			return v, true
		}
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return SmallFloat(v)
	}
	return 0, false
}
