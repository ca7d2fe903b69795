package house

import (
	"regexp"
	"strings"
	"testing"
)

// readsNames are ways to take the letter of a name for what a buffer holds.
var readsNames = regexp.MustCompile(`Bind\("|\.Name\[|HasPrefix\([\w.]*Name,|HasPrefix\([^)]*\.Name\+`)

// TestMeanings: the generator asks what a buffer holds by its meaning (plan.Meaning), not by a letter of its name.
func TestMeanings(t *testing.T) {
	t.Parallel()
	files := 0
	eachFile(t, "../../gen", func(path string) bool {
		return !strings.HasSuffix(path, "_test.go")
	}, func(path string, src []byte) {
		files++
		for i, line := range strings.Split(string(src), "\n") {
			if readsNames.MatchString(line) {
				t.Errorf("%s:%d: %s", path, i+1, strings.TrimSpace(line))
			}
		}
	})
	if files < 100 {
		t.Errorf("%d files were read", files)
	}
	for _, bad := range []string{`m.Bind("m")`, `b.Name[0]`, `strings.HasPrefix(n, b.Name+"_")`} {
		if !readsNames.MatchString(bad) {
			t.Errorf("%s is not found", bad)
		}
	}
}
