package spec

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	yamlDirective = regexp.MustCompile(`^%YAML[ \t]+([0-9]+)\.([0-9]+)[ \t]*(#.*)?$`)
	directiveName = regexp.MustCompile(`^%[^ \t]*`)
)

// parserVersion is the version that the parser takes, which reads later ones of YAML 1 all the same.
const parserVersion = "1.1"

// directives returns the text as the parser takes it: the directive %YAML says parserVersion where the file says
// another version 1. The error is about a directive that the format has not, or that no line --- follows.
func (s *source) directives() (string, error) {
	text := s.text
	head := true        // before a document, where directives may stand
	var pending []place // of directives that --- must follow
	offset := 0         // of the line in s.text
	for i, line := range s.lines {
		blank := strings.TrimLeft(line, " \t")
		switch at := (place{i + 1, 1}); {
		case len(pending) == 0 && (line == "..." || strings.HasPrefix(line, "... ")): // the end of a document
			head = true
		case !head:
		case strings.HasPrefix(line, "%"):
			pending = append(pending, at)
			name := directiveName.FindString(line)
			version := yamlDirective.FindStringSubmatchIndex(line)
			switch {
			case name == "%TAG", name == "%YAML" && version == nil: // the parser sees what is wrong with it
			case name != "%YAML":
				return "", s.fail(at, "the directive %s is not part of the format; remove it", clip(name))
			case line[version[2]:version[3]] != "1":
				at := place{i + 1, version[2] + 1}
				return "", s.fail(at, "a spec is in version 1 of YAML; write %%YAML 1.2, or remove the line")
			default:
				before := len(s.text) - len(text) // by how much the text has become shorter
				from, to := offset+version[2]-before, offset+version[5]-before
				text = text[:from] + parserVersion + text[to:]
			}
		case blank == "" || strings.HasPrefix(blank, "#"):
		case len(pending) > 0 && !strings.HasPrefix(line, "---"):
			return "", s.fail(at, "a line --- is missing here, which must follow the directive on line %d",
				pending[len(pending)-1].line)
		default:
			head, pending = false, nil
		}
		offset += len(line)
		offset += breakLength(s.text[offset:])
	}
	return text, nil
}

// breakLength is the length of the line break that text begins with, 0 at its end.
func breakLength(text string) int {
	if strings.HasPrefix(text, "\r\n") {
		return len("\r\n")
	}
	_, size := utf8.DecodeRuneInString(text)
	return size
}
