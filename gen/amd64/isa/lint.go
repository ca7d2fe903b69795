package isa

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What Go and the processor demand of assembly and no call can show: a caller sees results, and not that registers
// are left in a state that makes later code slow, that an instruction is missing on another machine, or that a
// register is used which is somebody else's. Lint reads the text, and knows nothing of how it was written.

// Lint says what is wrong with the text of an emitted assembly file; strict: of a network with rounding: strict.
// Every file is asked before it is returned to anybody.
//
// Functions end in AVX2 or AVX512, after the level whose instructions and registers they may have, or do nothing but
// go on to such. R14 and R15 are the goroutine and the table of a shared library, BP is the frame's, and no
// instruction has them; X15 is free, since Go zeroes it after every call of assembly. Wide registers are left clean.
// Memory on the stack and of arguments lies within their declared sizes, and only results are written there. Nothing
// is called, jumps stay within their function, constants stay constant, and under rounding: strict nothing is fused.
func Lint(text []byte, strict bool) error {
	l := lint{strict: strict}
	lines := strings.Split(string(text), "\n")
	want := "amd64 && !purego && !race && !msan && !asan"
	if !strings.Contains(string(text), "\n//go:build "+want+"\n") {
		l.report("the build constraint %s is missing", want)
	}
	for i, line := range lines {
		l.at = i + 1
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
	level       Level
	entry       bool // it goes on to others
	processor   bool // it asks what the processor is
	frame, args int
	wide, dirty bool // it has used registers of more than 16 bytes, and has since the last VZEROUPPER
	open        bool // its last instruction goes on to the next line
	labels      map[string]bool
	jumps       map[string]int
}

func (l *lint) report(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("line %d: %s: %s", l.at, l.name, fmt.Sprintf(format, args...)))
}

var (
	textLine  = regexp.MustCompile(`^TEXT ·(\w+)\(SB\), (?:NOSPLIT, )?\$(\d+)-(\d+)$`)
	labelLine = regexp.MustCompile(`^([a-z]+\d*):$`)
	dataLine  = regexp.MustCompile(`^(DATA \w+<>\+\d+\(SB\)/\d+, \$\S+|GLOBL \w+<>\(SB\), RODATA\|NOPTR, \$\d+)$`)
)

// line reads one line.
func (l *lint) line(line string) {
	switch {
	case line == "", strings.HasPrefix(strings.TrimSpace(line), "//"), line == `#include "textflag.h"`:
	case strings.HasPrefix(line, "\t"):
		fields := strings.Fields(line)
		l.instruction(fields[0], operands(strings.TrimSpace(line)[len(fields[0]):]))
	case strings.HasPrefix(line, "TEXT"):
		l.end()
		m := textLine.FindStringSubmatch(line)
		if m == nil {
			l.report("%q is no function with a frame and arguments of declared sizes", line)
			return
		}
		*l = lint{strict: l.strict, at: l.at, errs: l.errs, name: m[1], open: true, labels: map[string]bool{},
			jumps: map[string]int{}}
		l.frame, _ = strconv.Atoi(m[2])
		l.args, _ = strconv.Atoi(m[3])
		switch {
		case strings.HasSuffix(l.name, "Processor"):
			l.processor = true
		case strings.HasSuffix(l.name, AVX512.String()):
			l.level = AVX512
		case strings.HasSuffix(l.name, AVX2.String()):
			l.level = AVX2
		default:
			l.entry = true
		}
	case labelLine.MatchString(line):
		l.labels[labelLine.FindStringSubmatch(line)[1]] = true
		// Code from elsewhere may come here with wide registers in use.
		l.open, l.dirty = true, l.wide
	case strings.HasPrefix(line, "DATA"), strings.HasPrefix(line, "GLOBL"):
		if !dataLine.MatchString(line) {
			l.report("%q is no constant that is private and read only", line)
		}
	default:
		l.report("%q is nothing that is known", line)
	}
}

// operands are those of an instruction, the destination last.
func operands(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
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
	l.name = ""
}

// instruction reads one instruction.
func (l *lint) instruction(name string, ops []string) {
	if l.labels == nil {
		l.report("%s is in no function", name)
		return
	}
	l.open = name != "RET" && name != "JMP"
	jump := strings.HasPrefix(name, "J")
	switch {
	case l.entry:
		l.goesOn(name, ops)
		return
	case l.processor:
		l.asks(name, ops)
		return
	}
	plain, suffix, _ := strings.Cut(name, ".")
	needs, known := mnemonics[plain]
	switch {
	case !known:
		l.report("%s is no instruction that assembly of networks may have", name)
	case needs > l.level, suffix != "" && l.level < AVX512:
		l.report("%s needs more than %s", name, l.level)
	case l.strict && fusing.MatchString(plain):
		l.report("%s fuses a product with a sum, which rounding: strict forbids", name)
	case jump && len(ops) == 1:
		if !labelLine.MatchString(ops[0] + ":") {
			l.report("%s %s leaves the function", name, ops[0])
		} else {
			l.jumps[ops[0]] = l.at
		}
		return
	case name == "RET" && l.dirty:
		l.report("RET without VZEROUPPER after the last use of a wide register")
	case name == "VZEROUPPER":
		l.dirty = false
	}
	for i, o := range ops {
		l.operand(name, ops, o, i == len(ops)-1 && name != "CMPQ")
	}
	if width(ops) > 16 {
		l.wide, l.dirty = true, true
	}
	if plain == "VMOVAPS" || plain == "VMOVAPD" {
		l.aligned(name, ops)
	}
}

