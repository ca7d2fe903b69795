package isa

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What Go and the processor demand of assembly and no call can show: a caller sees results, and not that a register is
// used which is somebody else's, or that a WORD is not what stands beside it. Lint reads the text, and knows nothing of
// how it was written.

// Constraint is the build constraint of emitted assembly.
const Constraint = "arm64 && !purego && !race && !msan && !asan"

// Lint says what is wrong with the text of an emitted assembly file; strict: of a network with rounding: strict.
//
// Every instruction is one of the tables, as the tables print it: so are all registers that it names, of which R18 and
// those from R27 on are none, and every WORD has the bits of the text beside it. Besides there are moves of arguments,
// results and addresses of constants, which Go's assembler makes of several instructions. Memory on the stack and of
// arguments lies within their declared sizes, where the first word of the stack is where the function returns to, and
// only results are written there. Nothing is called, jumps stay within their function, constants stay constant, and
// under rounding: strict nothing is fused.
func Lint(text []byte, strict bool) error {
	l := lint{strict: strict}
	if !strings.Contains(string(text), "\n//go:build "+Constraint+"\n") {
		l.report("the build constraint %s is missing", Constraint)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		l.at++
		l.line(strings.TrimRight(line, " "))
	}
	l.end()
	if len(l.errs) > maxLint {
		l.errs = append(l.errs[:maxLint], fmt.Errorf("and %d more", len(l.errs)-maxLint))
	}
	return errors.Join(l.errs...)
}

// maxLint is how many mistakes of a file are told.
const maxLint = 10

// lint reads a file line by line.
type lint struct {
	strict bool
	at     int // the line
	errs   []error
	// Of the function that is read:
	name        string
	frame, args int
	open        bool // its last instruction goes on to the next line
	count       int  // its instructions so far
	labels      map[string]bool
	jumps       map[string]int
	reaches     map[int]int // the instructions that are branched to by their distance, and the line
}

func (l *lint) report(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("line %d: %s: %s", l.at, l.name, fmt.Sprintf(format, args...)))
}

var (
	textLine  = regexp.MustCompile(`^TEXT ·(\w+)\(SB\), (?:NOSPLIT, )?\$(\d+)-(\d+)$`)
	labelLine = regexp.MustCompile(`^([a-z]+\d*):$`)
	dataLine  = regexp.MustCompile(
		`^(DATA \w+<>\+\d+\(SB\)/\d+, \$\S+|GLOBL \w+<>\(SB\), RODATA\|NOPTR, \$\d+)$`)
	// What reads or writes arguments, and the address of an argument, of a constant and of a word of the stack.
	argumentLine = regexp.MustCompile(`^(MOVD|MOVWU|FMOVS|FMOVD) (\w+)\+(\d+)\(FP\), [RF](\d+)$`)
	resultLine   = regexp.MustCompile(`^(MOVD|MOVW|FMOVS|FMOVD) [RF](\d+), ret\+(\d+)\(FP\)$`)
	addressLine  = regexp.MustCompile(`^MOVD \$(?:(\w+)<>|\w+)\+(\d+)\((SB|FP)\), R(\d+)$`)
	// What a function does that only goes on to its code.
	goesOn       = regexp.MustCompile(`^JMP ·(\w+)NEON\(SB\)$`)
	constantLine = regexp.MustCompile(`^MOVD \$-?(?:0x[0-9a-f]+|\d+), R(\d+)$`)
)

// line reads one line.
func (l *lint) line(line string) {
	switch {
	case line == "", strings.HasPrefix(strings.TrimSpace(line), "//"), line == `#include "textflag.h"`:
	case strings.HasPrefix(line, "\t"):
		l.instruction(squeezed(line))
	case strings.HasPrefix(line, "TEXT"):
		l.end()
		m := textLine.FindStringSubmatch(line)
		if m == nil {
			l.report("%q is no function with a frame and arguments of declared sizes", line)
			return
		}
		*l = lint{strict: l.strict, at: l.at, errs: l.errs, name: m[1], open: true, labels: map[string]bool{},
			jumps: map[string]int{}, reaches: map[int]int{}}
		l.frame, _ = strconv.Atoi(m[2])
		l.args, _ = strconv.Atoi(m[3])
	case labelLine.MatchString(line) && l.labels != nil:
		l.labels[labelLine.FindStringSubmatch(line)[1]] = true
		l.open = true
	case strings.HasPrefix(line, "DATA"), strings.HasPrefix(line, "GLOBL"):
		if !dataLine.MatchString(line) {
			l.report("%q is no constant that is private and read only", line)
		}
	default:
		l.report("%q is nothing that is known", line)
	}
}

