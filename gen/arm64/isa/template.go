package isa

import (
	"regexp"
	"slices"
	"strings"
)

// template is the text of a form, in which operands stand.
type template []piece

// piece is plain text, and after it an operand, by the index of its field; the last piece has none, which is -1.
type piece struct {
	plain   string
	operand int
}

// named is the name of a field in a text.
var named = regexp.MustCompile(`\{[A-Z]\w*\}`)

// templateOf is a text with fields of some names in braces.
func templateOf(text string, names []string) (t template) {
	end := 0
	for _, at := range named.FindAllStringIndex(text, -1) {
		t = append(t, piece{text[end:at[0]], slices.Index(names, text[at[0]+1:at[1]-1])})
		end = at[1]
	}
	return append(t, piece{text[end:], -1})
}

// fill appends the text with operands in their places.
func (t template) fill(b []byte, operand func(k int) string) []byte {
	for _, p := range t {
		b = append(b, p.plain...)
		if p.operand >= 0 {
			b = append(b, operand(p.operand)...)
		}
	}
	return b
}

// read gives a function the operands of a text that may be of the template. It says whether it found them and the
// function took them all; whether the text is of the template shows when it is filled in with them.
func (t template) read(text string, operand func(k int, text string) bool) bool {
	for i, p := range t {
		rest, ok := strings.CutPrefix(text, p.plain)
		if !ok {
			return false
		}
		if p.operand < 0 {
			return rest == ""
		}
		end := endOf(rest, t[i+1])
		if end < 0 || !operand(p.operand, rest[:end]) {
			return false
		}
		text = rest[end:]
	}
	return true
}

// endOf is where the operand ends that begins a text, -1 where there is no end: where the plain text of the next piece
// begins, or where that has none, before what no operand has in it.
func endOf(text string, next piece) int {
	if next.plain != "" {
		return strings.Index(text, next.plain)
	}
	if end := strings.IndexAny(text, ",()[]{}<"); end >= 0 && next.operand >= 0 {
		return end
	}
	return len(text)
}
