package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// The exit codes. When a run fails in several ways all of them are reported and the smallest code
// is returned: what could not even be looked at counts more than what is wrong with it.
const (
	exitOK    = 0
	exitIO    = 1 // a file or folder could not be read or written, or an internal mistake
	exitUsage = 2 // the command line
	exitSpec  = 3 // a mistake in a spec, or a network that does not fit its package
	exitStale = 4 // check: emitted files are not what generate would write
)

// report collects what went wrong, so that a user hears of everything in one go.
type report struct {
	failures []failure
}

type failure struct {
	code int
	err  error
}

// add notes a failure; nil is none. An error that is several is taken apart no further: its text
// may be one line or many.
func (r *report) add(code int, err error) {
	if err != nil {
		r.failures = append(r.failures, failure{code, err})
	}
}

// addf notes a failure with a formatted message.
func (r *report) addf(code int, format string, args ...any) {
	r.add(code, fmt.Errorf(format, args...))
}

func (r *report) failed() bool { return len(r.failures) > 0 }

// code returns the exit code for everything that was noted.
func (r *report) code() int {
	if !r.failed() {
		return exitOK
	}
	code := r.failures[0].code
	for _, f := range r.failures {
		code = min(code, f.code)
	}
	return code
}

// print writes every message once, in the order they were noted.
func (r *report) print(w io.Writer) {
	said := map[string]bool{}
	for _, f := range r.failures {
		if text := f.err.Error(); !said[text] {
			said[text] = true
			fmt.Fprintln(w, text)
		}
	}
}

// cause strips an error of the operation and the path that the os package puts in front, for
// messages that name the file in their own words.
func cause(err error) string {
	var inner interface{ Unwrap() error }
	for errors.As(err, &inner) && inner.Unwrap() != nil {
		err = inner.Unwrap()
	}
	return printable(err.Error())
}

// shown returns a path or a word as messages print it: as it is when it is plain, else as a quoted
// Go string. No control character of a hostile file name reaches a terminal.
func shown(s string) string {
	for _, r := range s {
		if r == unicode.ReplacementChar || r == '"' || !unicode.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	if s == "" || strings.Contains(s, " ") {
		return strconv.Quote(s)
	}
	return s
}

// printable returns s with everything that does not print replaced.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// plainWord is a word that shells leave alone.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./,:@%+-]+$`)

// shellWord returns s as it is to be written on a shell's command line.
func shellWord(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
