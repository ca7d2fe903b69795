package templates

import (
	"strings"
	"testing"
)

// TestKeepParts checks that marks which do not match are not passed over, and that parts may lie in one another.
func TestKeepParts(t *testing.T) {
	begin, end := "// input_gradient {\n", "\t// input_gradient }\n"
	keep := func(text string, all bool) (string, error) {
		return keepParts(text, map[string]bool{"input_gradient": all, "spread": false})
	}
	for text, want := range map[string]string{
		begin: "does not end", end: "not the last", "a\n" + begin + "b\n" + end + end: "not the last",
		begin + "// spread {\n" + end + "// spread }\n": "not the last", "// unknown {\n": "nothing decides",
	} {
		if _, err := keep(text, true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	text := "a\n" + begin + "b\n// spread {\nc\n// spread }\nd\n" + end + "e"
	for all, want := range map[bool]string{true: "a\nb\nd\ne", false: "a\ne"} {
		if got, err := keep(text, all); got != want || err != nil {
			t.Errorf("%v: %q, %v", all, got, err)
		}
	}
}
