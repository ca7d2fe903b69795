package spec

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	excerptIndent = "    "
	excerptBefore = 60 // characters kept before the caret of a long line
	excerptWidth  = 100
	tabWidth      = 4
)

// excerpt returns the source line and a caret line, each after a line break. Tabs become spaces so
// that the caret stands right wherever tab stops are; a long line is cut around the caret.
func excerpt(line string, column int) string {
	runes, column := window([]rune(line), column)
	var text, caret strings.Builder
	for i, r := range runes {
		s := string(visibleRune(r))
		if r == '\t' {
			s = strings.Repeat(" ", tabWidth)
		}
		text.WriteString(s)
		if i < column-1 {
			caret.WriteString(strings.Repeat(" ", utf8.RuneCountInString(s)))
		}
	}
	return "\n" + excerptIndent + strings.TrimRight(text.String(), " ") +
		"\n" + excerptIndent + caret.String() + "^"
}

// window cuts a line to excerptWidth characters around the column, with … where something is
// missing, and returns the column within the cut, at most one past its end.
func window(line []rune, column int) ([]rune, int) {
	column = min(column, len(line)+1)
	if len(line) <= excerptWidth {
		return line, column
	}
	start := max(0, min(column-1-excerptBefore, len(line)-excerptWidth))
	end := start + excerptWidth
	var cut []rune
	if start > 0 {
		cut = append(cut, '…')
	}
	cut = append(cut, line[start:end]...)
	column += len(cut) - end
	if end < len(line) {
		cut = append(cut, '…')
	}
	return cut, column
}

// visible returns s safe to print on a terminal: control characters and everything else that does
// not print, line breaks included, are replaced by visible characters one for one.
func visible(s string) string {
	return strings.Map(visibleRune, s)
}

func visibleRune(r rune) rune {
	switch {
	case unicode.IsPrint(r):
		return r
	case r < ' ':
		return '␀' + r // the control pictures are in the order of the control characters
	case r == 0x7f:
		return '␡'
	}
	return unicode.ReplacementChar
}

// quoted returns s for a message, clipped and between double quotes.
func quoted(s string) string { return `"` + clip(s) + `"` }

// clip returns s for a message: visible and at most 40 characters long.
func clip(s string) string {
	const most = 40
	count := 0
	for i := range s {
		if count++; count > most {
			s = s[:i] + "…"
			break
		}
	}
	return visible(s)
}
