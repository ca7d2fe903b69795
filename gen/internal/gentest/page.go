package gentest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Update is the flag that renews what the page says.
var Update = flag.Bool("update", false,
	"write what the page of guarantees says about the tests instead of comparing it")

// Guarantees is the page that says what is guaranteed and how it is known. Parts of it, between comments with their
// names, are what tests found.
const Guarantees = "verify/README.md"

// ReadGuarantees returns its text.
func ReadGuarantees(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(Root(t), Guarantees))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// PartOf returns a part of a page and what comes before and after it.
func PartOf(page, name string) (before, text, after string, err error) {
	begin, end := fmt.Sprintf("<!-- begin %s -->\n", name), fmt.Sprintf("<!-- end %s -->\n", name)
	before, rest, ok := strings.Cut(page, begin)
	text, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", "", "", fmt.Errorf("%s has no part between %q and %q", Guarantees, begin, end)
	}
	return before + begin, text, end + after, nil
}

// Says holds a part of the page to what it must say, or writes it with -update.
func Says(t *testing.T, name, want string) {
	t.Helper()
	saying.Lock()
	defer saying.Unlock()
	before, got, after, err := PartOf(ReadGuarantees(t), name)
	if err != nil {
		t.Fatal(err)
	}
	if got == want {
		return
	}
	if !*Update {
		t.Errorf("the part %q of %s is out of date; renew it as CONTRIBUTING.md says. It must be:\n%s", name,
			Guarantees, want)
		return
	}
	if err := os.WriteFile(filepath.Join(Root(t), Guarantees), []byte(before+want+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// saying lets one test at a time read and write the page.
var saying sync.Mutex
