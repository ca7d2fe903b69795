package pages

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// TestLinks: what a page links to is there, the heading or the lines of a file as well.
func TestLinks(t *testing.T) {
	for _, p := range all(t) {
		for i, line := range p.prose() {
			for _, target := range targets(line) {
				if err := follow(p, target); err != nil {
					t.Errorf("%s:%d: %s: %v", p.path, i+1, target, err)
				}
			}
		}
	}
}

var (
	link = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	code = regexp.MustCompile("`[^`]*`")
)

// targets are what a line links to.
func targets(line string) (list []string) {
	for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
		list = append(list, found[1])
	}
	return list
}

// follow looks for what a page links to, unless it is on the web.
func follow(p *page, target string) error {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return nil
	}
	file, anchor, _ := strings.Cut(target, "#")
	at := p.path
	if file != "" {
		at = path.Join(path.Dir(p.path), file)
	}
	if strings.HasPrefix(at, "..") {
		return fmt.Errorf("it leaves the module")
	}
	name := filepath.Join(root, filepath.FromSlash(at))
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("there is no such file")
	}
	if anchor == "" {
		return nil
	}
	if info.IsDir() {
		return fmt.Errorf("a folder has no headings; name its README.md")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if path.Ext(at) == ".md" {
		if !slices.Contains(headings(parse(at, string(data))), anchor) {
			return fmt.Errorf("there is no such heading")
		}
		return nil
	}
	lines := strings.Count(string(data), "\n")
	for _, end := range strings.Split(anchor, "-") {
		n, err := strconv.Atoi(strings.TrimPrefix(end, "L"))
		if err != nil || n < 1 || n > lines {
			return fmt.Errorf("the file has the lines L1 to L%d", lines)
		}
	}
	return nil
}

// headings are the anchors that GitHub gives the headings of a page: in lower case, without punctuation, with dashes
// for spaces, and numbered where they repeat.
func headings(p *page) (list []string) {
	seen := map[string]int{}
	for _, line := range p.prose() {
		text := strings.TrimLeft(line, "#")
		if text == line || !strings.HasPrefix(text, " ") {
			continue
		}
		anchor := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsNumber(r), unicode.Is(unicode.Mn, r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, strings.TrimSpace(link.ReplaceAllString(text, "]")))
		if n := seen[anchor]; n > 0 {
			anchor = fmt.Sprintf("%s-%d", anchor, n)
		}
		seen[anchor]++
		list = append(list, anchor)
	}
	return list
}

func TestFollow(t *testing.T) {
	p := parse("docs/training.md", "# A page\n\n## `x`, y & [z](w.md): 1\n\n## A page\n")
	if got, want := strings.Join(headings(p), " "), "a-page x-y--z-1 a-page-1"; got != want {
		t.Errorf("the anchors are %s, should be %s", got, want)
	}
	for target, want := range map[string]string{
		"https://example.com/x": "", "../README.md": "", "../README.md#limits": "", "../go.mod#L1": "",
		"../READYOU.md": "no such file", "../README.md#limitless": "no such heading", "../../x": "leaves the module",
		"../go.mod#L0": "the lines L1 to", "../go.mod#L1-L100000": "the lines L1 to", "../gen#gen": "a folder",
	} {
		err := follow(p, target)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, should say %q", target, err, want)
		}
	}
	if got := targets("see [a](b.md#c), ![d](e.svg) and `[f](g)`"); !slices.Equal(got, []string{"b.md#c", "e.svg"}) {
		t.Errorf("the targets are %v", got)
	}
}

// named are paths of files and folders of the module in code spans, such as `gen/plan/passes.go`.
var named = regexp.MustCompile("`((?:docs|gen|generated|internal|leastsquares|model|spec|store|team|templates|tensors|train|verify)" +
	`/[\w/.-]+)` + "`")

// TestNamedFiles: files and folders that pages name in code spans are there.
func TestNamedFiles(t *testing.T) {
	count := 0
	for _, p := range all(t) {
		for i, line := range p.prose() {
			for _, found := range named.FindAllStringSubmatch(line, -1) {
				count++
				if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(found[1]))); err != nil {
					t.Errorf("%s:%d: there is no %s", p.path, i+1, found[1])
				}
			}
		}
	}
	if count < 100 {
		t.Errorf("found only %d names of files", count)
	}
}
