package templates

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"
)

// File is one emitted Go file.
type File struct{ f *jen.File }

// NewFile begins a file: the header, a comment that is not the package's documentation, then the
// package clause. Formatting is left to Render, which formats once.
func NewFile(pkg string, header []string) *File {
	f := jen.NewFile(pkg)
	f.NoFormat = true
	for _, line := range header {
		f.HeaderComment(strings.TrimRight(remark(line), " "))
	}
	return &File{f}
}

// NewConstrainedFile begins a file that only some builds read: //go:build and a constraint.
func NewConstrainedFile(pkg string, header []string, constraint string) *File {
	f := NewFile(pkg, header)
	f.f.HeaderComment(buildLine + constraint)
	return f
}

const buildLine = "//go:build "

// Render returns the formatted file.
func (f *File) Render() ([]byte, error) {
	source, err := f.Parse("")
	if err != nil {
		return nil, err
	}
	return source.Format()
}

// Source is a file as the parser reads it: once, for all that is done with it then, some of it side by side.
type Source struct {
	Set  *token.FileSet
	Tree *ast.File
}

// Parse reads the file, which errors call by a name.
func (f *File) Parse(name string) (Source, error) {
	var buf bytes.Buffer
	if err := f.f.Render(&buf); err != nil {
		return Source{}, fmt.Errorf("rendering: %w", err)
	}
	// A constraint stands apart from the comment above it.
	text := groupImports(bytes.Replace(buf.Bytes(), []byte(buildLine), []byte("\n"+buildLine), 1))
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return Source{}, fmt.Errorf("parsing what was rendered: %w", err)
	}
	return Source{set, tree}, nil
}

// groupImports puts the standard library's packages before others, with an empty line between them, as people do.
func groupImports(text []byte) []byte {
	const begin, end = "\nimport (\n", "\n)\n"
	at := bytes.Index(text, []byte(begin))
	if at < 0 {
		return text
	}
	at += len(begin)
	size := bytes.Index(text[at:], []byte(end))
	if size < 0 {
		return text
	}
	var standard, others [][]byte
	for line := range bytes.Lines(append(bytes.Clone(text[at:at+size]), '\n')) {
		domain, _, _ := bytes.Cut(line[bytes.IndexByte(line, '"')+1:], []byte("/"))
		if bytes.Contains(domain, []byte(".")) {
			others = append(others, line)
		} else {
			standard = append(standard, line)
		}
	}
	if len(standard) == 0 || len(others) == 0 {
		return text
	}
	grouped := slices.Concat(standard, [][]byte{[]byte("\n")}, others)
	return slices.Concat(text[:at], bytes.TrimSuffix(bytes.Join(grouped, nil), []byte("\n")), text[at+size:])
}

// Format returns the text of the file.
func (s Source) Format() ([]byte, error) {
	var buf bytes.Buffer
	if err := format.Node(&buf, s.Set, s.Tree); err != nil {
		return nil, fmt.Errorf("formatting: %w", err)
	}
	return buf.Bytes(), nil
}

// Doc puts a comment before the declaration that follows.
func (f *File) Doc(text string) {
	f.f.Line()
	for _, c := range comments(text) {
		f.f.Add(c)
	}
}
