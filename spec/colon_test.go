package spec

import (
	"strings"
	"testing"
)

func TestSpaceMissing(t *testing.T) {
	for text, want := range map[string]string{
		"input:3": "input: 3", "layers:[dense": "layers: [dense", "input_gradient:true": "input_gradient: true",
		"input: 3": "", "input:": "", "input": "", ":3": "", "std::max": "", "Input:3": "", "z / 2:3": "", "": "",
		"input:" + strings.Repeat("3", 50): "input: " + strings.Repeat("3", 40) + "…",
	} {
		got := spaceMissing(text)
		if want != "" {
			want = "a space is missing behind the colon; write " + want
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSpaceMissingAt(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
		want place
	}{
		{"input:3", 1, place{1, 7}}, {"a\ninput:3\n\n \nb", 5, place{2, 7}}, {"  - - dense:3 \n", 1, place{1, 13}},
		{"input:3\na\nb", 3, place{}}, {"input:3\na", 1, place{1, 7}}, {"# input:3", 1, place{}}, {"\n\n", 2, place{}},
		{"a: input:3", 1, place{}}, {"input:3", 9, place{1, 7}},
	} {
		s, err := newSource("x", []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		if got, problem := s.spaceMissingAt(c.line); got != c.want || (problem == "") != (c.want == place{}) {
			t.Errorf("%q, line %d: %v %q, want %v", c.text, c.line, got, problem, c.want)
		}
	}
}
