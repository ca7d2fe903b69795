package pages

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// guarantees is the page that says what is guaranteed and how it is known.
const guarantees = "verify/README.md"

// TestGuarantees: the page of guarantees names tests that there are.
func TestGuarantees(t *testing.T) {
	for _, name := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(read(t, guarantees), -1) {
		if !declaredTest(t, name[1]) {
			t.Errorf("%s names %s, which there is not", guarantees, name[1])
		}
	}
}

// declaredTest says whether a test of the module has this name.
func declaredTest(t *testing.T, name string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || found || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		found = bytes.Contains(data, []byte("func "+name+"(t *testing.T)"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
