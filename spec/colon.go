package spec

import (
	"fmt"
	"regexp"
	"strings"
)

// To YAML a colon without white space behind it is part of a word, so that input:3 is text.
var (
	tight     = regexp.MustCompile(`^([a-z_]{1,40}):([^\s:].*)$`)
	lineStart = regexp.MustCompile(`^[ \t]*(- +)*`)
)

// spaceMissing says that a space is missing in "field:value", or "" if the text is not that. It is for text that
// cannot stand where it does.
func spaceMissing(text string) string {
	m := tight.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return fmt.Sprintf("a space is missing behind the colon; write %s: %s", m[1], clip(m[2]))
}

// spaceMissingAt looks for such a field at the beginning of a line or of the line with text before it,
// which is where a parser stops that has taken it for text. The place is that behind the colon.
func (s *source) spaceMissingAt(line int) (at place, problem string) {
	lines := s.lines[:min(line, len(s.lines))]
	for range 2 {
		for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
			lines = lines[:len(lines)-1]
		}
		if len(lines) == 0 {
			break
		}
		text := lines[len(lines)-1]
		start := len(lineStart.FindString(text))
		if problem := spaceMissing(strings.TrimRight(text[start:], " \t")); problem != "" {
			return place{len(lines), start + strings.IndexByte(text[start:], ':') + 2}, problem
		}
		lines = lines[:len(lines)-1]
	}
	return place{}, ""
}
