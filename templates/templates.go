// Package templates prints emitted files as Go: programs on scalars, and the files beside them, which declare assembly,
// test, save, load and share out work. What is emitted, in which order and over which indices was settled before. It is
// the only package that knows jennifer.
//
// Nothing from a spec reaches the output unchecked. Names are identifiers by the time they arrive here, and comments
// are cut into lines that each begin with two slashes.
package templates

import (
	"strings"

	"github.com/dave/jennifer/jen"
)

// comments are a comment for every line of a text.
func comments(text string) []jen.Code {
	var out []jen.Code
	for _, line := range lines(text) {
		out = append(out, jen.Comment("// "+line))
	}
	return out
}

// remark is a comment of one line, whatever the text.
func remark(text string) string { return "// " + strings.Join(lines(text), " ") }

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}
