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

// Update is the flag that renews what pages say.
var Update = flag.Bool("update", false, "write what pages say about the tests and about sizes instead of comparing it")

// Guarantees is the page that says what is guaranteed and how it is known. Parts of it, between comments with their
// names, are what tests found.
const Guarantees = "verify/README.md"

// ReadGuarantees returns its text.
func ReadGuarantees(t *testing.T) string {
	t.Helper()
	return readPage(t, Guarantees)
}

// readPage returns the text of a page.
func readPage(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(Root(t), page))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// PartOf returns a part of a page's text and what comes before and after it.
func PartOf(text, name string) (before, part, after string, err error) {
	begin, end := fmt.Sprintf("<!-- begin %s -->\n", name), fmt.Sprintf("<!-- end %s -->\n", name)
	before, rest, ok := strings.Cut(text, begin)
	part, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", "", "", fmt.Errorf("the page has no part between %q and %q", begin, end)
	}
	return before + begin, part, end + after, nil
}

// Says holds a part of the page of guarantees to what it must say, or writes it with -update.
func Says(t *testing.T, name, want string) {
	t.Helper()
	PageSays(t, Guarantees, name, want)
}

// PageSays is Says for another page.
func PageSays(t *testing.T, page, name, want string) {
	t.Helper()
	saying.Lock()
	defer saying.Unlock()
	before, got, after, err := PartOf(readPage(t, page), name)
	if err != nil {
		t.Fatalf("%s: %v", page, err)
	}
	if got == want {
		return
	}
	if !*Update {
		t.Errorf("the part %q of %s is out of date; renew it as CONTRIBUTING.md says. It must be:\n%s", name, page, want)
		return
	}
	if err := os.WriteFile(filepath.Join(Root(t), page), []byte(before+want+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// saying lets one test at a time read and write a page.
var saying sync.Mutex
