package strict

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/short"
)

// TestImporters runs the tests elsewhere that import this package: those in files with the constraint strict. They are
// compiled with this tag alone. Without it, every run of all tests would compile this package twice, with its own tests
// and without, and it takes the compiler longer than any other.
func TestImporters(t *testing.T) {
	if short.Asked {
		t.Skip("compiling the package without its tests takes seconds; go test without -short does it")
	}
	name := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, folder := range []string{"..", "../../verify"} {
		files, err := filepath.Glob(filepath.Join(folder, "*strict*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var tests []string
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(string(text), "//go:build strict") {
				for _, m := range name.FindAllStringSubmatch(string(text), -1) {
					tests = append(tests, m[1])
				}
			}
		}
		if len(tests) == 0 {
			t.Fatalf("no test of %s is for the tag strict", folder)
		}
		out, err := exec.Command("go", "test", "-tags", "strict", "-count=1", "-v", "-run",
			"^("+strings.Join(tests, "|")+")$", folder).CombinedOutput()
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		for _, test := range tests {
			if !strings.Contains(string(out), "--- PASS: "+test+" ") && !strings.Contains(string(out), "--- SKIP: "+test+" ") {
				t.Errorf("%s of %s did not run:\n%s", test, folder, out)
			}
		}
	}
}
