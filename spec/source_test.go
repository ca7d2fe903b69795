package spec

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// TestPlaces puts a value behind every kind of line break and wide character and demands that YAML's
// count of lines and columns, from which mistakes are located, is ours.
func TestPlaces(t *testing.T) {
	for _, gap := range []string{" ", "\n ", "\r ", "\r\n ", "\n\r ", "\n\n ", "\u2028 ", "\u2029 ", "\u0085 ", "\t ",
		" # é\n ", " # \U0001f33c\r\n ",
		" # a\u2028 # b\n "} {
		text := "? é\n: [ü,\n" + gap + "[mark]]\n"
		var doc yaml.Node
		if err := yaml.Load([]byte(text), &doc); err != nil {
			t.Errorf("%q: %v", gap, err)
			continue
		}
		mark := doc.Content[0].Content[1].Content[1]
		s, err := newSource("x", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := s.at(strings.Index(text, "[mark")), (place{mark.Line, mark.Column}); got != want {
			t.Errorf("%q: %v, YAML says %v", gap, got, want)
		}
		if line := []rune(s.lines[mark.Line-1]); line[mark.Column-1] != '[' {
			t.Errorf("%q: line %d is %q", gap, mark.Line, string(line))
		}
	}
}

func TestSplitLines(t *testing.T) {
	for text, want := range map[string]string{
		"": `[""]`, "a": `["a"]`, "a\n": `["a" ""]`, "a\r\nb": `["a" "b"]`, "a\rb\n\rc": `["a" "b" "" "c"]`,
		"a\u2028b\u2029c\u0085d": `["a" "b" "c" "d"]`,
	} {
		if got := fmt.Sprintf("%q", splitLines(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAdvance(t *testing.T) {
	text := "a\r\né\u2028b\n\ncd"
	p := place{1, 1}
	s := source{text: text}
	from := 0
	for _, to := range []int{1, 3, 5, 8, 10, len(text)} {
		p = advance(p, text[from:to])
		from = to
		if want := s.at(to); p != want {
			t.Errorf("at byte %d: %v in steps, %v at once", to, p, want)
		}
	}
	if want := (place{5, 3}); p != want {
		t.Errorf("the end is at %v, want %v", p, want)
	}
}

func TestLocateBehindTheEnd(t *testing.T) {
	s, err := newSource("x", []byte("ab\n\ncde\n \n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []place{{5, 1}, {9, 9}} {
		if e := s.locate(Error{}, p); e.Line != 3 || e.Column != 4 || e.Source != "cde" {
			t.Errorf("%v became %+v", p, e)
		}
	}
}

func TestAround(t *testing.T) {
	s := source{lines: []string{"", "é@"}}
	for p, want := range map[place]string{
		{1, 1}: `"" 0`, {2, 1}: `"" 233`, {2, 2}: `"é" 64`, {2, 3}: `"é@" 0`, {3, 1}: `"" 0`,
	} {
		before, r := s.around(p)
		if got := fmt.Sprintf("%q %d", before, r); got != want {
			t.Errorf("%v: %s, want %s", p, got, want)
		}
	}
}

// TestInside decodes a formula written in every style with a # in it, and demands that it is found.
func TestInside(t *testing.T) {
	for _, text := range []string{
		"a: é + # b", "a: 'é + # b'", `a: "é + # b"`, `{"a":"é+#"}`, "a: |\n  é +\n\n   # b\n",
		"a: >- \n\n  é\n  + #\n  b", "a:\n  é\n\n  + # ",
		"a: \"é\r\n   +\r\n # b\"", "a: 'é\u2028  + # '", "- {x: é, a: 'é + é #'}", "a: \"\té # b\"",
	} {
		text = strings.Replace(text, "#", "@", 1) // a # behind a space would begin a comment
		var doc yaml.Node
		if err := yaml.Load([]byte(text), &doc); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		n := doc.Content[0]
		if n.Kind == yaml.SequenceNode {
			n = n.Content[0]
		}
		n = n.Content[len(n.Content)-1]
		s, err := newSource("x", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		before, _, _ := strings.Cut(n.Value, "@")
		at, found := s.inside(place{n.Line, n.Column}, n.Value, utf8.RuneCountInString(before))
		if want := s.at(strings.Index(text, "@")); !found || at != want {
			t.Errorf("%q: %v, %v, want %v", text, at, found, want)
		}
		// The end is behind the last character that is not white space, even if there is more.
		end := strings.TrimRightFunc(n.Value, unicode.IsSpace)
		last, _ := utf8.DecodeLastRuneInString(end)
		at, found = s.inside(place{n.Line, n.Column}, n.Value, utf8.RuneCountInString(n.Value))
		if _, r := s.around(place{at.line, at.column - 1}); !found || r != last {
			t.Errorf("%q ends at %v, %v, behind %q", text, at, found, r)
		}
	}
}

// TestInsideEscapes: text that is not what the file shows has no place in it.
func TestInsideEscapes(t *testing.T) {
	for _, text := range []string{`"a\u0020b"`, `"a \
 b"`, `"\x61 b"`, "'a"} {
		s, err := newSource("x", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if at, found := s.inside(place{1, 1}, "a b", 2); found {
			t.Errorf("%s: found at %v", text, at)
		}
	}
}
