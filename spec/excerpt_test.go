package spec

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		line   string
		column int
		want   string
	}{
		{"abc", 2, "\n    abc\n     ^"},
		{"abc", 4, "\n    abc\n       ^"},
		{"abc", 9, "\n    abc\n       ^"},
		{"\ta\tb", 4, "\n        a    b\n             ^"},
		{"é\x1b\u202eb", 4, "\n    é␛\ufffdb\n       ^"},
		{"b\xff c  ", 4, "\n    b\ufffd c\n       ^"},
	} {
		if got := excerpt(c.line, c.column); got != c.want {
			t.Errorf("excerpt(%q, %d)\ngot  %q\nwant %q", c.line, c.column, got, c.want)
		}
	}
}

// TestExcerptCaret puts one # at every column of lines of every length around the limits: whatever is cut
// off, the caret must stand under it.
func TestExcerptCaret(t *testing.T) {
	for _, length := range []int{1, 59, 60, 61, 99, 100, 101, 102, 160, 161, 250} {
		for column := 1; column <= length; column++ {
			line := strings.Repeat("é", column-1) + "#" + strings.Repeat("é", length-column)
			rows := strings.Split(excerpt(line, column), "\n")
			at := utf8.RuneCountInString(rows[1][:strings.Index(rows[1], "#")])
			if caret := utf8.RuneCountInString(rows[2]) - 1; caret != at {
				t.Fatalf("%d of %d: caret %d, # %d", column, length, caret, at)
			}
			if n := utf8.RuneCountInString(rows[1]); n > len(excerptIndent)+excerptWidth+2 {
				t.Fatalf("%d of %d: %d characters", column, length, n)
			}
			if whole := !strings.Contains(rows[1], "…"); whole != (length <= excerptWidth) {
				t.Fatalf("%d of %d: %q", column, length, rows[1])
			}
		}
	}
}

func TestClip(t *testing.T) {
	forty := strings.Repeat("é", 40)
	for s, want := range map[string]string{
		"": "", "tanh": "tanh", "a\nb\t": "a␊b␉", forty: forty, forty + "x": forty + "…", "\x00\x7f\u0085": "␀␡\ufffd",
	} {
		if got := clip(s); got != want {
			t.Errorf("clip(%q) = %q, want %q", s, got, want)
		}
	}
}
