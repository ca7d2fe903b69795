package difference

import "testing"

func TestFirst(t *testing.T) {
	for _, c := range []struct{ got, want, says string }{
		{"a\nb\n", "a\nc\n", `line 2 is "b", not "c"`},
		{"a\nb", "a", `line 2 is "b", not the end of the file`},
		{"a", "a\n", `line 2 is the end of the file, not ""`},
		{"", "the end of the file", `line 1 is "", not "the end of the file"`},
		{"a\n", "a\n", "they are equal"},
	} {
		if says := First([]byte(c.got), []byte(c.want)); says != c.says {
			t.Errorf("%q, %q: %s, want %s", c.got, c.want, says, c.says)
		}
	}
}
