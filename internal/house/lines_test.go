package house

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// columns is how wide a line may be, with tabs of four columns.
const columns = 120

// longLines are the lines of Go code that are too wide, by number, from 1. Lines with a literal may be: a text that is
// looked for, printed or compared is read best in one piece. So may comments that are laid out by tabs.
func longLines(src []byte) (long []int) {
	file := token.NewFileSet().AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, nil, scanner.ScanComments)
	exempt := map[int]bool{}
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			break
		}
		literal := tok == token.STRING
		laidOut := tok == token.COMMENT && (strings.HasPrefix(text, "//\t") || strings.HasPrefix(text, "//go:"))
		if literal || laidOut {
			first := file.Line(pos)
			for i := range strings.Count(text, "\n") + 1 {
				exempt[first+i] = true
			}
		}
	}
	number := 0
	for line := range strings.Lines(string(src)) {
		number++
		line = strings.TrimRight(line, "\r\n")
		if utf8.RuneCountInString(line)+3*strings.Count(line, "\t") > columns && !exempt[number] {
			long = append(long, number)
		}
	}
	return long
}

// TestLines: code and comments are within the width. Formulas of elementary functions are not: they are read whole.
func TestLines(t *testing.T) {
	eachFile(t, "../..", func(path string) bool {
		return !strings.Contains(path, "_gen") && !strings.HasPrefix(path, "../../gen/elementary/")
	}, func(path string, src []byte) {
		for _, line := range longLines(src) {
			t.Errorf("%s:%d: wider than %d columns", path, line, columns)
		}
	})
}

// eachFile reads the Go files of a folder and those below it, but hidden ones, that are wanted. Paths have slashes.
func eachFile(t *testing.T, root string, wanted func(path string) bool, read func(path string, src []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		path = filepath.ToSlash(path)
		if d.IsDir() || !strings.HasSuffix(path, ".go") || !wanted(path) {
			return nil
		}
		src, err := os.ReadFile(path)
		if err == nil {
			read(path, src)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLongLines: what may not be wide is found, and nothing else.
func TestLongLines(t *testing.T) {
	wide := strings.Repeat("x", columns)
	for _, c := range []struct {
		what, src string
		found     int
	}{
		{"code", "package p\n\nvar a = " + wide + "\n", 1},
		{"a comment", "package p\n\n// " + wide + "\n", 1},
		{"tabs", "package p\n\nfunc f() {\n" + strings.Repeat("\t", 30) + "g()\n}\n", 1},
		{"a text", "package p\n\nvar a = \"" + wide + "\"\n", 0},
		{"lines of a text", "package p\n\nvar a = `\n" + wide + "\n" + wide + "`\n", 0},
		{"a table in a comment", "package p\n\n//\t" + wide + "\n", 0},
		{"code that fits", "package p\n\nvar a = " + wide[8:] + "\n", 0},
	} {
		if got := len(longLines([]byte(c.src))); got != c.found {
			t.Errorf("%s: %d lines, want %d", c.what, got, c.found)
		}
	}
}
