package macro

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// The macros of constants: one is a place among them, others define 8, 16, 32 and 64 bytes of equal words, one four
// words of any values, and one eight words half as long that are equal.
const (
	constantMacro = "C"
	wordMacro     = "D"
	fourMacro     = "E"
	halvesMacro   = "F8"
	twice         = "0x100000001" // what a half is multiplied by for a word of two of them
	wordBytes     = 8
	mostWords     = 8
	four          = 4
)

var (
	dataLine  = regexp.MustCompile(`^DATA (\w+)<>\+(\d+)\(SB\)/([48]), \$(0x[0-9a-f]+)$`)
	globlLine = regexp.MustCompile(`^GLOBL (\w+)<>\(SB\), (\S+), \$(\d+)$`)
)

// constant takes a line that defines constants, and says whether it is one. A file has one symbol of them; those of
// another stay as they are.
func (f *file) constant(text string) bool {
	if !strings.HasPrefix(text, "DATA ") && !strings.HasPrefix(text, "GLOBL ") {
		return false
	}
	if m := globlLine.FindStringSubmatch(text); m != nil && (f.symbol == "" || m[1] == f.symbol) {
		size, err := strconv.Atoi(m[3])
		if err != nil || size < len(f.data) {
			return false
		}
		f.symbol, f.attrs = m[1], m[2]
		f.data = append(f.data, make([]byte, size-len(f.data))...)
		return true
	}
	m := dataLine.FindStringSubmatch(text)
	if m == nil || f.symbol != "" && m[1] != f.symbol {
		return false
	}
	at, err := strconv.Atoi(m[2])
	value, err2 := strconv.ParseUint(m[4], 0, 64)
	if err != nil || err2 != nil || at < len(f.data) {
		return false
	}
	f.data = append(f.data, make([]byte, at-len(f.data))...) // what is not written is 0
	f.symbol = m[1]
	if m[3] == "4" {
		f.data = binary.LittleEndian.AppendUint32(f.data, uint32(value))
	} else {
		f.data = binary.LittleEndian.AppendUint64(f.data, value)
	}
	return true
}

// constantOperand names the place of a constant by its macro. A file has private symbols for nothing else.
func (f *file) constantOperand(text string) string {
	at, ok := strings.CutSuffix(text, "(SB)")
	if !ok {
		return text
	}
	name, at, ok := strings.Cut(at, "<>+")
	if !ok || !allDigits(at) || strings.HasPrefix(name, "$") { // $ takes the address
		return text
	}
	return constantMacro + "(" + at + ")"
}

// run is words in one macro: how many, where they begin, whether they differ, and whether one half of them is written.
// What is 0 need not be written.
type run struct {
	words, at int
	differ    bool
	halved    bool
	text      string // empty if all are 0
}

// runs are those that the constants are written as: the shortest text.
func (f *file) runs() (list []run) {
	count := len(f.data) / wordBytes
	best := make([]run, count+1) // the first one of what begins at each word
	size := make([]int, count+1) // of its text
	for i := count - 1; i >= 0; i-- {
		size[i] = math.MaxInt
		try := func(words int, differ bool) {
			r := run{words: words, at: i, differ: differ}
			r.text = f.textOf(r)
			if n := len(r.text) + size[i+words]; n < size[i] {
				best[i], size[i] = r, n
			}
		}
		for n := 1; n <= mostWords && i+n <= count && equalWords(f.word, i, n); n *= 2 {
			try(n, false)
		}
		if i+four <= count {
			try(four, true)
		}
	}
	for i := 0; i < count; i += best[i].words {
		if best[i].text != "" {
			list = append(list, best[i])
		}
	}
	return f.halved(list)
}

// halved writes those of four words whose halves are equal as eight halves, if there are so many that it pays to define
// a macro for it.
func (f *file) halved(list []run) []run {
	var places []int
	for i, r := range list {
		if w := f.word(r.at); !r.differ && r.words == four && w>>32 == w&math.MaxUint32 {
			places = append(places, i)
		}
	}
	const spares, takes = len("00000000"), 70 // bytes, of a run, and of the macro and what tells of it
	if len(places)*spares <= takes {
		return list
	}
	for _, i := range places {
		r := &list[i]
		r.halved = true
		r.text = fmt.Sprintf("%s(%d%s%#x)\n", halvesMacro, r.at*wordBytes, argumentComma, f.word(r.at)>>32)
	}
	return list
}

// textOf is the line of a run.
func (f *file) textOf(r run) string {
	name, words := wordMacro, 1
	switch {
	case r.differ:
		name, words = fourMacro, four
	case f.word(r.at) == 0:
		return ""
	case r.words > 1:
		name += strconv.Itoa(r.words)
	}
	text := strconv.AppendInt(append(make([]byte, 0, 96), name+"("...), int64(r.at*wordBytes), 10)
	for k := range words {
		text = strconv.AppendUint(append(text, argumentComma+"0x"...), f.word(r.at+k), 16)
	}
	return string(append(text, ")\n"...))
}

// word is a word of the constants.
func (f *file) word(i int) uint64 { return binary.LittleEndian.Uint64(f.data[i*wordBytes:]) }

// defineConstants defines their macros, those that are used.
func (f *file) defineConstants(b *bytes.Buffer, runs []run) {
	if f.symbol == "" {
		return
	}
	most, differ, halved := 1, false, ""
	for _, r := range runs {
		if r.halved {
			halved = ", " + halvesMacro + " eight equal halves"
		}
		if differ = differ || r.differ; !r.differ {
			most = max(most, r.words)
		}
	}
	fmt.Fprintf(b, "\n// %s(n) is the constant at byte n. %s defines a word of 8 bytes", constantMacro, wordMacro)
	if most > 1 {
		fmt.Fprintf(b, ", %s%d so many equal ones", wordMacro, most)
	}
	if differ {
		fmt.Fprintf(b, ", %s four", fourMacro)
	}
	fmt.Fprintf(b, "%s.\n", halved)
	fmt.Fprintf(b, "#define %s(n) %s<>+n(SB)\n", constantMacro, f.symbol)
	fmt.Fprintf(b, "#define %s(n,v) DATA %s<>+n(SB)/8, $v\n", wordMacro, f.symbol)
	half := wordMacro
	for words := 2; words <= most; words *= 2 {
		fmt.Fprintf(b, "#define %[1]s%[2]d(n,v) %[3]s(n,v); %[3]s(n+%[4]d,v)\n", wordMacro, words, half,
			words/2*wordBytes)
		half = fmt.Sprint(wordMacro, words)
	}
	if halved != "" {
		fmt.Fprintf(b, "#define %s(n,v) %s(n,v*%s)\n", halvesMacro, wordMacro+strconv.Itoa(four), twice)
	}
	if differ {
		fmt.Fprintf(b, "#define %s(n,s,t,u,v) %[2]s(n,s); %[2]s(n+%[3]d,t); %[2]s(n+%[4]d,u); %[2]s(n+%[5]d,v)\n",
			fourMacro, wordMacro, wordBytes, 2*wordBytes, 3*wordBytes)
	}
}

// printConstants writes the constants.
func (f *file) printConstants(b *bytes.Buffer, runs []run) {
	if f.symbol == "" {
		return
	}
	for _, r := range runs {
		b.WriteString(r.text)
	}
	if at := len(f.data) / wordBytes * wordBytes; at < len(f.data) { // half a word is left
		fmt.Fprintf(b, "DATA %s<>+%d(SB)/4, $%#x\n", f.symbol, at, binary.LittleEndian.Uint32(f.data[at:]))
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
