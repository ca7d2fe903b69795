package house

import (
	"io/fs"
	"os"
	"path/filepath"
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
	err := filepath.WalkDir("../../gen", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		for i, line := range strings.Split(string(src), "\n") {
			if readsNames.MatchString(line) {
				t.Errorf("%s:%d: %s", path, i+1, strings.TrimSpace(line))
			}
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Errorf("%d files were read: %v", files, err)
	}
	for _, bad := range []string{`m.Bind("m")`, `b.Name[0]`, `strings.HasPrefix(n, b.Name+"_")`} {
		if !readsNames.MatchString(bad) {
			t.Errorf("%s is not found", bad)
		}
	}
}
