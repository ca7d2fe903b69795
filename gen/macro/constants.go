package macro

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The macros of constants: Constant is a place among them, and the others define 8, 16, 32 and 64 bytes of equal words.
const (
	constantMacro = "C"
	wordMacro     = "D"
	wordBytes     = 8
	mostWords     = 8
)

var (
	dataLine  = regexp.MustCompile(`^DATA (\w+)<>\+(\d+)\(SB\)/([48]), \$(0x[0-9a-f]+)$`)
	globlLine = regexp.MustCompile(`^GLOBL (\w+)<>\(SB\), (\S+), \$(\d+)$`)
	// reference is a constant in an instruction. A file has private symbols for nothing else.
	reference = regexp.MustCompile(`^(\w+)<>\+(\d+)\(SB\)$`)
)

// constant takes a line that defines constants, and says whether it is one. A file has one symbol of them; those of
// another stay as they are.
func (f *file) constant(text string) bool {
	if !strings.HasPrefix(text, "DATA ") && !strings.HasPrefix(text, "GLOBL ") {
		return false
	}
	if m := globlLine.FindStringSubmatch(text); m != nil && m[1] == f.symbol {
		f.attrs = m[2]
		return true
	}
	m := dataLine.FindStringSubmatch(text)
	if m == nil || f.symbol != "" && m[1] != f.symbol {
		return false
	}
	at, err := strconv.Atoi(m[2])
	value, err2 := strconv.ParseUint(m[4], 0, 64)
	if err != nil || err2 != nil || at != len(f.data) {
		return false
	}
	f.symbol = m[1]
	if m[3] == "4" {
		f.data = binary.LittleEndian.AppendUint32(f.data, uint32(value))
	} else {
		f.data = binary.LittleEndian.AppendUint64(f.data, value)
	}
	return true
}

// constantOperand names the place of a constant by its macro.
func (f *file) constantOperand(text string) string {
	if !strings.HasSuffix(text, "(SB)") {
		return text
	}
	if m := reference.FindStringSubmatch(text); m != nil {
		return constantMacro + "(" + m[2] + ")"
	}
	return text
}

// defineConstants defines their macros.
func (f *file) defineConstants(b *bytes.Buffer) {
	if f.symbol == "" {
		return
	}
	fmt.Fprintf(b, "\n// %s(n) is the constant at byte n; %s to %s%d define words of 8 bytes, so many of one value.\n",
		constantMacro, wordMacro, wordMacro, mostWords)
	fmt.Fprintf(b, "#define %s(n) %s<>+n(SB)\n", constantMacro, f.symbol)
	fmt.Fprintf(b, "#define %s(n, v) DATA %s<>+n(SB)/8, $v\n", wordMacro, f.symbol)
	half := wordMacro
	for words := 2; words <= mostWords; words *= 2 {
		fmt.Fprintf(b, "#define %[1]s%[2]d(n, v) %[3]s(n, v); %[3]s(n+%[4]d, v)\n", wordMacro, words, half, words/2*wordBytes)
		half = fmt.Sprint(wordMacro, words)
	}
}

// printConstants writes the constants, as runs of equal words.
func (f *file) printConstants(b *bytes.Buffer) {
	if f.symbol == "" {
		return
	}
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(f.data[i*wordBytes:]) }
	count := len(f.data) / wordBytes
	for i := 0; i < count; {
		n := mostWords
		for n > 1 && !(i+n <= count && equalWords(word, i, n)) {
			n /= 2
		}
		name := wordMacro
		if n > 1 {
			name += strconv.Itoa(n)
		}
		fmt.Fprintf(b, "%s(%d, %#x)\n", name, i*wordBytes, word(i))
		i += n
	}
	if at := count * wordBytes; at < len(f.data) { // half a word is left
		fmt.Fprintf(b, "DATA %s<>+%d(SB)/4, $%#08x\n", f.symbol, at, binary.LittleEndian.Uint32(f.data[at:]))
	}
	fmt.Fprintf(b, "GLOBL %s<>(SB), %s, $%d\n", f.symbol, f.attrs, len(f.data))
}

// equalWords says whether n words from i on are equal.
func equalWords(word func(int) uint64, i, n int) bool {
	for k := 1; k < n; k++ {
		if word(i+k) != word(i) {
			return false
		}
	}
	return true
}