// fusing are the instructions that round a product and a sum as one.
var fusing = regexp.MustCompile(`^VFN?M(ADD|SUB)`)

// asks reads an instruction of the function that asks what the processor is: it has the registers that CPUID has, and
// writes its results.
func (l *lint) asks(name string, ops []string) {
	switch strings.Join(append([]string{name}, ops...), " ") {
	case "CPUID", "RET", "XORL AX AX", "XORL CX CX", "MOVL $0x1 AX", "MOVL BX maker+0(FP)", "MOVL AX version+4(FP)":
		if l.args == 8 {
			return
		}
	}
	l.report("%s in a function that asks what the processor is", name)
}

// goesOn reads an instruction of a function that goes on to that of the level.
func (l *lint) goesOn(name string, ops []string) {
	if l.frame != 0 {
		l.report("a function that goes on to others has no frame, so that they find its arguments")
	}
	switch {
	case name == "TESTQ" && len(ops) == 2 && immediate.MatchString(ops[0]) && levelVariable.MatchString(ops[1]),
		name == "JNE" && len(ops) == 1 && labelLine.MatchString(ops[0]+":"):
		if name == "JNE" {
			l.jumps[ops[0]] = l.at
		}
	case name == "JMP" && len(ops) == 1:
		if m := levelFunction.FindStringSubmatch(ops[0]); m == nil || !isCode(m[1], l.name) {
			l.report("goes on to %s, which is no code for it", ops[0])
		}
	default:
		l.report("%s in a function that goes on to others", name)
	}
}

var (
	levelVariable = regexp.MustCompile(`^·\w+Level\+0\(SB\)$`)
	levelFunction = regexp.MustCompile(`^·(\w+)(?:AVX2|AVX512)\(SB\)$`)
)

var (
	memory    = regexp.MustCompile(`^(-?\d+)?\((\w+)\)(?:\((\w+)\*([1248])\))?$`)
	parameter = regexp.MustCompile(`^(\w+)\+(\d+)\(FP\)$`)
	global    = regexp.MustCompile(`^\w+<>\+\d+\(SB\)$`)
	immediate = regexp.MustCompile(`^\$[-+]?(0x[0-9a-f]+|\d+)$`)
)

// operand reads one operand.
func (l *lint) operand(name string, ops []string, o string, written bool) {
	if r, ok := registersByName[o]; ok {
		if r.needs > l.level {
			l.report("%s has %s, which needs more than %s", name, o, l.level)
		}
		return
	}
	switch {
	case strings.HasPrefix(o, "$"):
		if immediate.MatchString(o) {
			return
		}
	case strings.HasSuffix(o, "(SB)"):
		if global.MatchString(o) && !written {
			return
		}
	case strings.HasSuffix(o, "(FP)"):
		if m := parameter.FindStringSubmatch(o); m != nil {
			offset, _ := strconv.Atoi(m[2])
			if offset+4 > l.args || written && m[1] != "ret" && name != "LEAQ" {
				l.report("%s takes %s of %d bytes of arguments, of which only the result may be written", name, o,
					l.args)
			}
			return
		}
	default:
		if m := memory.FindStringSubmatch(o); m != nil {
			l.memory(name, ops, m)
			return
		}
	}
	l.report("%s has the operand %s, which it may not have", name, o)
}

// memory reads an operand in memory: its distance, its register, and the second one.
func (l *lint) memory(name string, ops, m []string) {
	for _, r := range []string{m[2], m[3]} {
		known, ok := registersByName[r]
		if r != "" && r != "SP" && (!ok || !known.address && name[1:] != "GATHERQPD") {
			l.report("%s has an address of %s, which is not free for that", name, r)
		}
	}
	if m[2] == "SP" {
		offset, _ := strconv.Atoi(m[1])
		if size := reach(name, ops); m[3] == "" && (offset < 0 || offset+size > l.frame) {
			l.report("%s reaches %d bytes at %d of a frame of %d", name, size, offset, l.frame)
		}
	}
}

// reach is how much memory an instruction reaches at least: that of its widest register where it moves one, else a
// number.
func reach(name string, ops []string) int {
	switch {
	case name == "VMOVUPS" || name == "VMOVUPD":
		return max(width(ops), 16)
	case strings.HasSuffix(name, "SS"), strings.HasSuffix(name, "L"), strings.HasSuffix(name, "BCST"):
		return 4
	}
	return 8
}

// width is the bytes of the widest register of some operands.
func width(ops []string) int {
	w := 0
	for _, o := range ops {
		w = max(w, registersByName[o].wide)
	}
	return w
}

// aligned reports memory that must be aligned, which Go promises of no array of numbers.
func (l *lint) aligned(name string, ops []string) {
	for _, o := range ops {
		if memory.MatchString(o) || global.MatchString(o) {
			l.report("%s has memory, which need not be aligned", name)
		}
	}
}

// laterCode ends the name of a function's second code of a level, and of others that are only emitted to be measured.
var laterCode = regexp.MustCompile(`^(Second|Code[0-9]+)?$`)

// isCode says whether something is the name of a code of a function, without the level.
func isCode(name, function string) bool {
	rest, ok := strings.CutPrefix(name, function)
	return ok && laterCode.MatchString(rest)
}
