// Package macro shortens Go assembly. What a file says several times becomes a macro of the assembler's preprocessor.
// The machine code stays the same.
//
// Straight code for one network repeats itself. The tanh of eight units is the same fifty instructions eight times,
// with other registers and other places. Shorten finds runs of instructions that differ in registers and displacements
// only, and defines a macro where that makes the file shorter. Constants, of which every lane has a copy, have macros
// as well. Expand is the way back, for tests that read instructions.
//
//	#define A1_1(a, b) \
//		VMULPD a, a, b; \
//		VFMADD231PD C(128), b, a
//
// A macro is a part of the equation that the comment before it names. It is named after what that computes.
package macro

import (
	"bytes"
	"slices"
	"strings"
)

// Shorten returns the text of an assembly file, as avo prints one, with macros. It is deterministic.
func Shorten(text []byte) []byte {
	f := read(string(text))
	var defined []definition
	// Calls of macros repeat themselves too: where a function does what another does, and more. So does what a macro
	// stands for: a whole pass of a network that several functions have.
	for range rounds {
		made := f.fold(len(defined))
		if len(made) == 0 {
			break
		}
		defined = append(defined, made...)
		f.open(made)
	}
	f.close(defined)
	return f.print(f.named(f.inline(defined)))
}

// rounds is how deep macros may stand in one another.
const rounds = 4

// open puts the bodies of macros after the lines of the file, so that what they repeat becomes macros as well.
func (f *file) open(made []definition) {
	for _, d := range made {
		f.lines = append(append(f.lines, line{body: d.number + 1}), d.body...)
	}
}

// close takes the bodies out of the lines.
func (f *file) close(defined []definition) {
	end := len(f.lines)
	for i := end - 1; i >= 0; i-- {
		if number := f.lines[i].body - 1; number >= 0 {
			defined[number].body = f.lines[i+1 : end : end]
			end = i
		}
	}
	f.lines = f.lines[:end]
}

// file is an assembly file as its lines.
type file struct {
	reader
	lines   []line
	prefix  string // of the names of all functions
	anyName bool   // whether there was one
	symbol  string // of the constants, empty if there are none
	data    []byte // the constants
	attrs   string // of their symbol
	drafted draft  // of the run that is looked at
}

// line is an instruction, or anything else.
type line struct {
	op       string // empty if it is no instruction that may stand in a macro
	operands []*operand
	text     string // of a line without an op
	shape    int    // the same for instructions that differ in registers and displacements alone
	about    string // what the comment before it says is computed
	body     int    // of a line that stands before the body of a macro: its number, from 1 on
	calls    int    // of a call of a macro that was made here: its number, from 1 on
}

// read parses a file.
func read(text string) *file {
	f := &file{reader: reader{known: map[string]*operand{}, frames: map[string]int{}, shapes: map[string]int{}}}
	f.lines = make([]line, 0, strings.Count(text, "\n"))
	about := ""
	for text := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		switch {
		case strings.HasPrefix(text, "TEXT "):
			about = strings.TrimSuffix(strings.TrimPrefix(strings.Fields(text)[1], "·"), "(SB),")
			f.startsLike(about)
		case strings.HasPrefix(text, "\t//"):
			about = strings.TrimSpace(text[3:])
		case f.constant(text):
			continue
		case len(text) > 1 && text[0] == '\t':
			f.lines = append(f.lines, f.instruction(text[1:], about))
			continue
		}
		f.lines = append(f.lines, line{text: text})
	}
	return f
}

// startsLike shortens the prefix of all names to what one more begins with.
func (f *file) startsLike(name string) {
	if !f.anyName {
		f.prefix, f.anyName = name, true
	}
	for !strings.HasPrefix(name, f.prefix) {
		f.prefix = f.prefix[:len(f.prefix)-1]
	}
}

