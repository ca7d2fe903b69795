package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake in a spec. Network.Validate leaves File, Line, Column and Source empty; Decode
// fills them in.
type Error struct {
	// File is the name given to Decode.
	File string
	// Line and Column count from 1, columns in characters (a tab is one, a byte order mark none);
	// both are 0 when the place is not known.
	Line, Column int
	// Path says which field, in the spelling of a spec file: layers[1].dense, counting from 0. It is
	// empty for a mistake of the file as a whole.
	Path string
	// Offset is how many characters of a formula stand before the mistake in it, where Column does not tell.
	Offset int
	// Message says what is wrong and what to do about it.
	Message string
	// Source is line Line of the file, without its line break.
	Source string
}

// Error returns "file:line:column: path: message", leaving out what is not known, and after it, when
// there is one, the source line and a caret under the column.
func (e Error) Error() string {
	var b strings.Builder
	b.WriteString(visible(e.File))
	if e.Line > 0 {
		if e.File != "" {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%d:%d", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	if e.Offset > 0 {
		fmt.Fprintf(&b, "at character %d: ", e.Offset+1)
	}
	b.WriteString(e.Message)
	if e.Line > 0 && e.Source != "" {
		b.WriteString(excerpt(e.Source, e.Column))
	}
	return b.String()
}

// ErrorList is every mistake found in one spec, in the order of the file. It holds at least one.
type ErrorList []Error

// Error returns the mistakes one after the other, one to a line or, with a source line, to
// three. After the first 50 it only says how many there are.
func (l ErrorList) Error() string {
	var b strings.Builder
	for i, e := range l {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == maxShown && len(l) > maxShown+1 {
			fmt.Fprintf(&b, "and %d more mistakes", len(l)-maxShown)
			break
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Unwrap returns the mistakes for errors.Is and errors.As.
func (l ErrorList) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}

// sorted puts the mistakes in the order of the file; those of one place keep the order in which they
// were found.
func (l ErrorList) sorted() ErrorList {
	slices.SortStableFunc(l, func(a, b Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return l
}
