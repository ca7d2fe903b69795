package spec

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzDecode decodes anything, as YAML or as JSON: either a network comes back that is valid and survives
// being written and read, or mistakes whose places are in the file and whose text is safe to
// print.
func FuzzDecode(f *testing.F) {
	for _, pattern := range []string{"testdata/valid/*", "testdata/errors/*/input.*"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			f.Fatalf("%s: %d files (%v)", pattern, len(files), err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data, strings.EqualFold(filepath.Ext(name), ".json"))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, json bool) {
		name := "x.yaml"
		if json {
			name = "x.json"
		}
		n, err := Decode(name, data)
		if err == nil {
			roundTrip(t, n)
			return
		}
		var list ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			t.Fatalf("%T: %v", err, err)
		}
		checkPlaces(t, name, data, list)
		for _, r := range err.Error() {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Fatalf("%U in the message %q", r, err.Error())
			}
		}
		if _, again := Decode(name, data); again.Error() != err.Error() {
			t.Fatalf("first\n%v\nthen\n%v", err, again)
		}
	})
}

// checkPlaces checks that mistakes are in order, that they stand in the file and quote the right line.
func checkPlaces(t *testing.T, name string, data []byte, list ErrorList) {
	t.Helper()
	lines := splitLines(strings.TrimPrefix(string(data), byteOrderMark))
	for i, e := range list {
		switch {
		case e.File != name || e.Message == "":
			t.Fatalf("no file or no message: %+v", e)
		case e.Line == 0 && len(list) == 1 && e.Source == "": // the file as a whole: its size, its encoding
		case e.Line < 1 || e.Line > len(lines) || e.Source != lines[e.Line-1]:
			t.Fatalf("not in the file: %+v", e)
		case e.Column < 1 || e.Column > utf8.RuneCountInString(e.Source)+1:
			t.Fatalf("not on its line: %+v", e)
		}
		if i > 0 && (list[i-1].Line > e.Line || list[i-1].Line == e.Line && list[i-1].Column > e.Column) {
			t.Fatalf("out of order: %+v before %+v", list[i-1], e)
		}
		if slices.Contains(list[:i], e) {
			t.Fatalf("said twice: %+v", e)
		}
	}
}