// instruction parses one instruction, or a call of a macro that the file defines. Those that go elsewhere, and those
// that name arguments, whose offsets are checked by vet, stay where they are.
func (f *file) instruction(text, about string) line {
	op, rest, _ := strings.Cut(text, " ")
	if name, args, ok := strings.Cut(text, "("); ok && isCall(name) && !strings.Contains(name, " ") {
		op, rest = name, strings.TrimSuffix(args, ")")
	}
	f.texts = operandsOf(f.texts[:0], rest)
	texts := f.texts
	l := line{op: op, about: about, operands: make([]*operand, len(texts))}
	for i, o := range texts {
		l.operands[i] = f.operand(f.constantOperand(o))
	}
	if op[0] == 'J' || op == "RET" || op == "CALL" || strings.Contains(rest, "(FP)") || strings.Contains(rest, "·") ||
		slices.ContainsFunc(texts, isLabel) {
		l.text, l.op = "\t"+l.String(), ""
		return l
	}
	return f.shaped(l)
}

// shaped is the line with its shape.
func (f *file) shaped(l line) line {
	text := append(make([]byte, 0, 64), l.op...)
	for _, o := range l.operands {
		text = append(text, ',')
		switch o.shape {
		case other:
			text = append(text, o.text...)
		case vectorRegister:
			text = append(text, o.kind)
		default:
			text = append(text, byte('0'+o.shape))
		}
	}
	var known bool
	if l.shape, known = f.shapes[string(text)]; !known {
		l.shape = intern(f.shapes, string(text))
	}
	return l
}

// isLabel says whether an operand is a place to go on at: registers and numbers have no small letters.
func isLabel(operand string) bool {
	return operand[0] >= 'a' && operand[0] <= 'z' || strings.HasSuffix(operand, "(PC)")
}

// String is the instruction, or the call of a macro, as it is printed.
func (l line) String() string {
	var b bytes.Buffer
	l.write(&b)
	return b.String()
}

// argumentComma stands between the arguments of a macro, and between its parameters. Those of instructions have a space
// as well: a macro may have many arguments, and is told from an instruction at a glance.
const argumentComma = ","

// write writes it.
func (l line) write(b *bytes.Buffer) {
	b.WriteString(l.op)
	between, end := ", ", ""
	switch {
	case isCall(l.op):
		b.WriteByte('(')
		between, end = argumentComma, ")"
	case len(l.operands) > 0:
		b.WriteByte(' ')
	}
	for i, o := range l.operands {
		if i > 0 {
			b.WriteString(between)
		}
		b.WriteString(o.text)
	}
	b.WriteString(end)
}

// size is how many bytes the line takes.
func (l line) size() int {
	n, comma := len(l.op)+len("\t\n"), len(", ")
	if isCall(l.op) {
		comma = len(argumentComma)
	}
	for _, o := range l.operands {
		n += len(o.text) + comma
	}
	return n
}

// operandsOf appends the operands of a text, which commas outside of parentheses part.
func operandsOf(list []string, text string) []string {
	depth, begin := 0, 0
	for i := 0; i <= len(text); i++ {
		switch {
		case i == len(text) || text[i] == ',' && depth == 0:
			if o := strings.TrimSpace(text[begin:i]); o != "" {
				list = append(list, o)
			}
			begin = i + 1
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		}
	}
	return list
}

// print writes the file, macros first.
func (f *file) print(defined []definition) []byte {
	var b bytes.Buffer
	size := 0
	for _, l := range f.lines {
		size += l.size() + len(l.text)
	}
	b.Grow(2 * size) // with definitions and constants
	runs := f.runs()
	for _, l := range f.lines {
		switch {
		case l.op != "":
			b.WriteByte('\t')
			l.write(&b)
			b.WriteByte('\n')
		case l.text == include:
			b.WriteString(include + "\n")
			f.defineConstants(&b, runs)
			define(&b, defined)
		default:
			b.WriteString(l.text)
			b.WriteByte('\n')
		}
	}
	f.printConstants(&b, runs)
	return b.Bytes()
}

// include is the line that macros are defined after.
const include = `#include "textflag.h"`
