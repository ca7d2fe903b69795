package pages

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backpropgen/backpropgen/gen"
)

// The kinds of change that Keep a Changelog has.
var changeKinds = []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}

// TestChangelog: the changelog has the form that it names, and its newest version is the one that emitted files name
// and the command prints.
func TestChangelog(t *testing.T) {
	data, err := os.ReadFile("../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	newest, problems := readChangelog(string(data))
	for _, p := range problems {
		t.Error(p)
	}
	if newest != gen.Version {
		t.Errorf("the newest version of CHANGELOG.md is %s, and gen.Version is %s; "+
			"a release raises gen.Version and names what was unreleased after it", newest, gen.Version)
	}
}

var versionHeading = regexp.MustCompile(`^## \[([0-9]+\.[0-9]+\.[0-9]+)\] - (\S+)$`)

// readChangelog returns the newest version that a changelog names, v in front, and what is wrong with its form.
func readChangelog(text string) (newest string, problems []string) {
	wrong := func(line int, format string, args ...any) {
		problems = append(problems, fmt.Sprintf("line %d: ", line+1)+fmt.Sprintf(format, args...))
	}
	var last, kind string
	seen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "### "):
			kind = strings.TrimPrefix(line, "### ")
			if !slices.Contains(changeKinds, kind) {
				wrong(i, "%q is none of %v", kind, changeKinds)
			}
			if seen[kind] {
				wrong(i, "%s stands twice in one version", kind)
			}
			seen[kind] = true
		case line == "## [Unreleased]":
			if last != "" {
				wrong(i, "what is unreleased comes first")
			}
			clear(seen)
			last, kind = line, ""
		case strings.HasPrefix(line, "## "):
			m := versionHeading.FindStringSubmatch(line)
			if m == nil {
				wrong(i, "%q is no version with its day, such as ## [0.1.0] - 2026-11-29", line)
				continue
			}
			if _, err := time.Parse(time.DateOnly, m[2]); err != nil {
				wrong(i, "%v", err)
			}
			if newest == "" {
				newest = "v" + m[1]
			}
			clear(seen)
			last, kind = line, ""
		case strings.HasPrefix(line, "- ") && kind == "":
			wrong(i, "a change without its kind")
		}
	}
	return newest, problems
}

// TestReadChangelog: what the test of the changelog finds.
func TestReadChangelog(t *testing.T) {
	const good = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- a\n\n## [1.2.0] - 2026-01-02\n\n### Added\n\n- b\n\n" +
		"### Fixed\n\n- c\n\n## [1.1.0] - 2026-01-01\n"
	if newest, problems := readChangelog(good); newest != "v1.2.0" || len(problems) > 0 {
		t.Errorf("%s, %q", newest, problems)
	}
	for what, c := range map[string]struct{ from, to string }{
		"no day":        {"[1.2.0] - 2026-01-02", "[1.2.0]"},
		"no such day":   {"2026-01-02", "2026-01-32"},
		"no such kind":  {"### Fixed", "### Mended"},
		"a kind twice":  {"### Fixed", "### Added"},
		"no kind":       {"### Added\n\n- b", "- b"},
		"not first":     {"## [1.1.0] - 2026-01-01", "## [Unreleased]"},
		"no version":    {"## [1.2.0] - 2026-01-02", "## 1.2.0"},
		"unversioned":   {"## [1.2.0] - 2026-01-02", "## [1.2] - 2026-01-02"},
		"another order": {"## [1.2.0] - 2026-01-02", "## [1.0.0] - 2026-01-02"},
	} {
		newest, problems := readChangelog(strings.Replace(good, c.from, c.to, 1))
		if len(problems) == 0 && newest == "v1.2.0" {
			t.Errorf("%s: nothing is found", what)
		}
	}
}
