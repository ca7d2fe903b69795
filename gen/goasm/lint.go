// Package goasm reads emitted text of Go's assembler and says what is wrong with it, whichever processor it is for. It
// knows nothing of how the text was written.
//
// Here is what no processor has a part in: functions with declared frames, labels and jumps, private constants. What
// instructions may be and do is for the packages of instruction sets to say.
package goasm

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Function is a function that is read.
type Function struct {
	Name string
	// Frame and Args are how many bytes it declares of the stack and of arguments.
	Frame, Args int
	// Count is how many instructions have been read.
	Count int
	// Open says that the last one goes on to the next line.
	Open bool

	labels map[string]bool
	jumps  map[string]int // to each label, the line of the last one
	l      *lint
}

// Reader reads the instructions of a function.
type Reader interface {
	// Instruction reads one, without the space around it. Its function has counted it.
	Instruction(line string)
	// Label is a place that is jumped to, before what follows is read.
	Label(name string)
	// End is the end of the function.
	End()
}

// Lint says what is wrong with the text of an emitted file that is to have a build constraint. Each function that
// begins is given to read, which returns what reads its instructions.
func Lint(text []byte, constraint string, read func(f *Function) Reader) error {
	l := &lint{read: read}
	if !strings.Contains(string(text), "\n//go:build "+constraint+"\n") {
		l.report("", "the build constraint %s is missing", constraint)
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		l.at++
		l.line(strings.TrimRight(line, " "))
	}
	l.end()
	if len(l.errs) > maxErrors {
		l.errs = append(l.errs[:maxErrors], fmt.Errorf("and %d more", len(l.errs)-maxErrors))
	}
	return errors.Join(l.errs...)
}

// maxErrors is how many mistakes of a file are told.
const maxErrors = 10

// lint reads a file line by line.
type lint struct {
	at     int // the line
	errs   []error
	read   func(f *Function) Reader
	f      *Function // the one that is read, nil before the first
	reader Reader
}

func (l *lint) report(function, format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf("line %d: %s: %s", l.at, function, fmt.Sprintf(format, args...)))
}

var (
	textLine  = regexp.MustCompile(`^TEXT ·(\w+)\(SB\), (?:NOSPLIT, )?\$(\d+)-(\d+)$`)
	labelLine = regexp.MustCompile(`^[a-z]+\d*:$`)
	dataLine  = regexp.MustCompile(`^(DATA \w+<>\+\d+\(SB\)/\d+, \$\S+|GLOBL \w+<>\(SB\), RODATA\|NOPTR, \$\d+)$`)
)

// line reads one line.
func (l *lint) line(line string) {
	name := ""
	if l.f != nil {
		name = l.f.Name
	}
	switch {
	case line == "", strings.HasPrefix(strings.TrimSpace(line), "//"), line == `#include "textflag.h"`:
	case strings.HasPrefix(line, "\t"):
		if l.f == nil {
			l.report(name, "%s is in no function", strings.TrimSpace(line))
			return
		}
		l.f.Count++
		l.reader.Instruction(strings.TrimSpace(line))
	case strings.HasPrefix(line, "TEXT"):
		l.end()
		m := textLine.FindStringSubmatch(line)
		if m == nil {
			l.report("", "%q is no function with a frame and arguments of declared sizes", line)
			return
		}
		l.f = &Function{Name: m[1], Open: true, labels: map[string]bool{}, jumps: map[string]int{}, l: l}
		l.f.Frame, _ = strconv.Atoi(m[2])
		l.f.Args, _ = strconv.Atoi(m[3])
		l.reader = l.read(l.f)
	case labelLine.MatchString(line) && l.f != nil:
		name := strings.TrimSuffix(line, ":")
		l.reader.Label(name)
		l.f.labels[name], l.f.Open = true, true
	case strings.HasPrefix(line, "DATA"), strings.HasPrefix(line, "GLOBL"):
		if !dataLine.MatchString(line) {
			l.report(name, "%q is no constant that is private and read only", line)
		}
	default:
		l.report(name, "%q is nothing that is known", line)
	}
}

// end is the end of a function.
func (l *lint) end() {
	if l.f == nil {
		return
	}
	if l.f.Open {
		l.f.Report("goes on beyond its end")
	}
	for label, at := range l.f.jumps {
		if !l.f.labels[label] {
			l.f.ReportAt(at, "jumps to %s, which is not in it", label)
		}
	}
	l.reader.End()
	l.f = nil
}

// Report says what is wrong with the line that is read.
func (f *Function) Report(format string, args ...any) { f.l.report(f.Name, format, args...) }

// ReportAt says it of a line before.
func (f *Function) ReportAt(line int, format string, args ...any) {
	defer func(at int) { f.l.at = at }(f.l.at)
	f.l.at = line
	f.Report(format, args...)
}

// Line is the line that is read.
func (f *Function) Line() int { return f.l.at }

// Jump is a jump to a label, which is to be in the function.
func (f *Function) Jump(label string) { f.jumps[label] = f.l.at }

// IsLabel says whether a text may be the name of a label.
func IsLabel(text string) bool { return labelLine.MatchString(text + ":") }
