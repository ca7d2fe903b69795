package spec

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// place is a line and a column of a file, both from 1; the column counts characters.
type place struct{ line, column int }

// source is the text of a file cut into lines, the way YAML counts them.
type source struct {
	name  string
	text  string
	lines []string

	// The last line that was asked for in characters: many mistakes may stand on one long line.
	runes   []rune
	runesOf int // its number
}

// line returns a line in characters; the number counts from 1.
func (s *source) line(number int) []rune {
	if s.runesOf != number {
		s.runes, s.runesOf = []rune(s.lines[number-1]), number
	}
	return s.runes
}

// byteOrderMark may begin a file; editors of some systems put it there.
const byteOrderMark = "\ufeff"

// newSource checks that data is text at all and cuts it into lines. The error is an ErrorList.
func newSource(name string, data []byte) (*source, error) {
	if len(data) > MaxFileBytes {
		return nil, ErrorList{{File: name, Message: tooBig(fmt.Sprint(len(data)))}}
	}
	if p := string(data[:min(2, len(data))]); p == "\xff\xfe" || p == "\xfe\xff" {
		return nil, ErrorList{{File: name, Message: "the file is in UTF-16; save it in UTF-8"}}
	}
	s := &source{name: name, text: strings.TrimPrefix(string(data), byteOrderMark)}
	s.lines = splitLines(s.text)
	for i, r := range s.text {
		if _, size := utf8.DecodeRuneInString(s.text[i:]); r == utf8.RuneError && size == 1 {
			return nil, s.fail(s.at(i), "the byte 0x%02x is not UTF-8; a spec is a text file in UTF-8", s.text[i])
		}
		if unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\u0085", r) || r == 0xfffe || r == 0xffff {
			return nil, s.fail(s.at(i), "the character U+%04X cannot stand in a spec, which is a text file", r)
		}
	}
	return s, nil
}

func tooBig(size string) string {
	return fmt.Sprintf("the file is %s bytes long; at most %d are allowed", size, MaxFileBytes)
}

// fail returns a list of one mistake at a place.
func (s *source) fail(p place, format string, args ...any) error {
	e := s.locate(Error{Message: fmt.Sprintf(format, args...)}, p)
	return ErrorList{e}
}

// locate fills in where a mistake is. A place behind the last line, where a parser notices that
// something is missing, becomes the end of the last line that has text.
func (s *source) locate(e Error, p place) Error {
	if p.line > len(s.lines) || p.line == len(s.lines) && s.lines[p.line-1] == "" {
		for p.line = len(s.lines); p.line > 1 && strings.TrimSpace(s.lines[p.line-1]) == ""; {
			p.line--
		}
		p.column = utf8.RuneCountInString(s.lines[p.line-1]) + 1
	}
	e.File, e.Line, e.Column = s.name, p.line, p.column
	e.Source = s.lines[p.line-1]
	return e
}

// around returns what stands before a place on its line, and the character there; it is 0 at the end
// of a line.
func (s *source) around(p place) (before string, r rune) {
	if p.line > len(s.lines) {
		return "", 0
	}
	line := []rune(s.lines[p.line-1])
	if p.column > len(line) {
		return string(line), 0
	}
	return string(line[:p.column-1]), line[p.column-1]
}

// inside returns the place of a character of the text of a scalar that begins at p, count characters behind its
// beginning, or behind the last character before it that is not white space if it is white space or the end. Quotes,
// the head of a block, indentation and line folding are seen through; if text is not what the file shows, because of
// escapes, it is not found.
func (s *source) inside(p place, text string, count int) (at place, found bool) {
	line := s.line(p.line)
	column := p.column - 1 // of the next character, from 0
	if column < len(line) && (line[column] == '"' || line[column] == '\'') {
		column++
	} else if column < len(line) && (line[column] == '|' || line[column] == '>') {
		column = len(line)
	}
	at = place{p.line, column + 1}
	chars := []rune(text)
	for i := 0; i <= min(count, len(chars)-1); i++ {
		if unicode.IsSpace(chars[i]) {
			continue
		}
		for column == len(line) || unicode.IsSpace(line[column]) {
			if column++; column > len(line) {
				if p.line == len(s.lines) {
					return place{}, false
				}
				p.line, column = p.line+1, 0
				line = s.line(p.line)
			}
		}
		if line[column] != chars[i] {
			return place{}, false
		}
		column++
		at = place{p.line, column + 1}
		if i == count {
			at.column--
		}
	}
	return at, true
}

// at returns the place of the character at a byte offset.
func (s *source) at(offset int) place {
	return advance(place{1, 1}, s.text[:offset])
}

// advance returns the place behind text that begins at p.
func advance(p place, text string) place {
	lines := splitLines(text)
	if len(lines) > 1 {
		p = place{p.line + len(lines) - 1, 1}
	}
	p.column += utf8.RuneCountInString(lines[len(lines)-1])
	return p
}

// splitLines cuts text at the line breaks of YAML: LF, CR, CR LF, NEL, LS and PS. There is at least
// one line; the last is empty when the text ends in a break.
func splitLines(text string) []string {
	var lines []string
	start := 0
	for i, r := range text {
		switch r {
		case '\n', '\u0085', '\u2028', '\u2029':
			if r == '\n' && i > 0 && text[i-1] == '\r' {
				start = i + 1 // the second half of a CR LF
				continue
			}
		case '\r':
		default:
			continue
		}
		lines = append(lines, text[start:i])
		start = i + utf8.RuneLen(r)
	}
	return append(lines, text[start:])
}
