package gen_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// TestGuarantees holds the page to the limits and exceptions that tests allow, and to the list of mistakes.
func TestGuarantees(t *testing.T) {
	says(t, "stack", fmt.Sprintf("A call takes at most %d bytes of the stack with all that it calls in the committed networks, and at most %d in those with\n`rounding: strict` and in others that were compiled.\n",
		stackCommitted, stackDrawn))
	says(t, "jumps", exceptions("function", branching))
	says(t, "calls", exceptions("called", outside))

	// What found each mistake takes long to find out: TestMutants compares it.
	page, err := os.ReadFile(guarantees)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(string(page), -1) {
		if !declaredTest(t, name[1]) {
			t.Errorf("%s names %s, which there is not", guarantees, name[1])
		}
	}
	var planted, inPackages []string
	for _, m := range mistakes() {
		planted = append(planted, m.cells())
	}
	for _, m := range packageMistakes() {
		inPackages = append(inPackages, m.cells())
	}
	lists(t, string(page), "mistakes", planted)
	lists(t, string(page), "package mistakes", inPackages)
}

// lists holds the table of a part of the page to the mistakes that are planted.
func lists(t *testing.T, page, name string, planted []string) {
	t.Helper()
	_, text, _, err := part(page, name)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for line := range strings.Lines(text) {
		if cells := strings.Split(line, " | "); len(cells) == 3 && strings.HasPrefix(line, "| `") {
			listed = append(listed, cells[0]+" | "+cells[1])
		}
	}
	if !*update && !slices.Equal(listed, planted) {
		t.Errorf("%s lists %d %s, %d are planted, or others; run go test ./gen -run Mutants -mutants -update", guarantees, len(listed), name, len(planted))
	}
}

// declaredTest says whether a test of the module has this name.
func declaredTest(t *testing.T, name string) bool {
	t.Helper()
	found := false
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
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

// exceptions is a table of names, as patterns, and reasons.
func exceptions(what string, list map[string]string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| %s | why |\n|---|---|\n", what)
	for _, pattern := range slices.Sorted(maps.Keys(list)) {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(pattern, "|", `\|`), list[pattern])
	}
	return b.String()
}

// cells are the beginning of a mistake's row.
func (m mutant) cells() string {
	return fmt.Sprintf("| `%s`, %s | %s", m.victim, m.edits[0].where(), m.mistake)
}

// mistakeTable is the whole table.
func mistakeTable(list []mutant, by func(i int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d mistakes are planted, one at a time, and all %d are found:\n\n", len(list), len(list))
	b.WriteString("| network, function | mistake | found by |\n|---|---|---|\n")
	for i, m := range list {
		fmt.Fprintf(&b, "%s | %s |\n", m.cells(), by(i))
	}
	return b.String()
}
