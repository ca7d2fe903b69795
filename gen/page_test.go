package gen_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
)

var update = flag.Bool("update", false, "write what the page of guarantees says about the tests instead of comparing it")

// guarantees is the page that says what is guaranteed and how it is known. Parts of it, between comments with their
// names, are what tests found.
const guarantees = "../verify/README.md"

// part returns a part of a page and what comes before and after it.
func part(page, name string) (before, text, after string, err error) {
	begin, end := fmt.Sprintf("<!-- begin %s -->\n", name), fmt.Sprintf("<!-- end %s -->\n", name)
	before, rest, ok := strings.Cut(page, begin)
	text, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", "", "", fmt.Errorf("%s has no part between %q and %q", guarantees, begin, end)
	}
	return before + begin, text, end + after, nil
}

// says holds a part of the page to what it must say, or writes it with -update.
func says(t *testing.T, name, want string) {
	t.Helper()
	saying.Lock()
	defer saying.Unlock()
	page, err := os.ReadFile(guarantees)
	if err != nil {
		t.Fatal(err)
	}
	before, got, after, err := part(string(page), name)
	if err != nil {
		t.Fatal(err)
	}
	if got == want {
		return
	}
	if !*update {
		t.Errorf("the part %q of %s is out of date; run go test ./gen -run 'Guarantees|Mutants' -mutants -update. It must be:\n%s", name, guarantees, want)
		return
	}
	if err := os.WriteFile(guarantees, []byte(before+want+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// saying lets one test at a time read and write the page.
var saying sync.Mutex