// end is the end of a function.
func (l *lint) end() {
	if l.name == "" {
		return
	}
	if l.open {
		l.report("goes on beyond its end")
	}
	for label, at := range l.jumps {
		if !l.labels[label] {
			l.at = at
			l.report("jumps to %s, which is not in it", label)
		}
	}
	for to, at := range l.reaches {
		if to < 0 || to >= l.count {
			l.at = at
			l.report("jumps to where it has no instruction")
		}
	}
	l.name = ""
}

// instruction reads one instruction.
func (l *lint) instruction(line string) {
	if l.labels == nil {
		l.report("%s is in no function", line)
		return
	}
	l.open = line != "RET" && !strings.HasPrefix(line, "JMP ")
	l.count++
	if l.argument(line) {
		return
	}
	if m := goesOn.FindStringSubmatch(line); m != nil {
		if l.frame != 0 || l.count > 1 || m[1] != l.name {
			l.report("goes on to %s, which is no code for it", m[1])
		}
		return
	}
	i, err := Parse(line)
	if err != nil {
		l.report("%v", err)
		return
	}
	if l.strict && i.Form.fuses {
		l.report("%s fuses a product with a sum, which rounding: strict forbids", line)
	}
	if i.Label != "" {
		l.jumps[i.Label] = l.at
	}
	for k, f := range i.Form.fields {
		if f.label && i.Label == "" {
			l.reaches[l.count-1+i.Args[k]] = l.at
		}
		if f.register == address && i.Args[k] == Stack {
			l.stack(line, i, k)
		}
	}
}

// argument reads an instruction that has an argument, a result or a constant, and says whether it is one.
func (l *lint) argument(line string) bool {
	if !strings.Contains(line, "(FP)") && !strings.HasPrefix(line, "MOVD $") {
		return false // as most are, which need not be looked at closely
	}
	register, offset, size := "", 0, 8
	switch {
	case argumentLine.MatchString(line):
		m := argumentLine.FindStringSubmatch(line)
		offset, _ = strconv.Atoi(m[3])
		register, size = m[4], sizeOf(m[1])
		if strings.HasPrefix(m[1], "F") {
			register = "0"
		}
	case resultLine.MatchString(line):
		m := resultLine.FindStringSubmatch(line)
		offset, _ = strconv.Atoi(m[3])
		size = sizeOf(m[1])
		if register = m[2]; strings.HasPrefix(m[1], "F") {
			register = "0"
		}
	case addressLine.MatchString(line):
		m := addressLine.FindStringSubmatch(line)
		if (m[1] != "") != (m[3] == "SB") {
			return false
		}
		register, size = m[4], 0
		if m[3] == "FP" {
			offset, _ = strconv.Atoi(m[2])
		}
	case constantLine.MatchString(line):
		register, size = constantLine.FindStringSubmatch(line)[1], 0
	default:
		return false
	}
	if offset+size > l.args {
		l.report("%s reaches %d bytes at %d of %d bytes of arguments", line, size, offset, l.args)
	}
	if n, _ := strconv.Atoi(register); Reserved(n) || n > 30 {
		l.report("%s has R%s, which is not ours", line, register)
	}
	return true
}

// sizeOf is how many bytes a move has.
func sizeOf(mnemonic string) int {
	if mnemonic == "FMOVS" || mnemonic == "MOVWU" || mnemonic == "MOVW" {
		return 4
	}
	return 8
}

// stack reports what an instruction reaches beyond the frame. At the stack's end is where the function returns to,
// after it what it has declared.
func (l *lint) stack(line string, i Instruction, operand int) {
	if !i.Form.Is(Loads) && !i.Form.Is(Stores) {
		l.report("%s computes with the end of the stack", line)
		return
	}
	if i.Form.Is(Posts) || operand == len(i.Args)-2 && i.Form.fields[operand+1].register != none {
		l.report("%s has an address on the stack which is not known", line)
		return
	}
	_, moved, _ := strings.Cut(i.Form.Name, ".")
	bytes := map[byte]int{'q': 16, 'd': 8, 's': 4, 'x': 8, 'w': 4, 'b': 1}[moved[0]]
	if i.Form.Is(Pairs) {
		bytes *= 2
	}
	offset := 0
	if operand+1 < len(i.Args) {
		offset = i.Args[operand+1]
	}
	if offset < 8 || offset+bytes > 8+l.frame {
		l.report("%s reaches %d bytes at %d of a frame of %d, which begins at 8", line, bytes, offset, l.frame)
	}
}
